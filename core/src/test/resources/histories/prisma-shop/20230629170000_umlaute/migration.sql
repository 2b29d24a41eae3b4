-- AlterTable
ALTER TABLE "public"."Customer" ADD COLUMN     "größe" TEXT NOT NULL DEFAULT 'mittel – "public"';
