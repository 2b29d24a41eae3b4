package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.TenantOutcome.Healthy;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One short script for each row of the README's table of SQL, and its effect in the catalog. Each script runs while a tenant is
 * created and as a deploy to an adopted schema with an odd name. The schema {@code public} has a decoy of each object.
 *
 * <p>In the tables below {@code {t}} is the tenant's schema as an identifier, {@code {l}} that as a string, {@code {n}} its name;
 * a line {@code ---} divides migrations.
 */
@PostgresTest
class CaseTableTest {

    private static final String ODD_NAME = "O'We\"ird Ünit";

    /** Made in the shared schema and in each tenant: a script that confuses the two changes the wrong one. */
    private static final String OBJECTS = """
            CREATE TABLE t (id serial PRIMARY KEY, col int);
            CREATE SEQUENCE s;
            CREATE TYPE e AS ENUM ('x');
            CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'""";

    private static final String COLUMNS = "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute"
            + " WHERE attrelid = ({l} || '.t')::regclass AND attnum > 2 AND NOT attisdropped";
    private static final String TABLES = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class"
            + " WHERE relnamespace = {l}::regnamespace AND relkind = 'r' AND relname NOT IN ('t', 'schema_migrations')";
    private static final String SEEN = "SELECT string_agg(DISTINCT x, ' ' ORDER BY x) FROM {t}.seen";

    private final TestDatabase database;

    CaseTableTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeAll
    static void fillPublic(TestDatabase database) {
        database.execute(
                "CREATE TABLE users (id int PRIMARY KEY); CREATE EXTENSION \"uuid-ossp\"; CREATE EXTENSION citext;"
                        + " CREATE EXTENSION pg_trgm; CREATE SCHEMA extensions; CREATE EXTENSION ltree SCHEMA extensions; "
                        + OBJECTS);
    }

    @AfterEach
    void dropTenants() {
        TenantMigrator migrator = migrator("SELECT 1");
        migrator.tenants().forEach(tenant -> migrator.dropTenant(tenant));
        database.execute("DROP SCHEMA IF EXISTS " + Sql.identifier(ODD_NAME) + " CASCADE");
    }

