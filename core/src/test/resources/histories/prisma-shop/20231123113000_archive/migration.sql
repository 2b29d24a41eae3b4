DO $$
BEGIN
    IF to_regclass('public."OrderArchive"') IS NULL THEN
        EXECUTE 'CREATE TABLE public."OrderArchive" (LIKE "public"."Order" INCLUDING DEFAULTS INCLUDING COMMENTS)';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_indexes WHERE schemaname = 'public' AND indexname = 'OrderArchive_id_idx') THEN
        CREATE INDEX "OrderArchive_id_idx" ON public."OrderArchive"("id");
    END IF;
    IF (SELECT count(*) FROM pg_tables WHERE schemaname IN ('public') AND tablename = 'OrderArchive') <> 1 THEN
        RAISE EXCEPTION 'public."OrderArchive" is missing';
    END IF;
END $$