-- DropForeignKey
ALTER TABLE "public"."reminders" DROP CONSTRAINT "reminders_assigned_to_fkey";

-- DropForeignKey
ALTER TABLE "public"."reminders" DROP CONSTRAINT "reminders_contact_id_fkey";

-- DropForeignKey
ALTER TABLE "public"."contact" DROP CONSTRAINT "contact_vendor_id_fkey";

-- DropForeignKey
ALTER TABLE "public"."vendor" DROP CONSTRAINT "vendor_created_by_fkey";

-- DropTable
DROP TABLE "public"."reminders";

-- DropTable
DROP TABLE "public"."contact";

-- DropTable
DROP TABLE "public"."vendor";

-- DropTable
DROP TABLE "public"."team_member";
