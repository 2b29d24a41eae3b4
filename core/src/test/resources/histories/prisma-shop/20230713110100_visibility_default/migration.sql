-- AlterTable
ALTER TABLE "Product" ALTER COLUMN "visibility" SET DEFAULT 'unlisted'::public."ProductVisibility";
CREATE INDEX "Product_archived_idx" ON "Product"("id") WHERE "visibility" IN ('archived', 'private')