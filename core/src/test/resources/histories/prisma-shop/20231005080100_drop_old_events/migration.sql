-- DropTable
DROP TABLE IF EXISTS "public"."Event_2022"