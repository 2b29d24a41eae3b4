package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A migration that names {@code public} in many ways ends in its tenant's schema, also if the tenant's name is odd. The
 * catalog is the witness.
 */
@PostgresTest
class AdaptationTest {

    private static final String HARD = "Ten\"a'n\\t {%_é}";

    private final TestDatabase database;

    AdaptationTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void makeSharedTable() {
        database.execute("CREATE TABLE IF NOT EXISTS public.users (id int PRIMARY KEY)");
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
        database.execute("DROP TABLE public.users");
    }

    @Test
    void namesInLiteralsAreTheTenants() {
        Migration migration = Migration.of("20240301_names", """
                CREATE TABLE public.t (id serial PRIMARY KEY, a int);
                CREATE TYPE public.kind AS ENUM ('public', 'private');
                CREATE FUNCTION public.f(public.kind) RETURNS int LANGUAGE sql AS 'SELECT 1';
                CREATE OPERATOR public.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
                CREATE TABLE seen (what text, schema text);
                INSERT INTO seen
                SELECT 'class', relnamespace::regnamespace::text FROM pg_class WHERE oid IN ('public.t'::regclass,
                       CAST('"public"."t"' AS regclass), regclass 'PUBLIC.t', U&'\\0070ublic.t'::regclass, $$public.t$$::regclass)
                UNION ALL SELECT 'class', relnamespace::regnamespace::text FROM pg_class WHERE oid = ANY ('{public.t, "public.t"}'::regclass[])
                UNION ALL SELECT 'class', relnamespace::regnamespace::text FROM pg_class WHERE oid = ANY (ARRAY['public.t']::regclass[])
                UNION ALL SELECT 'class', relnamespace::regnamespace::text FROM pg_class WHERE oid = format('public.%I', 't')::regclass
                UNION ALL SELECT 'class', relnamespace::regnamespace::text FROM pg_class WHERE oid = to_regclass('public.t')
                UNION ALL SELECT 'type', typnamespace::regnamespace::text FROM pg_type WHERE oid IN ('public.kind[]'::regtype, to_regtype('public.kind'))
                UNION ALL SELECT 'proc', pronamespace::regnamespace::text FROM pg_proc WHERE oid IN ('public.f'::regproc, 'public.f(public.kind)'::regprocedure)
                UNION ALL SELECT 'oper', oprnamespace::regnamespace::text FROM pg_operator WHERE oid IN ('public.===(int,int)'::regoperator, to_regoper('public.==='))
                UNION ALL SELECT 'schema', nspname FROM pg_namespace WHERE oid IN ('public'::regnamespace, to_regnamespace('public'))
                UNION ALL SELECT 'shared', relnamespace::regnamespace::text FROM pg_class WHERE oid = 'public.users'::regclass;
                SELECT setval('public.t_id_seq', 41), nextval(pg_get_serial_sequence('public.t', 'id')),
                       pg_catalog.currval(E'public.t_id_seq'::text), pg_total_relation_size('"public"."t"'),
                       has_table_privilege('public.t', 'SELECT'), has_schema_privilege('public', 'USAGE');
                INSERT INTO t (a) VALUES (1)
                """);

        for (String tenant : tenants(migration)) {
            String quoted = Sql.identifier(tenant);
            assertThat(database.values("SELECT DISTINCT what || schema FROM " + quoted + ".seen ORDER BY 1"))
                    .containsExactlyInAnyOrder(
                            "class" + name(tenant),
                            "oper" + name(tenant),
                            "proc" + name(tenant),
                            "schema" + tenant,
                            "sharedpublic",
                            "type" + name(tenant));
            assertThat(database.value("SELECT count(*) FROM " + quoted + ".seen"))
                    .isEqualTo("11");
            assertThat(database.value("SELECT id FROM " + quoted + ".t")).isEqualTo("43");
        }
    }

