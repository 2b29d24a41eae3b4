CREATE MATERIALIZED VIEW public."ProductSales" AS
SELECT "productId", sum("quantity") AS "sold" FROM public."OrderItem" GROUP BY "productId"
WITH NO DATA;

CREATE UNIQUE INDEX "ProductSales_productId_key" ON "ProductSales"("productId");
