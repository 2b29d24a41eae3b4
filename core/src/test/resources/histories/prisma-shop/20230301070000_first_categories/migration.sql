-- Data migration: every shop begins with these, also the ones that have 'public.Category' in an export.
INSERT INTO "Category" ("slug") VALUES ('new'), ('sale'), ('public'), ('public.hidden');

DO $$
DECLARE
    category RECORD;
BEGIN
    FOR category IN SELECT "id", "slug" FROM "public"."Category" WHERE "slug" LIKE 'public%' LOOP
        UPDATE public."Category" SET "slug" = category."slug" || '-' || category."id" WHERE "id" = category."id";
    END LOOP;
END
$$