ALTER TABLE "Product" DROP COLUMN "schema", DROP COLUMN "visibility";
DROP TYPE "public"."Visibility";
