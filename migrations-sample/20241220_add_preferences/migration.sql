-- CreateTable
CREATE TABLE "public"."user_preferences" (
    "id" UUID NOT NULL DEFAULT public.uuid_generate_v4(),
    "us_id" UUID NOT NULL,
    "team_member_id" UUID NOT NULL,
    "locale" VARCHAR(16) NOT NULL DEFAULT 'en',
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "email_notifications" BOOLEAN NOT NULL DEFAULT true,
    "reminder_lead_minutes" INTEGER NOT NULL DEFAULT 60,
    "settings" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_preferences_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "user_preferences_team_member_id_key" ON "public"."user_preferences"("team_member_id");

-- CreateIndex
CREATE INDEX "user_preferences_us_id_idx" ON "public"."user_preferences"("us_id");

-- AddForeignKey
ALTER TABLE "public"."user_preferences" ADD CONSTRAINT "user_preferences_team_member_id_fkey" FOREIGN KEY ("team_member_id") REFERENCES "public"."team_member"("id") ON DELETE CASCADE ON UPDATE CASCADE;
