-- The four tables that every tenant has.
--
-- "us_id" is the owner's "id" in the shared table "users", without a foreign key to it: adding one locks "users" until
-- the new tenant commits, so sign-ups would wait for each other, and so would every change of a user.

-- CreateTable
CREATE TABLE "public"."team_member" (
    "id" UUID NOT NULL DEFAULT uuid_generate_v4(),
    "us_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "role" TEXT NOT NULL DEFAULT 'member',
    "active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "team_member_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "public"."vendor" (
    "id" UUID NOT NULL DEFAULT uuid_generate_v4(),
    "us_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "website" TEXT,
    "tax_number" VARCHAR(32),
    "payment_days" INTEGER NOT NULL DEFAULT 30,
    "credit_limit" DECIMAL(12,2) NOT NULL DEFAULT 0,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vendor_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "public"."contact" (
    "id" UUID NOT NULL DEFAULT uuid_generate_v4(),
    "us_id" UUID NOT NULL,
    "vendor_id" UUID,
    "first_name" TEXT NOT NULL,
    "last_name" TEXT NOT NULL,
    "email" TEXT,
    "phone" VARCHAR(32),
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "contact_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "public"."reminders" (
    "id" UUID NOT NULL DEFAULT uuid_generate_v4(),
    "us_id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "assigned_to" UUID,
    "title" TEXT NOT NULL,
    "note" TEXT,
    "due_at" TIMESTAMPTZ(6) NOT NULL,
    "done" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "reminders_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "team_member_email_key" ON "public"."team_member"("email");

-- CreateIndex
CREATE INDEX "team_member_us_id_idx" ON "public"."team_member"("us_id");

-- CreateIndex
CREATE UNIQUE INDEX "vendor_name_key" ON "public"."vendor"("name");

-- CreateIndex
CREATE INDEX "vendor_us_id_idx" ON "public"."vendor"("us_id");

-- CreateIndex
CREATE INDEX "contact_us_id_idx" ON "public"."contact"("us_id");

-- CreateIndex
CREATE INDEX "contact_vendor_id_idx" ON "public"."contact"("vendor_id");

-- CreateIndex
CREATE INDEX "contact_last_name_first_name_idx" ON "public"."contact"("last_name", "first_name");

-- CreateIndex
CREATE INDEX "reminders_us_id_idx" ON "public"."reminders"("us_id");

-- CreateIndex
CREATE INDEX "reminders_contact_id_idx" ON "public"."reminders"("contact_id");

-- CreateIndex
CREATE INDEX "reminders_assigned_to_due_at_idx" ON "public"."reminders"("assigned_to", "due_at" DESC);

-- AddForeignKey
ALTER TABLE "public"."vendor" ADD CONSTRAINT "vendor_created_by_fkey" FOREIGN KEY ("created_by") REFERENCES "public"."team_member"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "public"."contact" ADD CONSTRAINT "contact_vendor_id_fkey" FOREIGN KEY ("vendor_id") REFERENCES "public"."vendor"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "public"."reminders" ADD CONSTRAINT "reminders_contact_id_fkey" FOREIGN KEY ("contact_id") REFERENCES "public"."contact"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "public"."reminders" ADD CONSTRAINT "reminders_assigned_to_fkey" FOREIGN KEY ("assigned_to") REFERENCES "public"."team_member"("id") ON DELETE SET NULL ON UPDATE CASCADE;
