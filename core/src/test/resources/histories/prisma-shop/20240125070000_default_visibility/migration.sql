-- AlterTable
ALTER TABLE "public"."Product" ADD COLUMN     "publicName" TEXT,
ADD COLUMN     "slug" TEXT NOT NULL GENERATED ALWAYS AS (lower(replace("name", ' ', '-'))) STORED;

-- CreateIndex
CREATE INDEX "Product_publicName_idx" ON "Product"(lower("publicName")) WHERE "visibility" = 'public' OR "schema" <> 'public'