CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- CreateIndex
CREATE INDEX "Product_name_idx" ON "Product" USING GIN ("name" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "Customer_name_idx" ON "public"."Customer" USING GIN ("name" public.gin_trgm_ops) WHERE "name" IS NOT NULL;
