DROP INDEX "Product_archived_idx";
ALTER TABLE "Product" ALTER COLUMN "visibility" SET DEFAULT 'public'