    static Stream<Arguments> runs() {
        return Stream.of(
                arguments("qualified names", """
                        ALTER TABLE "public"."t" ADD a int; ALTER TABLE public.t ADD b int; ALTER TABLE PUBLIC . t ADD c int;
                        ALTER TABLE public/*c*/."t" ADD d int; ALTER TABLE U&"\\0070ublic".t ADD e int;
                        ALTER TABLE {db}.public.t ADD f int; UPDATE public.t SET col = 1 WHERE public.t.id = 1
                        """, COLUMNS, "a b c d e f"),
                arguments("names that only look like it", """
                        CREATE TABLE public_tokens ("Public" text DEFAULT 'public.t', public int);
                        INSERT INTO public_tokens (public) SELECT public FROM public_tokens AS public; -- public.t
                        CREATE TABLE seen AS SELECT column_default AS x, 1 AS public FROM information_schema.columns
                         WHERE table_name = 'public_tokens' AND column_name = 'Public'
                        """, SEEN, "'public.t'::text"),
                arguments("shared objects and objects of extensions", """
                        CREATE TABLE r (u int REFERENCES public.users, v int REFERENCES "public"."users" (id),
                                        i uuid DEFAULT public.uuid_generate_v4(), m public.citext);
                        CREATE INDEX r_m ON r USING gin ((m::text) public.gin_trgm_ops);
                        CREATE TABLE seen AS SELECT confrelid::regclass::text AS x FROM pg_constraint
                         WHERE conrelid = 'public.r'::regclass UNION ALL SELECT typnamespace::regnamespace::text
                          FROM pg_type WHERE oid = 'public.citext'::regtype
                        """, SEEN, "public users"),
                arguments("the role PUBLIC", """
                        GRANT USAGE ON SCHEMA public TO PUBLIC; GRANT SELECT ON public.t TO public;
                        GRANT CREATE ON SCHEMA public TO PUBLIC; REVOKE CREATE ON SCHEMA public FROM public
                        """, """
                        SELECT 'PUBLIC has'
                               || CASE WHEN array_to_string(nspacl, ' ') ~ '(^| )=U/' THEN ' USAGE' ELSE '' END
                               || CASE WHEN array_to_string(relacl, ' ') ~ '(^| )=r/' THEN ' SELECT' ELSE '' END
                          FROM pg_namespace n JOIN pg_class c ON relnamespace = n.oid AND relname = 't' WHERE nspname = '{q}'
                        """, "PUBLIC has USAGE SELECT"),
                arguments("SCHEMA public", """
                        ALTER TABLE t SET SCHEMA public; COMMENT ON SCHEMA public IS 'it';
                        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;
                        GRANT INSERT ON ALL TABLES IN SCHEMA public TO pg_monitor; ALTER SCHEMA public OWNER TO {db};
                        CREATE TABLE granted ()
                        """, """
                        SELECT 'comment: ' || obj_description({l}::regnamespace)
                               || ', INSERT on t: ' || has_table_privilege('pg_monitor', {l} || '.t', 'INSERT')
                               || ', SELECT on granted: ' || has_table_privilege('pg_monitor', {l} || '.granted', 'SELECT')
                        """, "comment: it, INSERT on t: true, SELECT on granted: true"),
                arguments("CREATE SCHEMA public", """
                        CREATE SCHEMA public; CREATE SCHEMA IF NOT EXISTS "public"; CREATE TABLE a ()
                        """, TABLES, "a"),
                arguments("SET search_path", """
                        SET search_path = public, pg_catalog; CREATE TABLE a ();
                        SET search_path TO DEFAULT; CREATE TABLE b ();
                        SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.c ()
                        ---
                        CREATE TABLE d ()
                        """, TABLES, "a b c d"),
                arguments(
                        "other settings end with their migration",
                        """
                        SET statement_timeout = '99s'; SELECT set_config('lock_timeout', '98s', false);
                        DO $$ BEGIN SET work_mem = '1MB'; PERFORM set_config('app.x', 'left', false); END $$
                        ---
                        CREATE TABLE seen AS SELECT 'work_mem ' || current_setting('work_mem')
                            || ', statement_timeout ' || current_setting('statement_timeout')
                            || ', lock_timeout kept ' || (current_setting('lock_timeout') = '98s')
                            || ', app.x "' || coalesce(current_setting('app.x', true), '') || '"' AS x
                        """,
                        SEEN,
                        "work_mem 4MB, statement_timeout 0, lock_timeout kept false, app.x \"\""),
                arguments("SET client_encoding", """
                        SET client_encoding = 'LATIN1'; CREATE TABLE seen AS SELECT 'ü' AS x
                        """, SEEN, "ü"),
                arguments("SET CONSTRAINTS", """
                        CREATE TABLE a (id int PRIMARY KEY REFERENCES a DEFERRABLE, up int REFERENCES a DEFERRABLE);
                        SET CONSTRAINTS ALL DEFERRED; INSERT INTO a VALUES (1, 2), (2, 1)
                        """, "SELECT count(*)::text FROM {t}.a", "2"),
                arguments("a function's search path", """
                        CREATE FUNCTION public.where_am_i() RETURNS text LANGUAGE sql SET search_path = public
                        AS 'SELECT array_to_string(current_schemas(false), '' '')'
                        """, "SELECT {t}.where_am_i()", "{n} public"),
                arguments(
                        "strings that are names",
                        """
                        CREATE TABLE c (i int DEFAULT nextval('public.s'), j int DEFAULT nextval('"public"."s"'::regclass));
                        CREATE TABLE seen AS
                        SELECT relnamespace::regnamespace::text AS x FROM pg_class WHERE oid = ANY (ARRAY[
                            'public.t'::regclass, CAST('"public"."t"' AS regclass), regclass 'public.t',
                            to_regclass('public.t'), pg_get_serial_sequence('public.t', 'id')::regclass])
                        UNION ALL SELECT typnamespace::regnamespace::text FROM pg_type WHERE oid = ANY (ARRAY[
                            'public.e'::regtype, to_regtype('public.e')])
                        UNION ALL SELECT pronamespace::regnamespace::text FROM pg_proc WHERE oid IN ('public.f'::regproc,
                            'public.f()'::regprocedure);
                        INSERT INTO public.t (col) VALUES (1);
                        INSERT INTO c SELECT nextval('public.s') WHERE setval('public.s', 7) = 7;
                        SELECT currval('public.s'), pg_total_relation_size('public.t'), has_table_privilege('public.t', 'SELECT')
                        """,
                        "SELECT 'all in the tenant: ' || (x = quote_ident('{q}')) || ', its s: ' || (SELECT last_value FROM {t}.s)"
                                + " || ', public.s: ' || (SELECT last_value FROM public.s)"
                                + " FROM (SELECT DISTINCT x FROM {t}.seen) one",
                        "all in the tenant: true, its s: 9, public.s: 1"),
                arguments("strings compared with a schema's name", """
                        CREATE TABLE public.here (id int);
                        CREATE TABLE seen AS SELECT (
                           (SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'here')
                         + (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
                             WHERE 'public' = n.nspname AND relname = 'here')
                         + (SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'x') AND tablename = 'here')
                         + (SELECT count(*) FROM pg_class c JOIN pg_namespace ON pg_namespace.oid = relnamespace
                             WHERE nspname = ANY('{public}') AND relname = 'here')
                         + (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = 'here')
                         )::text AS x
                        """, SEEN, "5"),
                arguments("data", """
                        CREATE TYPE v AS ENUM ('public', 'private');
                        CREATE TABLE seen (x text DEFAULT 'public', v v DEFAULT 'public'); INSERT INTO seen DEFAULT VALUES;
                        INSERT INTO seen VALUES ('public'), ('public.t'); COMMENT ON TABLE seen IS 'public.t is not this';
                        UPDATE seen SET x = obj_description('public.seen'::regclass) WHERE x = 'public' AND v <> 'private'
                        """, SEEN, "public.t public.t is not this"),
                arguments("bodies", """
                        CREATE TABLE here AS SELECT 1 AS one;
                        CREATE FUNCTION a() RETURNS bigint LANGUAGE plpgsql AS $body$ BEGIN RETURN (SELECT sum(one) FROM public.here); END $body$;
                        CREATE FUNCTION b() RETURNS bigint LANGUAGE sql AS 'SELECT sum(one) FROM public.here WHERE ''public.here'' <> ''''';
                        CREATE FUNCTION c() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN sum(one) END FROM public.here; END;
                        DO $a$ BEGIN EXECUTE $b$ DO $c$ BEGIN UPDATE public.here SET one = one + 1; END $c$ $b$; END $a$;
                        DO 'BEGIN IF ''x'' <> ''public'' THEN UPDATE public.here SET one = one + 1; END IF; END'
                        """, "SELECT ({t}.a() + {t}.b() + {t}.c())::text", "9"),
                arguments("dynamic SQL", """
                        DO $$ BEGIN
                            EXECUTE 'ALTER TABLE public.t ADD a int'; EXECUTE format('ALTER TABLE public.%I ADD b int', 't');
                            EXECUTE 'ALTER TABLE ' || 'public.t' || ' ADD c int';
                        END $$
                        """, COLUMNS, "a b c"),
                arguments("an extension that is in another schema", """
                        CREATE EXTENSION IF NOT EXISTS ltree WITH SCHEMA public; COMMENT ON EXTENSION ltree IS 'not mine';
                        CREATE TABLE seen AS SELECT 'a.b'::ltree::text AS x UNION ALL SELECT nlevel('a.b'::public.ltree)::text
                        """, SEEN, "2 a.b"),
                arguments("ALTER TYPE … ADD VALUE", """
                        CREATE TYPE mood AS ENUM ('a')
                        ---
                        ALTER TYPE public.mood RENAME TO feeling
                        ---
                        ALTER TYPE feeling ADD VALUE 'b' BEFORE 'a'; ALTER TYPE "feeling" ADD VALUE IF NOT EXISTS 'c' AFTER 'b'
                        ---
                        CREATE TABLE gone (f feeling DEFAULT 'b'); CREATE INDEX ON gone (f) WHERE f = 'c';
                        CREATE TABLE seen AS SELECT array_to_string(enum_range(NULL::feeling), ',') AS x
                        ---
                        DROP TABLE gone; DROP TYPE feeling; CREATE TYPE feeling AS ENUM ('y')
                        ---
                        ALTER TYPE public.feeling ADD VALUE 'z'
                        ---
                        INSERT INTO seen VALUES ('z'::feeling::text || ' of ' || array_to_string(enum_range(NULL::feeling), ','))
                        """, SEEN, "b,c,a z of y,z"),
                arguments("BEGIN and COMMIT", """
                        BEGIN; CREATE TABLE a (); COMMIT; START TRANSACTION; CREATE TABLE b (); END
                        """, TABLES, "a b"),
                arguments("psql's \\restrict", """
                        \\restrict 4bc
                        CREATE TABLE a ();
                        \\unrestrict 4bc
                        """, TABLES, "a"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("runs")
    void runsWhileATenantIsCreated(String row, String sql, String query, String expected) {
        TenantMigrator migrator = migrator(sql);
        List<String> before = Surroundings.of(database, "");

        String tenant = migrator.createTenant(TenantName.forUser("anna")).schema();

        assertThat(database.value(inTenant(query, tenant))).isEqualTo(inTenant(expected, tenant));
        assertThat(Surroundings.of(database, tenant)).isEqualTo(before);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("runs")
    void runsAsADeploy(String row, String sql, String query, String expected) {
        TenantMigrator migrator = migrator(sql);
        database.execute("CREATE SCHEMA " + Sql.identifier(ODD_NAME));
        migrator.adopt(ODD_NAME, Set.of());
        List<String> before = Surroundings.of(database, ODD_NAME);

        migrator.deploy(Tenants.named(ODD_NAME)).throwIfFailed();

        assertThat(database.value(inTenant(query, ODD_NAME))).isEqualTo(inTenant(expected, ODD_NAME));
        assertThat(Surroundings.of(database, ODD_NAME)).isEqualTo(before);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments("CREATE TABLE my_public.t ()", "my_public"),
                arguments("ALTER TABLE \"Public\".t ADD a int", "Public"),
                arguments("DROP SCHEMA public CASCADE", "drop"),
                arguments("ALTER SCHEMA public RENAME TO other", "rename"),
                arguments("SET standard_conforming_strings = off", "standard_conforming_strings"),
                arguments("SET DateStyle = 'German, DMY'", "DateStyle"),
                arguments("LISTEN news", "LISTEN"),
                arguments("PREPARE p AS SELECT 1", "PREPARE"),
                arguments("DECLARE c CURSOR WITH HOLD FOR SELECT 1", "WITH HOLD"),
                arguments("SELECT pg_advisory_lock(1)", "advisory"),
                arguments("LOAD 'auto_explain'", "LOAD"),
                arguments("CREATE SCHEMA other", "other"),
                arguments("CREATE TABLE other.t ()", "other"),
                arguments("ROLLBACK", "ROLLBACK"),
                arguments("SAVEPOINT a", "SAVEPOINT"),
                arguments("PREPARE TRANSACTION 'a'", "PREPARE TRANSACTION"),
                arguments("COMMIT AND CHAIN", "CHAIN"),
                arguments("SET ROLE pg_monitor", "role"),
                arguments("SET SESSION AUTHORIZATION DEFAULT", "role"),
                arguments("RESET ALL", "RESET ALL"),
                arguments("DISCARD ALL", "DISCARD"),
                arguments("\\connect other\n", "psql"),
                arguments("\\copy t FROM 'file'\n", "psql"),
                arguments("COPY a FROM stdin CSV;\n\"1,2\n\\.\n", "COPY"));
    }

    /** Before anything ran, with file and line. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void isRefused(String sql, String reason) {
        String tenant =
                migrator("SELECT 1").createTenant(TenantName.forUser("anna")).schema();
        List<String> before = Surroundings.of(database, "");
        TenantMigrator migrator = migrator("SELECT 1\n---\nCREATE TABLE a ();\n" + sql);

        assertThat(refusalOf(() -> migrator.deploy(Tenants.named(tenant))))
                .containsIgnoringCase(reason)
                .contains("20240102_case/migration.sql:2");
        assertThat(refusalOf(() -> migrator.createTenant(TenantName.forUser("bob"))))
                .containsIgnoringCase(reason);
        assertThat(Surroundings.of(database, "")).isEqualTo(before);
    }

    private static String refusalOf(Runnable call) {
        try {
            call.run();
        } catch (InvalidMigrationException e) {
            return String.valueOf(e.getMessage());
        }
        throw new AssertionError("not refused");
    }

    @Test
    void theIsolationLevelIsThatOfADeploy() {
        String sql = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;"
                + " CREATE TABLE seen AS SELECT current_setting('transaction_isolation') AS x";
        String created = migrator(sql).createTenant(TenantName.forUser("anna")).schema();
        assertThat(database.value(inTenant(SEEN, created))).isEqualTo("read committed");

        database.execute("CREATE SCHEMA " + Sql.identifier(ODD_NAME));
        migrator(sql).adopt(ODD_NAME, Set.of());
        migrator(sql).deploy(Tenants.named(ODD_NAME)).throwIfFailed();
        assertThat(database.value(inTenant(SEEN, ODD_NAME))).isEqualTo("serializable");
    }

    @Test
    void anExtensionIsMadeOnceInTheSharedSchema() {
        String sql = "CREATE EXTENSION hstore WITH SCHEMA public CASCADE; COMMENT ON EXTENSION hstore IS 'not mine';"
                + " CREATE TABLE seen AS SELECT hstore('a', 'b')::text AS x";
        TenantMigrator migrator = migrator(sql);
        for (String user : List.of("anna", "bob")) {
            String tenant = migrator.createTenant(TenantName.forUser(user)).schema();
            assertThat(database.value(inTenant(SEEN, tenant))).isEqualTo("\"a\"=>\"b\"");
        }
        assertThat(database.value("SELECT extnamespace::regnamespace || obj_description(oid) FROM pg_extension"
                        + " WHERE extname = 'hstore'"))
                .startsWith("public")
                .doesNotContain("not mine");
    }

    @Test
    void aSecondSchemaMayBeAllowedByName() {
        database.execute("CREATE SCHEMA reports; CREATE TABLE reports.runs (tenant text)");
        TenantMigrator migrator = builder("INSERT INTO reports.runs VALUES ('one')")
                .allowSchemas("reports")
                .build();

        migrator.createTenant(TenantName.forUser("anna"));

        assertThat(database.values("SELECT tenant FROM reports.runs")).containsExactly("one");
        TenantMigrator notAllowed = migrator("INSERT INTO reports.runs VALUES ('two')");
        assertThat(refusalOf(() -> notAllowed.createTenant(TenantName.forUser("bob"))))
                .contains("reports");
        database.execute("DROP SCHEMA reports CASCADE");
    }

    @Test
    void theChecksumIsThatOfTheFile() {
        String sql = "ALTER TABLE public.t ADD a int";
        TenantMigrator migrator = migrator(sql);
        String tenant = migrator.createTenant(TenantName.forUser("anna")).schema();
        assertThat(database.values("SELECT checksum FROM " + tenant + ".schema_migrations ORDER BY version"))
                .containsExactly(
                        MigrationScript.of("", OBJECTS).checksum(),
                        MigrationScript.of("", sql).checksum());
        assertThat(migrator.verify(Tenants.named(tenant)).of(Healthy.class)).hasSize(1);
    }

    private TenantMigrator migrator(String sql) {
        return builder(sql).build();
    }

    private TenantMigratorBuilder builder(String sql) {
        Migration[] migrations = migrations(sql, database.name()).toArray(Migration[]::new);
        return Samples.migrator(database, migrations).sharedObjects("users");
    }

    /** The migrations of a row, in a database of some name. */
    static List<Migration> migrations(String sql, String databaseName) {
        List<Migration> migrations = new ArrayList<>();
        migrations.add(Migration.of("20240100_objects", OBJECTS));
        for (String script : sql.replace("{db}", databaseName).split("\n---\n", -1)) {
            migrations.add(Migration.of(String.format(Locale.ROOT, "202401%02d_case", migrations.size()), script));
        }
        return migrations;
    }

    private static String inTenant(String text, String tenant) {
        return text.replace("{l}", Sql.literal(Sql.identifier(tenant)))
                .replace("{t}", Sql.identifier(tenant))
                .replace("{q}", tenant.replace("'", "''"))
                .replace("{n}", tenant);
    }
}
