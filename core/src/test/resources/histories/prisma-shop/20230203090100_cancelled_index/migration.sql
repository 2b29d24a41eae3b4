-- CreateIndex
CREATE INDEX "Order_cancelled_idx" ON "Order"("customerId") WHERE "status" = 'CANCELLED'