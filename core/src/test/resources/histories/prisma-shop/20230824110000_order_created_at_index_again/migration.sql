DROP INDEX CONCURRENTLY IF EXISTS "public"."Order_createdAt_idx";
