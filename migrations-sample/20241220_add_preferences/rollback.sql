-- DropForeignKey
ALTER TABLE "public"."user_preferences" DROP CONSTRAINT "user_preferences_team_member_id_fkey";

-- DropTable
DROP TABLE "public"."user_preferences";
