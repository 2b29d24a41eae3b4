-- Not every shop had the column under its old name.
DO $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name = 'Product' AND column_name = 'legacySku'
    ) THEN
        ALTER TABLE "public"."Product" RENAME COLUMN "legacySku" TO "sku";
    END IF;
END $$;

CREATE UNIQUE INDEX "Product_sku_key" ON "Product"("sku");
