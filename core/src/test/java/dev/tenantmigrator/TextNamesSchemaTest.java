package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rows that a script reads and writes when it names the schema beside an alias of that name, or only in text. The schema
 * {@code public} has each table too, with rows that say so.
 */
@PostgresTest
class TextNamesSchemaTest {

    private static final String ODD_NAME = "O'We\"ird Ünit";

    private static final String OBJECTS = """
            CREATE TABLE seen (x text);
            CREATE TABLE a (id int, v text); CREATE TABLE b (id int, v text); CREATE TABLE docs (v tsvector);
            CREATE TABLE tree (id text, up text); CREATE TABLE aliases (t tsquery, s tsquery);
            CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'""";

    private static final String ROWS = """
            INSERT INTO a VALUES (1, 'W'); INSERT INTO b VALUES (1, 'W'); INSERT INTO docs VALUES ('W');
            INSERT INTO tree VALUES ('W', NULL), ('of_W', 'W'); INSERT INTO aliases VALUES ('x', 'W')""";

    private static final String FIRST = OBJECTS + ";" + ROWS.replace("W", "own");

    private final TestDatabase database;

    TextNamesSchemaTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeAll
    static void fillPublic(TestDatabase database) {
        database.execute("CREATE EXTENSION tablefunc; " + OBJECTS + ";" + ROWS.replace("W", "shared"));
    }

    @AfterEach
    void dropTenants() {
        TenantMigrator migrator = migrator("SELECT 1");
        migrator.tenants().forEach(tenant -> migrator.dropTenant(tenant));
        database.execute("DROP SCHEMA IF EXISTS " + Sql.identifier(ODD_NAME) + " CASCADE");
    }

