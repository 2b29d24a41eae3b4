-- CreateExtension
CREATE EXTENSION IF NOT EXISTS "citext" SCHEMA public;

-- AlterTable
ALTER TABLE "Customer" ALTER COLUMN "email" SET DATA TYPE "public"."citext";

-- AlterTable
ALTER TABLE "Member" ADD COLUMN     "email" CITEXT;
