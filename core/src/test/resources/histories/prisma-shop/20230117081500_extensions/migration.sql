-- CreateExtension
CREATE EXTENSION IF NOT EXISTS "pgcrypto" WITH SCHEMA "public";

-- CreateExtension
CREATE EXTENSION IF NOT EXISTS "uuid-ossp";

-- AlterTable
ALTER TABLE "Member" ALTER COLUMN "id" SET DEFAULT public.uuid_generate_v4()::text;

-- AlterTable
ALTER TABLE "public"."Customer" ADD COLUMN     "token" TEXT NOT NULL DEFAULT encode("public"."gen_random_bytes"(16), 'hex');
