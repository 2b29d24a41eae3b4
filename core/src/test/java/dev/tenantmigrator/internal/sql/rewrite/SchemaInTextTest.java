package dev.tenantmigrator.internal.sql.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.SqlStatement;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text that names the schema only by its place: behind an alias of that name, in a variable, in a comparison. */
class SchemaInTextTest {

    private static final SharedObjects SHARED =
            new SharedObjects("shared", Set.of("users"), Map.of("citext", "extensions"), Set.of("s", "other"));

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    INSERT INTO public.log SELECT b.id FROM public.a AS public, public.b ¦ INSERT INTO "t1".log SELECT b.id FROM "t1".a AS public, "t1".b
                    SELECT public.id, x.id FROM public.a public JOIN public.b x ON public.id = x.id, public.c WHERE public.id IN (1, public.x) AND public.f(public.id) = 1 ¦ SELECT public.id, x.id FROM "t1".a public JOIN "t1".b x ON public.id = x.id, "t1".c WHERE public.id IN (1, public.x) AND "t1".f(public.id) = 1
                    UPDATE public.a AS public SET x = public.x + 1, y = public.y FROM public.b, public.c WHERE public.id = b.id RETURNING public.id, public.x ¦ UPDATE "t1".a AS public SET x = public.x + 1, y = public.y FROM "t1".b, "t1".c WHERE public.id = b.id RETURNING public.id, public.x
                    DELETE FROM public.a AS public USING public.b, public.c WHERE public.id = b.id ¦ DELETE FROM "t1".a AS public USING "t1".b, "t1".c WHERE public.id = b.id
                    MERGE INTO public.a AS public USING public.b ON public.id = b.id WHEN MATCHED AND public.x > 1 THEN UPDATE SET x = public.x WHEN NOT MATCHED THEN INSERT (id) VALUES (1) ¦ MERGE INTO "t1".a AS public USING "t1".b ON public.id = b.id WHEN MATCHED AND public.x > 1 THEN UPDATE SET x = public.x WHEN NOT MATCHED THEN INSERT (id) VALUES (1)
                    WITH c AS (SELECT public.id FROM public.a public) SELECT c.id, b.id FROM c, public.b ¦ WITH c AS (SELECT public.id FROM "t1".a public) SELECT c.id, b.id FROM c, "t1".b
                    SELECT public.id FROM public.a AS public, LATERAL (SELECT public.id + d.x FROM public.d) z, LATERAL public.f(public.id) q ¦ SELECT public.id FROM "t1".a AS public, LATERAL (SELECT public.id + d.x FROM "t1".d) z, LATERAL "t1".f(public.id) q
                    SELECT extract(year FROM public.ts), CAST(public.id AS public.kind), public.id::public.kind, public.kind 'a', public.id OPERATOR(public.<^) public.z, public.x COLLATE public.c FROM a AS public, public.b ¦ SELECT extract(year FROM public.ts), CAST(public.id AS "t1".kind), public.id::"t1".kind, "t1".kind 'a', public.id OPERATOR("t1".<^) public.z, public.x COLLATE "t1".c FROM a AS public, "t1".b
                    SELECT public.id FROM (public.a public CROSS JOIN public.b) JOIN (public.c JOIN public.d USING (id)) ON public.id = c.id ¦ SELECT public.id FROM ("t1".a public CROSS JOIN "t1".b) JOIN ("t1".c JOIN "t1".d USING (id)) ON public.id = c.id
                    CREATE VIEW public.v AS SELECT public.id FROM public.a AS public, public.b ORDER BY public.id, public.x ¦ CREATE VIEW "t1".v AS SELECT public.id FROM "t1".a AS public, "t1".b ORDER BY public.id, public.x
                    CREATE TABLE IF NOT EXISTS public.n AS SELECT DISTINCT ON (public.id) public.id FROM x, t AS public ¦ CREATE TABLE IF NOT EXISTS "t1".n AS SELECT DISTINCT ON (public.id) public.id FROM x, t AS public
                    SELECT public.id IS DISTINCT FROM public.x, public.y, CASE WHEN public.z THEN public.a ELSE public.b END, public.c FROM a public ¦ SELECT public.id IS DISTINCT FROM public.x, public.y, CASE WHEN public.z THEN public.a ELSE public.b END, public.c FROM a public
                    SELECT f(public.id, public.x), ARRAY[public.a, public.b], (public.a, public.b), substring(public.a FROM public.b FOR public.c) FROM a public, public.b ¦ SELECT f(public.id, public.x), ARRAY[public.a, public.b], (public.a, public.b), substring(public.a FROM public.b FOR public.c) FROM a public, "t1".b
                    GRANT SELECT ON public.a, public.b TO public ¦ GRANT SELECT ON "t1".a, "t1".b TO public
                    SELECT public, x FROM public.a, public.b WHERE public = 1 ¦ SELECT public, x FROM "t1".a, "t1".b WHERE public = 1
                    SELECT * FROM ONLY (public.a) public, ONLY public.b ¦ SELECT * FROM ONLY ("t1".a) public, ONLY "t1".b
                    INSERT INTO public.t AS public (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = public.b + 1 ¦ INSERT INTO "t1".t AS public (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = public.b + 1
                    SELECT x.id FROM public.a AS public WHERE EXISTS (SELECT 1 FROM public.b, public.c WHERE b.id = public.id) ¦ SELECT x.id FROM "t1".a AS public WHERE EXISTS (SELECT 1 FROM "t1".b, "t1".c WHERE b.id = public.id)
                    TABLE public.a ¦ TABLE "t1".a
                    """)
    void anAliasIsNoSchema(String sql, String expected) {
        check(sql, expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    WITH public AS (SELECT 1 AS id) SELECT public.id FROM public ¦ WITH public AS (SELECT 1 AS id) SELECT public.id FROM public
                    WITH public(id) AS (SELECT id FROM public.a) SELECT public.id FROM public, public.b WHERE public.id > 0 ¦ WITH public(id) AS (SELECT id FROM "t1".a) SELECT public.id FROM public, "t1".b WHERE public.id > 0
                    CREATE TABLE public (id int, CHECK (public.id > 0)); INSERT INTO public VALUES (1) RETURNING public.id; CREATE TABLE public.public (id int, k public.kind); SELECT public.id FROM public.public ¦ CREATE TABLE public (id int, CHECK (public.id > 0)); INSERT INTO public VALUES (1) RETURNING public.id; CREATE TABLE "t1".public (id int, k "t1".kind); SELECT public.id FROM "t1".public
                    DO $$ DECLARE public record; v public.kind; w public.t%ROWTYPE; BEGIN SELECT * INTO public FROM public.t; public.id := 1; SELECT 2 INTO public.id; IF public.id > 0 THEN INSERT INTO public.u VALUES (public.id, public.x); UPDATE public.t SET x = public.id; END IF; RAISE NOTICE '%', public.id; FOR public IN SELECT id FROM public.t LOOP PERFORM public.f(public.id); DELETE FROM public.t WHERE id = public.id; END LOOP; EXECUTE 'UPDATE public.t SET a = $1' USING public.id, public.x; END $$ ¦ DO $$ DECLARE public record; v "t1".kind; w "t1".t%ROWTYPE; BEGIN SELECT * INTO public FROM "t1".t; public.id := 1; SELECT 2 INTO public.id; IF public.id > 0 THEN INSERT INTO "t1".u VALUES (public.id, public.x); UPDATE "t1".t SET x = public.id; END IF; RAISE NOTICE '%', public.id; FOR public IN SELECT id FROM "t1".t LOOP PERFORM "t1".f(public.id); DELETE FROM "t1".t WHERE id = public.id; END LOOP; EXECUTE 'UPDATE "t1".t SET a = $1' USING public.id, public.x; END $$
                    CREATE FUNCTION f(public public.t) RETURNS public.kind LANGUAGE plpgsql AS $$ BEGIN UPDATE public.t SET x = public.x WHERE id = public.id; RETURN public.k; END $$ ¦ CREATE FUNCTION f(public "t1".t) RETURNS "t1".kind LANGUAGE plpgsql AS $$ BEGIN UPDATE "t1".t SET x = public.x WHERE id = public.id; RETURN public.k; END $$
                    CREATE FUNCTION public.public(a int) RETURNS int LANGUAGE sql AS 'SELECT public.a'; SELECT public.a FROM public(1), public.public(2); CREATE FUNCTION public.g(public.kind, public.kind) RETURNS public.kind LANGUAGE sql SET search_path = public AS 'SELECT public.h($1)' ¦ CREATE FUNCTION "t1".public(a int) RETURNS int LANGUAGE sql AS 'SELECT public.a'; SELECT public.a FROM public(1), "t1".public(2); CREATE FUNCTION "t1".g("t1".kind, "t1".kind) RETURNS "t1".kind LANGUAGE sql SET search_path = "t1", "shared", "extensions" AS 'SELECT "t1".h($1)'
                    DROP FUNCTION public.f(public.kind, int); SELECT public FROM x ¦ DROP FUNCTION "t1".f("t1".kind, int); SELECT public FROM x
                    DO $$ <<public>> DECLARE x int; BEGIN public.x := 1; INSERT INTO public.t VALUES (public.x); END $$ ¦ DO $$ <<public>> DECLARE x int; BEGIN public.x := 1; INSERT INTO "t1".t VALUES (public.x); END $$
                    """)
    void aTableQueryOrRecordIsNoSchema(String sql, String expected) {
        check(sql, expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    DO $$ DECLARE q text := 'INSERT INTO a SELECT id FROM public.b'; BEGIN EXECUTE q; END $$ ¦ DO $$ DECLARE q text := 'INSERT INTO a SELECT id FROM "t1".b'; BEGIN EXECUTE q; END $$
                    DO $$ DECLARE q text; BEGIN q := format('UPDATE public.%I SET x = 1', t); EXECUTE q; END $$ ¦ DO $$ DECLARE q text; BEGIN q := format('UPDATE "t1".%I SET x = 1', t); EXECUTE q; END $$
                    DO $$ DECLARE q text; BEGIN q := 'UPDATE ' || 'public' || '.t SET x = ' || y; q := q || ' WHERE id IN (SELECT id FROM public.b)'; EXECUTE q USING y; END $$ ¦ DO $$ DECLARE q text; BEGIN q := 'UPDATE ' || '"t1"' || '.t SET x = ' || y; q := q || ' WHERE id IN (SELECT id FROM "t1".b)'; EXECUTE q USING y; END $$
                    DO $$ DECLARE q text; BEGIN FOREACH q IN ARRAY ARRAY['DELETE FROM public.a', 'DELETE FROM public.b'] LOOP EXECUTE q; END LOOP; END $$ ¦ DO $$ DECLARE q text; BEGIN FOREACH q IN ARRAY ARRAY['DELETE FROM "t1".a', 'DELETE FROM "t1".b'] LOOP EXECUTE q; END LOOP; END $$
                    DO $$ DECLARE s text := 'public'; t text := 'x'; BEGIN EXECUTE format('UPDATE %I.t SET x = 1', s); EXECUTE format('DELETE FROM %I.%I', s, t); END $$ ¦ DO $$ DECLARE s text := 't1'; t text := 'x'; BEGIN EXECUTE format('UPDATE %I.t SET x = 1', s); EXECUTE format('DELETE FROM %I.%I', s, t); END $$
                    DO $$ DECLARE s text := 'public'; BEGIN EXECUTE 'UPDATE ' || s || '.t SET x = 1'; END $$ ¦ DO $$ DECLARE s text := '"t1"'; BEGIN EXECUTE 'UPDATE ' || s || '.t SET x = 1'; END $$
                    DO $$ DECLARE s text := 'public'; BEGIN EXECUTE 'UPDATE ' || quote_ident(s) || '.t SET x = 1'; END $$ ¦ DO $$ DECLARE s text := 't1'; BEGIN EXECUTE 'UPDATE ' || quote_ident(s) || '.t SET x = 1'; END $$
                    DO $$ DECLARE s CONSTANT text NOT NULL DEFAULT 'public'; BEGIN IF EXISTS (SELECT FROM pg_tables WHERE schemaname = s AND tablename = 'x') THEN EXECUTE format('DROP TABLE %I.x', s); END IF; END $$ ¦ DO $$ DECLARE s CONSTANT text NOT NULL DEFAULT 't1'; BEGIN IF EXISTS (SELECT FROM pg_tables WHERE schemaname = s AND tablename = 'x') THEN EXECUTE format('DROP TABLE %I.x', s); END IF; END $$
                    DO $$ BEGIN EXECUTE concat('UPDATE ', 'public', '.t SET x = 1'); EXECUTE concat_ws('.', 'UPDATE public', 't SET x = 1'); EXECUTE concat_ws('.', 'public', x); END $$ ¦ DO $$ BEGIN EXECUTE concat('UPDATE ', '"t1"', '.t SET x = 1'); EXECUTE concat_ws('.', 'UPDATE "t1"', 't SET x = 1'); EXECUTE concat_ws('.', '"t1"', x); END $$
                    DO $$ DECLARE q text; BEGIN SELECT string_agg(format('DELETE FROM public.%I', tablename), ';') INTO q FROM pg_tables WHERE schemaname = 'public' AND visibility = 'public'; EXECUTE q; END $$ ¦ DO $$ DECLARE q text; BEGIN SELECT string_agg(format('DELETE FROM "t1".%I', tablename), ';') INTO q FROM pg_tables WHERE schemaname = 't1' AND visibility = 'public'; EXECUTE q; END $$
                    DO $$ DECLARE r record; BEGIN FOR r IN SELECT 'public' AS s, tablename AS t FROM pg_tables WHERE schemaname = 'public' LOOP EXECUTE format('DELETE FROM %I.%I', r.s, r.t); END LOOP; FOR r IN SELECT * FROM (VALUES ('public', 'a'), ('public', 'b')) v(s, t) LOOP EXECUTE 'DELETE FROM ' || quote_ident(r.s) || '.' || r.t; END LOOP; END $$ ¦ DO $$ DECLARE r record; BEGIN FOR r IN SELECT 't1' AS s, tablename AS t FROM pg_tables WHERE schemaname = 't1' LOOP EXECUTE format('DELETE FROM %I.%I', r.s, r.t); END LOOP; FOR r IN SELECT * FROM (VALUES ('t1', 'a'), ('t1', 'b')) v(s, t) LOOP EXECUTE 'DELETE FROM ' || quote_ident(r.s) || '.' || r.t; END LOOP; END $$
                    DO $$ DECLARE t text; BEGIN FOR t IN VALUES ('public.a'), ('public.b') LOOP EXECUTE 'DELETE FROM ' || t; END LOOP; FOR t IN SELECT unnest(ARRAY['public.a','public.b']) LOOP EXECUTE 'DELETE FROM ' || t; END LOOP; END $$ ¦ DO $$ DECLARE t text; BEGIN FOR t IN VALUES ('"t1".a'), ('"t1".b') LOOP EXECUTE 'DELETE FROM ' || t; END LOOP; FOR t IN SELECT unnest(ARRAY['"t1".a','"t1".b']) LOOP EXECUTE 'DELETE FROM ' || t; END LOOP; END $$
                    DO $$ DECLARE ts text[] := ARRAY['public.a','public.b']; us text[] := '{public.a,"public.b"}'; t text; BEGIN FOREACH t IN ARRAY ts || us LOOP EXECUTE 'DELETE FROM ' || t; END LOOP; FOR i IN 1..2 LOOP EXECUTE 'DELETE FROM ' || us[i]; END LOOP; END $$ ¦ DO $$ DECLARE ts text[] := ARRAY['"t1".a','"t1".b']; us text[] := '{\\"t1\\".a,"\\"t1\\".b"}'; t text; BEGIN FOREACH t IN ARRAY ts || us LOOP EXECUTE 'DELETE FROM ' || t; END LOOP; FOR i IN 1..2 LOOP EXECUTE 'DELETE FROM ' || us[i]; END LOOP; END $$
                    DO $$ DECLARE ss text[] := '{public,x}'; s text; BEGIN FOREACH s IN ARRAY ss LOOP EXECUTE format('DELETE FROM %I.t', s); END LOOP; END $$ ¦ DO $$ DECLARE ss text[] := '{t1,x}'; s text; BEGIN FOREACH s IN ARRAY ss LOOP EXECUTE format('DELETE FROM %I.t', s); END LOOP; END $$
                    DO $$ DECLARE t text := 'public.t'; BEGIN PERFORM t::regclass, to_regclass(t), nextval(t); END $$ ¦ DO $$ DECLARE t text := '"t1".t'; BEGIN PERFORM t::regclass, to_regclass(t), nextval(t); END $$
                    DO $$ DECLARE msg text := 'public.t is done'; s text := 'public'; BEGIN RAISE NOTICE '%', msg; INSERT INTO public.t (visibility) VALUES (s); END $$ ¦ DO $$ DECLARE msg text := 'public.t is done'; s text := 'public'; BEGIN RAISE NOTICE '%', msg; INSERT INTO "t1".t (visibility) VALUES (s); END $$
                    CREATE FUNCTION f(s text DEFAULT 'public', IN q text = 'SELECT * FROM public.t', v text DEFAULT 'public') RETURNS SETOF record LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE q; EXECUTE format('DELETE FROM %I.t WHERE v = %L', s, v); END $$ ¦ CREATE FUNCTION f(s text DEFAULT 't1', IN q text = 'SELECT * FROM "t1".t', v text DEFAULT 'public') RETURNS SETOF record LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE q; EXECUTE format('DELETE FROM %I.t WHERE v = %L', s, v); END $$
                    CREATE FUNCTION f() RETURNS refcursor LANGUAGE plpgsql AS $$ DECLARE c refcursor; q text; BEGIN q = 'SELECT * FROM public.t'; OPEN c FOR EXECUTE q; RETURN c; END $$ ¦ CREATE FUNCTION f() RETURNS refcursor LANGUAGE plpgsql AS $$ DECLARE c refcursor; q text; BEGIN q = 'SELECT * FROM "t1".t'; OPEN c FOR EXECUTE q; RETURN c; END $$
                    DO $$ DECLARE s text; BEGIN SELECT nspname INTO s FROM pg_namespace; IF s = 'public' THEN RAISE NOTICE 'x'; END IF; END $$ ¦ DO $$ DECLARE s text; BEGIN SELECT nspname INTO s FROM pg_namespace; IF s = 't1' THEN RAISE NOTICE 'x'; END IF; END $$
                    DO $$ DECLARE s text := 'public'; BEGIN EXECUTE format('DELETE FROM %I.t', s); EXECUTE 'DELETE FROM ' || s || '.t'; END $$ ¦ DO $$ DECLARE s text := 't1'; BEGIN EXECUTE format('DELETE FROM %I.t', s); EXECUTE 'DELETE FROM ' || s || '.t'; END $$
                    DO $$ DECLARE q text := 'SELECT 1 FROM public.t'; BEGIN PERFORM query_to_xml(q, true, true, ''); END $$ ¦ DO $$ DECLARE q text := 'SELECT 1 FROM "t1".t'; BEGIN PERFORM query_to_xml(q, true, true, ''); END $$
                    DO 'DECLARE q text := ''DELETE FROM public.t''; BEGIN EXECUTE q; END' ¦ DO 'DECLARE q text := ''DELETE FROM "t1".t''; BEGIN EXECUTE q; END'
                    DO $$ DECLARE a text := 'public.t'; b text; BEGIN b := a; EXECUTE 'DELETE FROM ' || b; END $$ ¦ DO $$ DECLARE a text := '"t1".t'; b text; BEGIN b := a; EXECUTE 'DELETE FROM ' || b; END $$
                    DO $$ DECLARE v text := CASE WHEN x = 'public' THEN 'public' ELSE 'b' END; BEGIN EXECUTE format('DELETE FROM %I.t', v); END $$ ¦ DO $$ DECLARE v text := CASE WHEN x = 'public' THEN 't1' ELSE 'b' END; BEGIN EXECUTE format('DELETE FROM %I.t', v); END $$
                    DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM (VALUES ('public', 'a', 'public'), ('public', 'b', 'x')) v(s, t, visibility) LOOP EXECUTE format('UPDATE %I.%I SET v = %L', r.s, r.t, r.visibility); END LOOP; END $$ ¦ DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM (VALUES ('t1', 'a', 'public'), ('t1', 'b', 'x')) v(s, t, visibility) LOOP EXECUTE format('UPDATE %I.%I SET v = %L', r.s, r.t, r.visibility); END LOOP; END $$
                    DO $$ DECLARE r record; BEGIN FOR r IN VALUES ('a', 'public') LOOP EXECUTE format('UPDATE %I SET v = %L', r.column1, r.column2); EXECUTE format('ALTER TABLE t ADD COLUMN %I text', r.column2); END LOOP; END $$ ¦ DO $$ DECLARE r record; BEGIN FOR r IN VALUES ('a', 'public') LOOP EXECUTE format('UPDATE %I SET v = %L', r.column1, r.column2); EXECUTE format('ALTER TABLE t ADD COLUMN %I text', r.column2); END LOOP; END $$
                    DO $$ DECLARE r record; BEGIN FOR r IN WITH v(s, t) AS (VALUES ('public', 'public')) SELECT v.s AS sch, v.t FROM v LOOP EXECUTE format('DELETE FROM %I.%I', r.sch, r.t); END LOOP; END $$ ¦ DO $$ DECLARE r record; BEGIN FOR r IN WITH v(s, t) AS (VALUES ('t1', 'public')) SELECT v.s AS sch, v.t FROM v LOOP EXECUTE format('DELETE FROM %I.%I', r.sch, r.t); END LOOP; END $$
                    DO $$ DECLARE t text; v text; BEGIN SELECT 'public.t', 'public.v' INTO STRICT t, v; EXECUTE 'DELETE FROM ' || t || ' WHERE x = ' || quote_literal(v); FOR t IN SELECT x FROM unnest(ARRAY['public.a']) AS x WHERE x <> 'public.b' LOOP EXECUTE 'DELETE FROM ' || t; END LOOP; FOR t IN SELECT 'public.a' UNION ALL SELECT 'public.b' LOOP EXECUTE 'DELETE FROM ' || t; END LOOP; END $$ ¦ DO $$ DECLARE t text; v text; BEGIN SELECT '"t1".t', 'public.v' INTO STRICT t, v; EXECUTE 'DELETE FROM ' || t || ' WHERE x = ' || quote_literal(v); FOR t IN SELECT x FROM unnest(ARRAY['"t1".a']) AS x WHERE x <> 'public.b' LOOP EXECUTE 'DELETE FROM ' || t; END LOOP; FOR t IN SELECT '"t1".a' UNION ALL SELECT '"t1".b' LOOP EXECUTE 'DELETE FROM ' || t; END LOOP; END $$
                    DO $$ DECLARE s text := 'public'; c text := 'public'; BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO x', s); EXECUTE 'ALTER TABLE t SET SCHEMA ' || quote_ident(s); EXECUTE format('ALTER TABLE t ADD %I text', c); EXECUTE 'ALTER TABLE t ADD ' || quote_ident(c) || ' text'; END $$ ¦ DO $$ DECLARE s text := 't1'; c text := 'public'; BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO x', s); EXECUTE 'ALTER TABLE t SET SCHEMA ' || quote_ident(s); EXECUTE format('ALTER TABLE t ADD %I text', c); EXECUTE 'ALTER TABLE t ADD ' || quote_ident(c) || ' text'; END $$
                    DO $$ DECLARE v text := CASE WHEN visibility = 'public' THEN 'public' ELSE COALESCE(w, 'public') END; w text = 'public'; BEGIN EXECUTE format('DELETE FROM %I.t', v); IF visibility = 'public' THEN NULL; END IF; IF w = 'public' THEN NULL; END IF; END $$ ¦ DO $$ DECLARE v text := CASE WHEN visibility = 'public' THEN 't1' ELSE COALESCE(w, 't1') END; w text = 't1'; BEGIN EXECUTE format('DELETE FROM %I.t', v); IF visibility = 'public' THEN NULL; END IF; IF w = 't1' THEN NULL; END IF; END $$
                    """)
    void textThatFlowsIntoExecute(String sql, String expected) {
        check(sql, expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    SELECT 1 FROM information_schema.tables WHERE (table_schema, table_name) = ('public', 'a') AND (table_name, table_schema) IN (('public','public'), ('t', 'public')) AND (table_schema, x) IN (VALUES ('public','a'),('public','b')) AND ROW(table_schema, x) = ROW('public','public') AND ('public','a') = (table_schema, table_name) ¦ SELECT 1 FROM information_schema.tables WHERE (table_schema, table_name) = ('t1', 'a') AND (table_name, table_schema) IN (('public','t1'), ('t', 't1')) AND (table_schema, x) IN (VALUES ('t1','a'),('t1','b')) AND ROW(table_schema, x) = ROW('t1','public') AND ('t1','a') = (table_schema, table_name)
                    SELECT CASE table_schema WHEN 'x' THEN 1 WHEN 'public' THEN 2 END, CASE visibility WHEN 'public' THEN 1 END, CASE 'public' WHEN nspname THEN 1 END, CASE WHEN a = 'public' THEN 'public' END = nspname FROM t ¦ SELECT CASE table_schema WHEN 'x' THEN 1 WHEN 't1' THEN 2 END, CASE visibility WHEN 'public' THEN 1 END, CASE 't1' WHEN nspname THEN 1 END, CASE WHEN a = 'public' THEN 't1' END = nspname FROM t
                    SELECT 1 WHERE nspname ~ '^public$' AND nspname !~ '^(pg_.*|public)$' AND nspname ~* 'public' AND nspname OPERATOR(pg_catalog.~) '^(public)$' COLLATE pg_catalog.default AND nspname SIMILAR TO '(public|x)' AND nspname LIKE 'public%' AND nspname ~ '^publication' AND nspname ~~* 'public' AND x ~ '^public$' ¦ SELECT 1 WHERE nspname ~ '^t1$' AND nspname !~ '^(pg_.*|t1)$' AND nspname ~* 't1' AND nspname OPERATOR(pg_catalog.~) '^(t1)$' COLLATE pg_catalog.default AND nspname SIMILAR TO '(t1|x)' AND nspname LIKE 'public%' AND nspname ~ '^publication' AND nspname ~~* 't1' AND x ~ '^public$'
                    SELECT 1 WHERE schemaname||'.'||tablename = 'public.t' AND schemaname || '.' || tablename IN ('public.a', 'public.b') AND concat_ws('.', schemaname, tablename) = 'public.a' AND format('%I.%I', schemaname, tablename) = 'public.a' AND quote_ident(schemaname)||'.'||x = 'public.x' AND schemaname||'.'||x LIKE 'public.%' AND schemaname||'.'||x ~ '^public\\.a$' AND 'public.t' = schemaname||'.'||tablename AND a||'.'||b = 'public.t' ¦ SELECT 1 WHERE schemaname||'.'||tablename = 't1.t' AND schemaname || '.' || tablename IN ('t1.a', 't1.b') AND concat_ws('.', schemaname, tablename) = 't1.a' AND format('%I.%I', schemaname, tablename) = (pg_catalog.quote_ident('t1') || '.a') AND quote_ident(schemaname)||'.'||x = (pg_catalog.quote_ident('t1') || '.x') AND schemaname||'.'||x LIKE 't1.%' AND schemaname||'.'||x ~ '^t1\\.a$' AND 't1.t' = schemaname||'.'||tablename AND a||'.'||b = 'public.t'
                    SELECT 1 WHERE nspname = COALESCE(NULL,'public') AND nspname = LOWER('public') AND COALESCE(nspname, 'public') = x AND NULLIF(nspname, 'public') IS NULL AND lower(n.nspname) = lower('public') AND nspname = ANY(ARRAY['public']) AND nspname <> ALL ('{public}') AND nspname IS NOT DISTINCT FROM 'public' AND nspname BETWEEN 'public' AND 'public' AND 'public' IN (nspname, 'x') AND 'public' IN (SELECT nspname FROM x) AND 'public' IN (SELECT visibility FROM t WHERE table_schema = 'x') AND current_schemas(true) @> ARRAY['public'::name] AND current_schemas(true) && '{public}' AND (SELECT nspname FROM pg_namespace LIMIT 1) = 'public' AND (current_schemas(false))[1] = 'public' AND nspname COLLATE "C" = 'public' AND COALESCE(visibility, 'public') = 'public' ¦ SELECT 1 WHERE nspname = COALESCE(NULL,'t1') AND nspname = LOWER('t1') AND COALESCE(nspname, 't1') = x AND NULLIF(nspname, 't1') IS NULL AND lower(n.nspname) = lower('t1') AND nspname = ANY(ARRAY['t1']) AND nspname <> ALL ('{t1}') AND nspname IS NOT DISTINCT FROM 't1' AND nspname BETWEEN 't1' AND 't1' AND 't1' IN (nspname, 'x') AND 't1' IN (SELECT nspname FROM x) AND 'public' IN (SELECT visibility FROM t WHERE table_schema = 'x') AND current_schemas(true) @> ARRAY['t1'::name] AND current_schemas(true) && '{t1}' AND (SELECT nspname FROM pg_namespace LIMIT 1) = 't1' AND (current_schemas(false))[1] = 't1' AND nspname COLLATE "C" = 't1' AND COALESCE(visibility, 'public') = 'public'
                    SELECT to_regclass('public.t'), has_table_privilege('public.t', 'SELECT'), pg_get_serial_sequence('public.t', 'id'), nextval('public.s'), array_position(current_schemas(false), 'public') ¦ SELECT to_regclass('"t1".t'), has_table_privilege('"t1".t', 'SELECT'), pg_get_serial_sequence('"t1".t', 'id'), nextval('"t1".s'), array_position(current_schemas(false), 't1')
                    UPDATE t SET schema_name = 'public', (table_schema, x) = ('public', 'y'); INSERT INTO s VALUES ('public'), ('public', 'a'); SELECT 1 WHERE visibility = 'public' AND (visibility, x) = ('public', 'y') ¦ UPDATE t SET schema_name = 'public', (table_schema, x) = ('public', 'y'); INSERT INTO s VALUES ('public'), ('public', 'a'); SELECT 1 WHERE visibility = 'public' AND (visibility, x) = ('public', 'y')
                    """)
    void textThatIsComparedWithSchemas(String sql, String expected) {
        check(sql, expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    SELECT * FROM ts_stat('SELECT v FROM public.docs'), ts_stat($$SELECT v FROM public.docs$$, 'public') ¦ SELECT * FROM ts_stat('SELECT v FROM "t1".docs'), ts_stat($$SELECT v FROM "t1".docs$$, 'public')
                    SELECT query_to_xml('SELECT * FROM public.t', true, true, 'public.x'), pg_catalog.query_to_xmlschema('SELECT * FROM ' || 'public.t', true, true, ''), query_to_xml_and_xmlschema(E'SELECT * FROM\\tpublic.t', true, true, ''), table_to_xml('public.t', true, true, ''), schema_to_xml('public', true, true, ''), query_to_xml(format('SELECT * FROM public.%I WHERE a = %L', t, 'public.x'), true, true, '') ¦ SELECT query_to_xml('SELECT * FROM "t1".t', true, true, 'public.x'), pg_catalog.query_to_xmlschema('SELECT * FROM ' || '"t1".t', true, true, ''), query_to_xml_and_xmlschema(E'SELECT * FROM\\t"t1".t', true, true, ''), table_to_xml('"t1".t', true, true, ''), schema_to_xml('t1', true, true, ''), query_to_xml(format('SELECT * FROM "t1".%I WHERE a = %L', t, 'public.x'), true, true, '')
                    SELECT * FROM crosstab('SELECT a FROM public.t ORDER BY 1', 'SELECT b FROM public.u') AS c(a int), public.crosstab3('SELECT a FROM public.t'), connectby('public.t', 'a', 'b', 'public.c', 0), xpath_table('id', 'x', 'public.docs', '/a', 'id IN (SELECT id FROM public.t)') AS t(id int) ¦ SELECT * FROM crosstab('SELECT a FROM "t1".t ORDER BY 1', 'SELECT b FROM "t1".u') AS c(a int), "t1".crosstab3('SELECT a FROM "t1".t'), connectby('"t1".t', 'a', 'b', 'public.c', 0), xpath_table('id', 'x', '"t1".docs', '/a', 'id IN (SELECT id FROM "t1".t)') AS t(id int)
                    SELECT ts_rewrite('a'::tsquery, 'SELECT t, s FROM public.aliases'), ts_rewrite('a', 'public.b', 'c'), dblink('x', 'SELECT 1 FROM public.t') ¦ SELECT ts_rewrite('a'::tsquery, 'SELECT t, s FROM "t1".aliases'), ts_rewrite('a', 'public.b', 'c'), dblink('x', 'SELECT 1 FROM public.t')
                    """)
    void textThatFunctionsExecute(String sql, String expected) {
        check(sql, expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    CREATE TRIGGER g BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger(tsv, 'public.cfg', a); CREATE TRIGGER g BEFORE INSERT ON public.t FOR EACH ROW EXECUTE PROCEDURE pg_catalog.tsvector_update_trigger('tsv', 'public.cfg', 'public.a') ¦ CREATE TRIGGER g BEFORE INSERT ON "t1".t FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger(tsv, '"t1".cfg', a); CREATE TRIGGER g BEFORE INSERT ON "t1".t FOR EACH ROW EXECUTE PROCEDURE pg_catalog.tsvector_update_trigger('tsv', '"t1".cfg', 'public.a')
                    SET default_text_search_config = 'public.cfg'; SET LOCAL default_text_search_config TO 'public.cfg'; SELECT set_config('default_text_search_config', 'public.cfg', false); CREATE FUNCTION f() RETURNS int LANGUAGE sql SET default_text_search_config = 'public.cfg' AS 'SELECT 1'; ALTER FUNCTION f() SET default_text_search_config TO 'public.cfg'; DO $$ BEGIN SET default_text_search_config = 'public.cfg'; EXECUTE 'SET default_text_search_config = ''public.cfg'''; END $$ ¦ SET LOCAL default_text_search_config = '"t1".cfg'; SET LOCAL default_text_search_config TO '"t1".cfg'; SELECT set_config('default_text_search_config', '"t1".cfg', true); CREATE FUNCTION f() RETURNS int LANGUAGE sql SET default_text_search_config = '"t1".cfg' AS 'SELECT 1'; ALTER FUNCTION f() SET default_text_search_config TO '"t1".cfg'; DO $$ BEGIN SET LOCAL default_text_search_config = '"t1".cfg'; EXECUTE 'SET LOCAL default_text_search_config = ''"t1".cfg'''; END $$
                    SET app.x = 'public.cfg'; SELECT set_config('app.x', 'public.cfg', false) ¦ SET LOCAL app.x = 'public.cfg'; SELECT set_config('app.x', 'public.cfg', true)
                    """)
    void textSearchConfigurations(String sql, String expected) {
        check(sql, expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    SELECT 1 OPERATOR(db.public.<^) 2, 1 OPERATOR(db.public.*) 2, 'db.public.<^(int,int)'::regoperator ¦ SELECT 1 OPERATOR(db."t1".<^) 2, 1 OPERATOR(db."t1".*) 2, 'db."t1".<^(int,int)'::regoperator
                    SELECT 'pub'⏎'lic.t'::regclass ¦ SELECT '"t1"'⏎'.t'::regclass
                    SELECT ('public' || '.' || 't')::regclass, to_regclass('public' || '.' || x), nextval('public' || '.s'), CAST('public' || '.' || 't' AS regclass) ¦ SELECT ('"t1"' || '.' || 't')::regclass, to_regclass('"t1"' || '.' || x), nextval('"t1"' || '.s'), CAST('"t1"' || '.' || 't' AS regclass)
                    SELECT to_regclass(quote_ident('public') || '.t'), to_regclass(format('%I.%I', 'public', x)), concat('public', '.', 't')::regclass, concat_ws('.', 'public', 't')::regclass, to_regclass(concat_ws('.', 'public', x)), format('public.%I', x)::regclass ¦ SELECT to_regclass(quote_ident('t1') || '.t'), to_regclass(format('%I.%I', 't1', x)), concat('"t1"', '.', 't')::regclass, concat_ws('.', '"t1"', 't')::regclass, to_regclass(concat_ws('.', '"t1"', x)), format('"t1".%I', x)::regclass
                    SELECT nextval(COALESCE(x, 'public.s')), (CASE WHEN x THEN 'public.a' ELSE 'public.b' END)::regclass ¦ SELECT nextval(COALESCE(x, '"t1".s')), (CASE WHEN x THEN '"t1".a' ELSE '"t1".b' END)::regclass
                    """)
    void namesThatArePutTogether(String sql, String expected) {
        check(sql, expected);
    }

    /** PostgreSQL: zero-length delimited identifier. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1;\nCREATE TABLE \"\".t (id int)",
                "SELECT 1;\nSELECT 1 AS U&\"\"",
                "SELECT 1;\nSELECT a.\"\" FROM a"
            })
    void anEmptyIdentifierIsRefused(String sql) {
        assertThatThrownBy(() -> adapt(sql, "t1"))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("zero-length delimited identifier")
                .hasMessageContaining("m.sql:2");
    }

    /** PostgreSQL refuses it itself, with the line in the body. */
    @Test
    void anEmptyIdentifierInCodeIsLeftToTheServer() {
        String sql = "DO $$ BEGIN EXECUTE 'CREATE TABLE \"\".t (id int)'; END $$";

        assertThat(adapt(sql, "t1")).isEqualTo(sql);
    }

    /** A text that is spliced into SQL and quoted by %I as well has one right form only for a name without quotes. */
    @Test
    void aNameForTwoUsesMustNeedNoQuotes() {
        String sql = "DO $$ DECLARE s text := 'public'; BEGIN EXECUTE format('DELETE FROM %I.t', s);"
                + " EXECUTE 'DELETE FROM ' || s || '.t'; END $$";

        assertThat(adapt(sql, "t1")).contains("s text := 't1'");
        assertThatThrownBy(() -> adapt(sql, "T 1"))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("needs quotes")
                .hasMessageContaining("m.sql:1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"T'e \"n%{_}", "t.1", "Ä|b"})
    void aPatternMatchesTheTenantAlone(String schema) {
        assertThat(adapt("SELECT nspname ~ '^(public|x)$'", schema))
                .isEqualTo("SELECT nspname ~ '^("
                        + schema.replaceAll("[.{}|%_]", "\\\\$0").replace("'", "''") + "|x)$'");
    }

    private static void check(String sql, String expected) {
        assertThat(adapt(sql.replace('⏎', '\n'), "t1")).isEqualTo(expected.replace('⏎', '\n'));
    }

    private static String adapt(String sql, String schema) {
        return new PublicSchemaAdapter()
                .adapt(MigrationScript.of("m.sql", sql), SHARED).statements(schema).stream()
                        .map(SqlStatement::sql)
                        .collect(Collectors.joining("; "));
    }
}
