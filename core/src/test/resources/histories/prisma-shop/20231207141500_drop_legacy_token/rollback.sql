ALTER TABLE "public"."Customer" ADD COLUMN     "token" TEXT NOT NULL DEFAULT encode("public"."gen_random_bytes"(16), 'hex');
