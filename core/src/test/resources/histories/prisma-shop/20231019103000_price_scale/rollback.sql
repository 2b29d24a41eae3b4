DROP VIEW "OrderTotals";
ALTER TABLE "Product" ALTER COLUMN "price" SET DATA TYPE DECIMAL(65,30);
CREATE VIEW "public"."OrderTotals" AS
SELECT o."id", o."customerId", sum(i."quantity" * p."price") AS "total"
  FROM "public"."Order" o
  JOIN "OrderItem" i ON i."orderId" = o."id"
  JOIN public."Product" p ON p."id" = i."productId"
 GROUP BY o."id";
