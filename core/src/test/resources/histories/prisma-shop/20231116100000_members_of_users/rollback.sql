ALTER TABLE "Order" DROP COLUMN "takenBy";
DROP VIEW "MemberUser";
