CREATE EXTENSION IF NOT EXISTS "btree_gist" WITH SCHEMA "public" CASCADE;

ALTER TABLE "Coupon" ADD COLUMN "productId" INTEGER REFERENCES "Product"("id"),
    ADD CONSTRAINT "Coupon_overlap" EXCLUDE USING gist ("productId" WITH =, "valid" WITH &&);
