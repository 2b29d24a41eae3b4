DROP INDEX CONCURRENTLY IF EXISTS "Order_status_createdAt_idx";