    static Stream<Arguments> scripts() {
        return Stream.of(
                // beside an alias
                arguments(
                        "INSERT INTO public.seen SELECT b.v FROM public.a AS public, public.b WHERE public.id = b.id",
                        "own"),
                arguments(
                        "INSERT INTO public.seen SELECT public.v FROM public.b x, public.a AS public WHERE public.id = 1",
                        "own"),
                arguments("INSERT INTO seen SELECT public.v FROM (public.a public CROSS JOIN public.b)", "own"),
                arguments(
                        "INSERT INTO seen SELECT z.v FROM public.a public, LATERAL (SELECT b.v FROM public.b WHERE b.id = public.id) z",
                        "own"),
                arguments(
                        "INSERT INTO seen SELECT b.v FROM public.a AS public JOIN public.b ON public.id = b.id, public.docs",
                        "own"),
                arguments(
                        "WITH c AS (SELECT public.id FROM public.a public) INSERT INTO seen SELECT b.v FROM c, public.b",
                        "own"),
                arguments(
                        "UPDATE public.a AS public SET v = b.v || '+' FROM public.docs, public.b WHERE public.id = b.id; INSERT INTO seen SELECT v FROM a",
                        "own+"),
                arguments(
                        "DELETE FROM public.a AS public USING public.docs, public.b WHERE public.id = b.id AND b.v = 'own'; INSERT INTO seen SELECT count(*) FROM a",
                        "0"),
                arguments(
                        "MERGE INTO public.a AS public USING public.b ON public.id = b.id WHEN MATCHED THEN UPDATE SET v = b.v || public.id; INSERT INTO seen SELECT v FROM a",
                        "own1"),
                arguments(
                        "CREATE VIEW public.w AS SELECT b.v FROM public.a AS public, public.b; INSERT INTO seen SELECT v FROM w",
                        "own"),
                arguments(
                        "CREATE TABLE IF NOT EXISTS public.n AS SELECT b.v, extract(year FROM public.d) FROM public.b, (SELECT now() AS d) AS public; INSERT INTO seen SELECT v FROM n",
                        "own"),
                arguments(
                        "INSERT INTO public.seen AS public SELECT a.v FROM public.docs, public.a RETURNING public.x",
                        "own"),
                // tables, queries, records of that name
                arguments(
                        "WITH public AS (SELECT v FROM public.b) INSERT INTO seen SELECT public.v FROM public", "own"),
                arguments(
                        "WITH public(q) AS (SELECT 1) INSERT INTO seen SELECT b.v FROM public, public.b WHERE public.q = 1",
                        "own"),
                arguments(
                        "CREATE TABLE public (id int, CHECK (public.id > 0)); INSERT INTO public VALUES (3) RETURNING public.id; INSERT INTO seen SELECT public.id FROM public",
                        "3"),
                arguments(
                        "CREATE TABLE public.public (id int); INSERT INTO public.public VALUES (4); INSERT INTO seen SELECT public.id FROM public.public",
                        "4"),
                arguments(
                        "CREATE FUNCTION public.public(p int) RETURNS int LANGUAGE sql AS 'SELECT public.p + 1'; INSERT INTO seen SELECT public.public FROM public.public(4)",
                        "5"),
                arguments("""
                        DO $$ DECLARE public record; BEGIN SELECT * INTO public FROM public.b; INSERT INTO public.seen VALUES (public.v);
                          public.v := public.v || '!'; INSERT INTO public.seen SELECT public.v FROM public.a; END $$
                        """, "own own!"),
                arguments(
                        "DO $$ <<public>> DECLARE x text; BEGIN SELECT v INTO public.x FROM public.b; INSERT INTO public.seen VALUES (public.x); END $$",
                        "own"),
                arguments(
                        "CREATE FUNCTION g(public public.b) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN public.v || (SELECT v FROM public.a); END $$; INSERT INTO seen SELECT g(b) FROM b",
                        "ownown"),
                // text that is executed
                arguments(
                        "DO $$ DECLARE q text := 'INSERT INTO seen SELECT v FROM public.b'; BEGIN EXECUTE q; END $$",
                        "own"),
                arguments(
                        "DO $$ DECLARE q text; BEGIN q := format('INSERT INTO seen SELECT v FROM public.%I', 'b'); EXECUTE q; END $$",
                        "own"),
                arguments(
                        "DO $$ DECLARE q text; BEGIN q := 'INSERT INTO public.seen '; q := q || 'SELECT v FROM public.b'; EXECUTE q; END $$",
                        "own"),
                arguments(
                        "DO $$ DECLARE q text; BEGIN FOREACH q IN ARRAY ARRAY['INSERT INTO seen SELECT v FROM public.a'] LOOP EXECUTE q; END LOOP; END $$",
                        "own"),
                arguments(
                        "DO $$ DECLARE ts text[] := '{public.a,\"public.b\"}'; t text; BEGIN FOREACH t IN ARRAY ts LOOP EXECUTE 'INSERT INTO seen SELECT v FROM ' || t; END LOOP; END $$",
                        "own"),
                arguments(
                        "DO $$ DECLARE ss text[] := '{public}'; BEGIN EXECUTE format('INSERT INTO seen SELECT v FROM %I.b', ss[1]); END $$",
                        "own"),
                arguments(
                        "DO $$ DECLARE s text := 'public'; BEGIN EXECUTE format('INSERT INTO seen SELECT v FROM %I.b', s); END $$",
                        "own"),
                arguments(
                        "DO $$ DECLARE s text := 'public'; BEGIN EXECUTE 'INSERT INTO seen SELECT v FROM ' || s || '.b'; END $$",
                        "own"),
                arguments(
                        "DO $$ DECLARE s CONSTANT text NOT NULL DEFAULT 'public'; BEGIN EXECUTE 'INSERT INTO seen SELECT v FROM ' || quote_ident(s) || '.b'; END $$",
                        "own"),
                arguments(
                        "DO $$ BEGIN EXECUTE concat('INSERT INTO seen SELECT v FROM ', 'public', '.b'); EXECUTE concat_ws('.', 'INSERT INTO seen SELECT v FROM public', 'a'); END $$",
                        "own"),
                arguments(
                        "DO $$ DECLARE q text; BEGIN SELECT string_agg(format('INSERT INTO seen SELECT v FROM public.%I', tablename), ';') INTO q FROM pg_tables WHERE schemaname = 'public' AND tablename IN ('a', 'b'); EXECUTE q; END $$",
                        "own"),
                arguments(
                        "DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM (VALUES ('public', 'a'), ('public', 'b')) v(s, t) LOOP EXECUTE format('INSERT INTO seen SELECT v FROM %I.%I', r.s, r.t); END LOOP; END $$",
                        "own"),
                arguments(
                        "DO $$ DECLARE t text; BEGIN FOR t IN SELECT unnest(ARRAY['public.a', 'public.b']) LOOP EXECUTE 'INSERT INTO seen SELECT v FROM ' || t; END LOOP; END $$",
                        "own"),
                arguments(
                        "DO $$ DECLARE t text := 'public.b'; BEGIN INSERT INTO seen SELECT (t::regclass = 'b'::regclass)::text; END $$",
                        "true"),
                arguments(
                        "DO $$ DECLARE s text := 'public'; BEGIN IF s = 'public' AND NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = s AND tablename = 'a') THEN RAISE 'no'; END IF; CREATE TABLE only_here (); INSERT INTO seen SELECT count(*) FROM pg_tables WHERE schemaname = s AND tablename = 'only_here'; END $$",
                        "1"),
                arguments(
                        "CREATE FUNCTION g(s text DEFAULT 'public', q text = 'SELECT v FROM public.a') RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE q; RETURN QUERY EXECUTE format('SELECT v FROM %I.b', s); END $$; INSERT INTO seen SELECT g()",
                        "own"),
                arguments(
                        "DO $$ DECLARE c refcursor; q text = 'SELECT v FROM public.b'; r text; BEGIN OPEN c FOR EXECUTE q; FETCH c INTO r; INSERT INTO seen VALUES (r); END $$",
                        "own"),
                arguments(
                        "DO $$ DECLARE q text := 'SELECT v FROM public.b'; r text; BEGIN FOR r IN EXECUTE q LOOP INSERT INTO seen VALUES (r); END LOOP; END $$",
                        "own"),
                arguments(
                        "DO 'DECLARE q text := ''INSERT INTO seen SELECT v FROM public.b''; BEGIN EXECUTE q; END'",
                        "own"),
                arguments("""
                        CREATE TABLE k (v text, visibility text); CREATE TABLE l (v text, visibility text);
                        DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM (VALUES ('public', 'k', 'public'), ('public', 'l', 'x')) v(s, t, visibility) LOOP
                          EXECUTE format('INSERT INTO %I.%I SELECT v, %L FROM %1$I.b', r.s, r.t, r.visibility); END LOOP; END $$;
                        INSERT INTO seen SELECT v || visibility FROM k UNION ALL SELECT v || visibility FROM l""", "ownpublic ownx"),
                arguments(
                        "DO $$ DECLARE t text; u text; BEGIN SELECT 'public.a', 'public.b' INTO STRICT t, u; EXECUTE 'INSERT INTO seen SELECT v FROM ' || t; INSERT INTO seen VALUES (u); END $$",
                        "own public.b"),
                // data in variables
                arguments(
                        "DO $$ DECLARE v text := 'public'; n text := 'public.b'; BEGIN INSERT INTO seen VALUES (v), (n); EXECUTE 'INSERT INTO seen VALUES ($1)' USING v; EXECUTE format('INSERT INTO seen VALUES (%L)', v); END $$",
                        "public public.b"),
                // comparisons
                arguments(
                        "CREATE TABLE only_here (); INSERT INTO seen SELECT count(*) FROM information_schema.tables WHERE (table_schema, table_name) = ('public', 'only_here') AND (table_name, table_schema) IN (('only_here', 'public'), ('x', 'y')) AND (table_schema, table_name) IN (VALUES ('public', 'only_here')) AND ROW('public', 1) = ROW(table_schema, 1)",
                        "1"),
                arguments(
                        "CREATE TABLE only_here (); INSERT INTO seen SELECT CASE schemaname WHEN 'x' THEN 'no' WHEN 'public' THEN 'yes' END FROM pg_tables WHERE tablename = 'only_here'",
                        "yes"),
                arguments(
                        "CREATE TABLE only_here (); INSERT INTO seen SELECT count(*) FROM pg_tables WHERE tablename = 'only_here' AND schemaname ~ '^public$' AND schemaname ~* '^(public|x)$' AND schemaname OPERATOR(pg_catalog.~) '^(public)$' COLLATE pg_catalog.default AND schemaname SIMILAR TO '(public|x)' AND schemaname LIKE 'public' AND schemaname ~~* 'public'",
                        "1"),
                arguments(
                        "CREATE TABLE only_here (); INSERT INTO seen SELECT count(*) FROM pg_tables WHERE schemaname||'.'||tablename = 'public.only_here' AND concat_ws('.', schemaname, tablename) IN ('public.only_here') AND schemaname||'.'||tablename LIKE 'public.only%' AND schemaname||'.'||tablename ~ '^public\\.only' AND format('%I.%I', schemaname, tablename) = 'public.only_here'",
                        "1"),
                arguments(
                        "CREATE TABLE only_here (); INSERT INTO seen SELECT count(*) FROM pg_tables WHERE tablename = 'only_here' AND schemaname = COALESCE(NULL, 'public') AND 'public' IN (schemaname, 'x') AND 'public' IN (SELECT nspname FROM pg_namespace) AND schemaname BETWEEN 'public' AND 'public' AND schemaname COLLATE \"C\" = 'public' AND current_schemas(true) @> ARRAY['public'::name] AND (current_schemas(false))[1] = 'public' AND NULLIF(schemaname, 'public') IS NULL AND schemaname = CASE WHEN true THEN 'public' ELSE 'x' END",
                        "1"),
                arguments(
                        "CREATE TABLE k (visibility text, n text); INSERT INTO k VALUES ('public', 'public.t'); INSERT INTO seen SELECT visibility FROM k WHERE visibility = 'public' AND (visibility, n) = ('public', 'public.t') AND visibility ~ '^public$' AND visibility || '.t' = 'public.t'",
                        "public"),
                // functions that execute text
                arguments("INSERT INTO seen SELECT word FROM ts_stat('SELECT v FROM public.docs')", "own"),
                arguments(
                        "INSERT INTO seen SELECT (xpath('//v/text()', query_to_xml('SELECT v FROM public.b', true, false, '')))[1]",
                        "own"),
                arguments(
                        "INSERT INTO seen SELECT (xpath('//v/text()', query_to_xml_and_xmlschema(format('SELECT v FROM public.%I', 'b'), true, false, '')))[1]",
                        "own"),
                arguments("INSERT INTO seen SELECT ts_rewrite('x', 'SELECT t, s FROM public.aliases')", "'own'"),
                arguments(
                        "INSERT INTO seen SELECT c FROM crosstab('SELECT 1, 1, v FROM public.b') AS t(r int, c text)",
                        "own"),
                arguments(
                        "INSERT INTO seen SELECT c FROM public.crosstab('SELECT 1, v, v FROM public.b', 'SELECT v FROM public.b') AS t(r int, c text)",
                        "own"),
                arguments(
                        "INSERT INTO seen SELECT id FROM connectby('public.tree', 'id', 'up', 'own', 0) AS t(id text, up text, level int)",
                        "of_own own"),
                arguments(
                        "DO $$ DECLARE q text := 'SELECT v FROM public.docs'; BEGIN INSERT INTO seen SELECT word FROM ts_stat(q); END $$",
                        "own"),
                // text search configurations
                arguments(
                        "CREATE TEXT SEARCH CONFIGURATION public.cfg (COPY = simple); CREATE TABLE d (v text, tsv tsvector); CREATE TRIGGER g BEFORE INSERT ON public.d FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger(tsv, 'public.cfg', v); INSERT INTO d VALUES ('ran'); INSERT INTO seen SELECT tsv FROM d",
                        "'ran':1"),
                arguments(
                        "CREATE TEXT SEARCH CONFIGURATION public.cfg (COPY = simple); SET default_text_search_config = 'public.cfg'; INSERT INTO seen SELECT to_tsvector('runs')",
                        "'runs':1"),
                arguments(
                        "CREATE TEXT SEARCH CONFIGURATION public.cfg (COPY = simple); SELECT set_config('default_text_search_config', 'public.cfg', false); INSERT INTO seen SELECT to_tsvector('runs')",
                        "'runs':1"),
                arguments(
                        "CREATE TEXT SEARCH CONFIGURATION public.cfg (COPY = simple); CREATE FUNCTION g() RETURNS text LANGUAGE sql SET default_text_search_config = 'public.cfg' AS 'SELECT to_tsvector(''runs'')::text'; INSERT INTO seen SELECT g()",
                        "'runs':1"),
                // names that are put together
                arguments(
                        "INSERT INTO seen SELECT relnamespace = 'public'::regnamespace FROM pg_class WHERE oid = ('public' || '.' || 'b')::regclass AND oid = 'pub'\n'lic.b'::regclass AND oid = to_regclass(concat_ws('.', 'public', 'b')) AND oid = to_regclass(quote_ident('public') || '.b') AND oid = '{db}.public.b'::regclass",
                        "true"),
                arguments(
                        "CREATE OPERATOR public.<^ (LEFTARG = int, RIGHTARG = int, FUNCTION = int4lt); INSERT INTO seen SELECT 1 OPERATOR({db}.public.<^) 2",
                        "true"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scripts")
    void worksOnTheTenantWhileItIsCreated(String sql, String expected) {
        String tenant = migrator(sql).createTenant(TenantName.forUser("anna")).schema();

        check(tenant, expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scripts")
    void worksOnTheTenantInADeploy(String sql, String expected) {
        TenantMigrator migrator = migrator(sql);
        database.execute("CREATE SCHEMA " + Sql.identifier(ODD_NAME));
        migrator.adopt(ODD_NAME, Set.of());

        migrator.deploy(Tenants.named(ODD_NAME)).throwIfFailed();

        check(ODD_NAME, expected);
    }

    /** The other tenants go on. */
    @Test
    void aNameThatFitsNoUseFailsItsTenantAlone() {
        TenantMigrator migrator = migrator("DO $$ DECLARE s text := 'public'; BEGIN"
                + " EXECUTE format('INSERT INTO %I.seen VALUES (1)', s);"
                + " EXECUTE 'INSERT INTO ' || s || '.seen VALUES (2)'; END $$");
        String plain = Samples.create(database, "bob", Migration.of("20240101_objects", FIRST));
        database.execute("CREATE SCHEMA " + Sql.identifier(ODD_NAME));
        migrator.adopt(ODD_NAME, Set.of());

        FleetReport report = migrator.deployAll();

        assertThat(report.failed()).singleElement().satisfies(failed -> {
            assertThat(failed.schema()).isEqualTo(ODD_NAME);
            assertThat(failed.failure().message()).contains("needs quotes").contains("%I");
        });
        assertThat(database.values("SELECT x FROM " + plain + ".seen")).containsExactly("1", "2");
    }

    private void check(String tenant, String expected) {
        assertThat(database.value(
                        "SELECT string_agg(DISTINCT x, ' ' ORDER BY x) FROM " + Sql.identifier(tenant) + ".seen"))
                .isEqualTo(expected);
        assertThat(database.values("SELECT x FROM public.seen")).isEmpty();
        assertThat(database.values("SELECT v FROM public.a UNION ALL SELECT v FROM public.b"))
                .containsExactly("shared", "shared");
    }

    private TenantMigrator migrator(String sql) {
        List<Migration> migrations = List.of(
                Migration.of("20240101_objects", FIRST),
                Migration.of("20240102_text", sql.replace("{db}", database.name())));
        return Samples.migrator(database, migrations.toArray(Migration[]::new)).build();
    }
}
