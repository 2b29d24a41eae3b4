ALTER TABLE "Product" DROP COLUMN "search", DROP COLUMN "description";
