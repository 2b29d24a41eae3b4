-- CreateEnum
CREATE TYPE "Visibility" AS ENUM ('public', 'private');

-- AlterTable
ALTER TABLE "Product" ADD COLUMN "visibility" "Visibility" NOT NULL DEFAULT 'public',
                      ADD COLUMN "schema" TEXT DEFAULT 'public';

UPDATE "Product" SET "visibility" = 'private' WHERE "visibility" = 'public' AND "price" = 0;
