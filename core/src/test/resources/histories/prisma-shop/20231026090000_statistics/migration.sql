CREATE STATISTICS public."Order_stats" (dependencies, ndistinct) ON "customerId", "status" FROM "public"."Order";
ALTER TABLE "Order" ALTER COLUMN "customerId" SET STATISTICS 500;
