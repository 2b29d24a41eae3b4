ALTER TABLE "Order" DROP COLUMN "createdAt";