    @Test
    void schemasInLiteralsAreTheTenants() {
        Migration migration = Migration.of("20240302_schemas", """
                CREATE TABLE t (id int, visibility text DEFAULT 'public');
                INSERT INTO t VALUES (1, 'public'), (2, DEFAULT);
                CREATE TABLE seen (i int);
                INSERT INTO seen SELECT 1 FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 't';
                INSERT INTO seen SELECT 2 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE 'public' = n.nspname AND n.nspname IN ('public', 'x') AND relname = 't';
                INSERT INTO seen SELECT 3 FROM pg_tables WHERE schemaname = ANY('{public}') AND schemaname = ANY(ARRAY['public'])
                  AND tablename = 't';
                INSERT INTO seen SELECT 4 FROM pg_tables WHERE schemaname LIKE 'public' AND NOT schemaname <> 'public' AND tablename = 't';
                INSERT INTO seen SELECT 5 FROM pg_class WHERE relnamespace = 'public'::regnamespace
                  AND relnamespace::regnamespace::text = 'public' AND relname = 't';
                INSERT INTO seen SELECT 6 WHERE current_schema() = 'public' AND 'public' = ANY (current_schemas(false));
                INSERT INTO seen SELECT 7 FROM t AS public WHERE public.visibility = 'public' AND public.id = 1;
                DO $$ BEGIN
                  IF EXISTS (SELECT FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'visibility') THEN
                    INSERT INTO seen VALUES (8);
                  END IF;
                END $$;
                COMMENT ON TABLE public.t IS 'public.t is public'
                """);

        for (String tenant : tenants(migration)) {
            String quoted = Sql.identifier(tenant);
            assertThat(database.values("SELECT i FROM " + quoted + ".seen ORDER BY i"))
                    .containsExactly("1", "2", "3", "4", "5", "6", "7", "8");
            assertThat(database.values("SELECT visibility FROM " + quoted + ".t"))
                    .containsExactly("public", "public");
            assertThat(database.value("SELECT obj_description(to_regclass(?))", quoted + ".t"))
                    .isEqualTo("public.t is public");
        }
    }

    @Test
    void codeInQuotesIsAdaptedAtAnyDepth() {
        Migration migration = Migration.of("20240303_code", """
                CREATE TABLE public.t (a text, b int);
                INSERT INTO public.t VALUES ('x', 1);
                DO 'BEGIN EXECUTE ''ALTER TABLE public.t ADD c text DEFAULT ''''public.t''''''; END';
                DO E'BEGIN\\n PERFORM \\'public.t\\'::regclass;\\n CREATE TABLE public.e (a int);\\nEND';
                CREATE FUNCTION public.sum_b() RETURNS bigint LANGUAGE sql AS 'SELECT sum(b) FROM public.t WHERE a <> ''public.t''';
                CREATE FUNCTION public.all_a() RETURNS SETOF text LANGUAGE plpgsql AS $body$
                DECLARE r record; c refcursor; n text := 'x';
                BEGIN
                  FOR r IN EXECUTE 'SELECT a FROM public.t' LOOP RETURN NEXT r.a; END LOOP;
                  RETURN QUERY EXECUTE format('SELECT a FROM public.%I', 't');
                  RETURN QUERY EXECUTE format('SELECT a FROM %I.%I WHERE a = %L', 'public', 't', n);
                  RETURN QUERY EXECUTE 'SELECT a FROM ' || 'public.t WHERE a = ''' || n || ''' AND 1 = (SELECT b FROM public.t)';
                  RETURN QUERY EXECUTE 'SELECT a FROM public.' || quote_ident('t') || $q$ WHERE a <> 'public.t'$q$;
                  OPEN c FOR EXECUTE 'SELECT a FROM public.t'; FETCH c INTO n; CLOSE c; RETURN NEXT n;
                  EXECUTE 'SELECT count(*) FROM public.t WHERE b = $1' INTO n USING 1; RETURN NEXT n;
                END $body$;
                CREATE FUNCTION public.atomic() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM public.t; END;
                DO $$ BEGIN
                  EXECUTE 'CREATE FUNCTION public.inner_f() RETURNS int LANGUAGE sql AS ''SELECT b FROM public.t''';
                  EXECUTE $q$ DO $r$ BEGIN EXECUTE 'CREATE TABLE public.deep (t text DEFAULT ''public.t'')'; END $r$ $q$;
                  EXECUTE (SELECT string_agg('COMMENT ON TABLE public.' || quote_ident(tablename) || ' IS ''public.t''', ';')
                             FROM pg_tables WHERE schemaname = 'public' AND tablename = 'deep');
                END $$
                """);

        for (String tenant : tenants(migration)) {
            String quoted = Sql.identifier(tenant);
            assertThat(database.values("SELECT * FROM " + quoted + ".all_a()"))
                    .containsExactly("x", "x", "x", "x", "x", "x", "1");
            assertThat(database.value(
                            "SELECT " + quoted + ".sum_b() + " + quoted + ".atomic() + " + quoted + ".inner_f()"))
                    .isEqualTo("3");
            assertThat(database.value("SELECT c FROM " + quoted + ".t")).isEqualTo("public.t");
            assertThat(database.values(
                            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = ?::regnamespace ORDER BY 1",
                            quoted))
                    .contains("deep", "e", "t");
            assertThat(database.value("SELECT obj_description(to_regclass(?))", quoted + ".deep"))
                    .isEqualTo("public.t");
        }
    }

