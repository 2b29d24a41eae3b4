/*
  Warnings:

  - You are about to alter the column `price` on the `Product` table. The data in that column could be lost. The data in that column will be cast from `Decimal(65,30)` to `Decimal(12,2)`.

*/
-- DropView
DROP VIEW "public"."OrderTotals";

-- AlterTable
ALTER TABLE "Product" ALTER COLUMN "price" SET DATA TYPE DECIMAL(12,2);

-- CreateView
CREATE VIEW "OrderTotals" WITH (security_invoker = true) AS
SELECT o."id", coalesce(sum(i."quantity" * p."price"), 0) AS "total"
  FROM "Order" o LEFT JOIN "public"."OrderItem" i ON i."orderId" = o."id" LEFT JOIN "Product" p ON p."id" = i."productId"
 GROUP BY o."id"