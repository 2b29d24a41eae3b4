SET lock_timeout = '5s';

-- CreateTable
CREATE TABLE "Stock" (
    "productId" INTEGER NOT NULL,
    "warehouse" TEXT NOT NULL DEFAULT 'main',
    "amount" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Stock_pkey" PRIMARY KEY ("productId","warehouse")
);

-- AddForeignKey
ALTER TABLE "Stock" ADD CONSTRAINT "Stock_productId_fkey" FOREIGN KEY ("productId") REFERENCES "Product"("id") ON DELETE CASCADE ON UPDATE CASCADE NOT VALID;