    @Test
    void searchPathsHoldTheTenant() {
        Migration migration = Migration.of("20240304_paths", """
                SELECT pg_catalog.set_config('search_path', '', false);
                CREATE TABLE after_dump (id int);
                SET search_path = public, pg_catalog;
                CREATE TABLE after_set (id int);
                SET search_path = '';
                CREATE TABLE after_empty (id int);
                SET search_path TO DEFAULT;
                CREATE TABLE after_default (id int);
                RESET search_path; SET SCHEMA 'public'; RESET TIME ZONE;
                CREATE TABLE after_schema (id int);
                DO $$ BEGIN
                  SET search_path = pg_catalog, public;
                  PERFORM set_config('search_path', 'public', false), set_config('lock_timeout', '1234', false);
                  CREATE TABLE in_block (id int);
                  RESET search_path;
                  EXECUTE 'SET search_path TO public';
                  EXECUTE 'CREATE TABLE in_dynamic AS SELECT current_schemas(false)::text AS path';
                END $$;
                CREATE FUNCTION one() RETURNS int LANGUAGE sql SET search_path = public SET work_mem = '1MB' AS 'SELECT 1';
                CREATE FUNCTION two() RETURNS int LANGUAGE sql SET search_path TO 'public', pg_temp AS 'SELECT 1';
                CREATE FUNCTION three() RETURNS int LANGUAGE sql AS 'SELECT 1';
                ALTER FUNCTION public.three() SET search_path TO public;
                CREATE FUNCTION four() RETURNS int LANGUAGE sql SET search_path FROM CURRENT AS 'SELECT 1';
                ALTER FUNCTION three() RESET search_path;
                ALTER FUNCTION three() SET search_path = public;
                CREATE FUNCTION five() RETURNS int LANGUAGE sql SET search_path = '' AS 'SELECT 1'
                """);
        String pathBefore = database.value("SHOW search_path");

        for (String tenant : tenants(migration)) {
            String quoted = Sql.identifier(tenant);
            assertThat(database.values(
                            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = ?::regnamespace",
                            quoted))
                    .contains(
                            "after_dump",
                            "after_set",
                            "after_empty",
                            "after_default",
                            "after_schema",
                            "in_block",
                            "in_dynamic");
            assertThat(database.value(
                            "SELECT path::text[] = ARRAY[?::text, 'public'] FROM " + quoted + ".in_dynamic", tenant))
                    .isEqualTo("true");
            assertThat(database.values(
                            "SELECT array_to_string(proconfig, ';') FROM pg_proc WHERE pronamespace = ?::regnamespace ORDER BY proname",
                            quoted))
                    .containsExactly(
                            "search_path=\"\"",
                            "search_path=" + name(tenant) + ", public",
                            "search_path=" + name(tenant) + ", public;work_mem=1MB",
                            "search_path=" + name(tenant) + ", public",
                            "search_path=" + name(tenant) + ", public, pg_temp");
        }
        assertThat(database.value("SHOW search_path")).isEqualTo(pathBefore);
        assertThat(database.value("SHOW lock_timeout")).isEqualTo("0");
    }

    @Test
    void continuedLiteralsArriveWhole() {
        Migration migration = Migration.of("20240305_continued", """
                CREATE TABLE c (t text);
                INSERT INTO c VALUES (E'a\\'; SELECT 1;' -- comment
                  'b\\'; public.t'
                  ';c''d');
                SELECT nextval_missing()
                """);
        String tenant = Samples.create(database, "a", MEMBERS);

        var failure = Samples.with(database, MEMBERS, migration)
                .deploy(Tenants.named(tenant))
                .failed()
                .get(0)
                .failure();

        assertThat(failure.message()).contains("nextval_missing");
        assertThat(failure.line()).hasValue(5);
    }

    /** One tenant created with the migration, one that it is deployed to, and one with a hard name. */
    private List<String> tenants(Migration migration) {
        TenantMigrator migrator = Samples.migrator(database, MEMBERS, migration)
                .sharedObjects("users")
                .build();
        String deployed = Samples.create(database, "b", MEMBERS);
        database.execute("CREATE SCHEMA " + Sql.identifier(HARD));
        database.execute("CREATE TABLE " + Sql.qualified(HARD, "schema_migrations")
                + " (id SERIAL PRIMARY KEY, version VARCHAR(255) UNIQUE NOT NULL, description TEXT,"
                + " applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, checksum VARCHAR(64))");
        List<String> tenants = new ArrayList<>(
                List.of(migrator.createTenant(TenantName.forUser("a")).schema(), deployed, HARD));
        migrator.deployAll().throwIfFailed();
        assertThat(database.values(
                        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"))
                .containsExactly("users");
        return tenants;
    }

    /** As {@code regnamespace} shows it. */
    private static String name(String tenant) {
        return tenant.equals(HARD) ? Sql.identifier(tenant) : tenant;
    }
}
