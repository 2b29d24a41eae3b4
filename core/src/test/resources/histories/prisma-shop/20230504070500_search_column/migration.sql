-- AlterTable
ALTER TABLE "Product" ADD COLUMN "description" TEXT NOT NULL DEFAULT '',
ADD COLUMN "search" tsvector GENERATED ALWAYS AS (to_tsvector('simple', "name" || ' ' || "description")) STORED;

-- CreateIndex
CREATE INDEX "Product_search_idx" ON "Product" USING GIN ("search");
