CREATE INDEX CONCURRENTLY IF NOT EXISTS "Order_status_createdAt_idx" ON "public"."Order" ("status", "createdAt" DESC);
