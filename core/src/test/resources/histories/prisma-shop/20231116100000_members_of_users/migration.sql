-- Every member is a user; 'users' is everyone's.
UPDATE "Member" m SET "email" = u."email" FROM "public"."users" u WHERE u."id" = m."userId" AND m."email" IS NULL;

CREATE VIEW "MemberUser" AS SELECT m."id", u."email" FROM "Member" m JOIN users u ON u."id" = m."userId";

-- AlterTable
ALTER TABLE "Order" ADD COLUMN "takenBy" INTEGER;

-- AddForeignKey
ALTER TABLE "Order" ADD CONSTRAINT "Order_takenBy_fkey" FOREIGN KEY ("takenBy") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
