DROP INDEX "Product_sku_key";
ALTER TABLE "Product" RENAME COLUMN "sku" TO "legacySku";
