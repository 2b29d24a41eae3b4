CREATE OR REPLACE FUNCTION public.maintain() RETURNS integer LANGUAGE plpgsql SET search_path TO 'public', 'pg_temp' AS $outer$
DECLARE
    partition regclass;
    done integer := 0;
BEGIN
    FOR partition IN
        SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'public."Event"'::regclass
    LOOP
        EXECUTE 'ANALYZE ' || partition;
        done := done + 1;
    END LOOP;
    EXECUTE $q$DO $inner$ BEGIN PERFORM count(*) FROM public."Stock"; END $inner$ $q$;
    EXECUTE 'SELECT count(*) FROM ' || 'public."Order"';
    RETURN done;
END
$outer$;

DO 'BEGIN PERFORM public.maintain(); END'