package dev.tenantmigrator.internal.sql.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.SqlStatement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which string literals are names, schemas or code, and which are data. */
class LiteralAdaptationTest {

    private static final SharedObjects SHARED =
            new SharedObjects("shared", Set.of("users"), Map.of("citext", "extensions"), Set.of("s", "other"));

    /** In the right column ⟪t⟫ is the tenant as an identifier. */
    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    'public.t'::regclass                      ¦ '⟪q⟫.t'::regclass
                    '"public"."t"' :: pg_catalog.regclass     ¦ '⟪q⟫."t"' :: pg_catalog.regclass
                    'PUBLIC.t'::text::regclass::oid           ¦ '⟪q⟫.t'::text::regclass::oid
                    CAST('public.t' AS regclass)              ¦ CAST('⟪q⟫.t' AS regclass)
                    CAST(CAST('public.t' AS text) AS regclass) ¦ CAST(CAST('⟪q⟫.t' AS text) AS regclass)
                    (('public.t'))::regclass                  ¦ (('⟪q⟫.t'))::regclass
                    regclass 'public.t'                       ¦ regclass '⟪q⟫.t'
                    E'public.t\\x41'::regclass                ¦ E'⟪b⟫.t\\x41'::regclass
                    E'\\x70ublic.t'::regclass                 ¦ E'⟪b⟫.t'::regclass
                    U&'\\0070ublic.t'::regclass               ¦ U&'⟪u⟫.t'::regclass
                    $$public.t$$::regclass                    ¦ $$⟪t⟫.t$$::regclass
                    'public.kind[]'::regtype                  ¦ '⟪q⟫.kind[]'::regtype
                    'public.f'::regproc                       ¦ '⟪q⟫.f'::regproc
                    'public.f(public.kind, int)'::regprocedure ¦ '⟪q⟫.f(⟪q⟫.kind, int)'::regprocedure
                    'public.*(int,int)'::regoperator          ¦ '⟪q⟫.*(int,int)'::regoperator
                    'public.english'::regconfig               ¦ '⟪q⟫.english'::regconfig
                    'public.d'::regdictionary                 ¦ '⟪q⟫.d'::regdictionary
                    'public.c'::regcollation                  ¦ '⟪q⟫.c'::regcollation
                    'public'::regnamespace                    ¦ ⟪n⟫::regnamespace
                    '"public"'::regnamespace                  ¦ ⟪n⟫::regnamespace
                    '{public.a, "public.b",c}'::regclass[]    ¦ '{⟪a⟫.a, "⟪a⟫.b",c}'::regclass[]
                    ARRAY['public.a','public.b']::regclass[]  ¦ ARRAY['⟪q⟫.a','⟪q⟫.b']::regclass[]
                    ('public.' || x)::regclass                ¦ ('⟪q⟫.' || x)::regclass
                    format('public.%I', x)::regclass          ¦ format('⟪f⟫.%I', x)::regclass
                    'public.users'::regclass                  ¦ '"shared".users'::regclass
                    'public.citext'::regtype                  ¦ '"extensions".citext'::regtype
                    't'::regclass                             ¦ 't'::regclass
                    'public.r'::regrole                       ¦ 'public.r'::regrole
                    nextval('public.s')                       ¦ nextval('⟪q⟫.s')
                    pg_catalog.setval(E'public.s', 1, false)  ¦ pg_catalog.setval(E'⟪b⟫.s', 1, false)
                    currval('public.s'::text)                 ¦ currval('⟪q⟫.s'::text)
                    nextval('public.' || 's')                 ¦ nextval('⟪q⟫.' || 's')
                    to_regclass('public.t'), to_regtype('public.k') ¦ to_regclass('⟪q⟫.t'), to_regtype('⟪q⟫.k')
                    to_regnamespace('public')                 ¦ to_regnamespace(⟪n⟫)
                    pg_get_serial_sequence('"public"."t"', 'public.id') ¦ pg_get_serial_sequence('⟪q⟫."t"', 'public.id')
                    pg_total_relation_size('public.t')        ¦ pg_total_relation_size('⟪q⟫.t')
                    has_table_privilege('public.t', 'SELECT') ¦ has_table_privilege('⟪q⟫.t', 'SELECT')
                    has_table_privilege('app', 'public.t', 'SELECT') ¦ has_table_privilege('app', '⟪q⟫.t', 'SELECT')
                    has_column_privilege('app', 'public.t', 'c', 'SELECT') ¦ has_column_privilege('app', '⟪q⟫.t', 'c', 'SELECT')
                    has_schema_privilege('public', 'USAGE')   ¦ has_schema_privilege(⟪l⟫, 'USAGE')
                    has_schema_privilege('public', 'public', 'USAGE') ¦ has_schema_privilege('public', ⟪l⟫, 'USAGE')
                    to_tsvector('public.c', 'public.t')       ¦ to_tsvector('⟪q⟫.c', 'public.t')
                    to_tsvector('public.c')                   ¦ to_tsvector('public.c')
                    other.nextval('public.s')                 ¦ other.nextval('public.s')
                    f('public.t'), f(1, 'public')             ¦ f('public.t'), f(1, 'public')
                    """)
    void literalsThatAreNames(String sql, String expected) {
        check("SELECT " + sql, "SELECT " + expected);
    }

    /** In the right column ⟪l⟫ is the tenant as a literal. */
    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    table_schema = 'public'                   ¦ table_schema = ⟪l⟫
                    'public' = n.nspname                      ¦ ⟪l⟫ = n.nspname
                    n."nspname"<>'public'::name               ¦ n."nspname"<>⟪l⟫::name
                    1, table_schema = 'public'                ¦ 1, table_schema = ⟪l⟫
                    n.nspname::text != E'public'              ¦ n.nspname::text != ⟪l⟫
                    (n.nspname) = ('public')                  ¦ (n.nspname) = (⟪l⟫)
                    schemaname IN ('public', 'x')             ¦ schemaname IN (⟪l⟫, 'x')
                    schemaname NOT IN ('x', 'public')         ¦ schemaname NOT IN ('x', ⟪l⟫)
                    nspname = ANY('{public}')                 ¦ nspname = ANY('{⟪e⟫}')
                    nspname = ANY ('{x,"public", public}'::text[]) ¦ nspname = ANY ('{x,⟪e⟫, ⟪e⟫}'::text[])
                    nspname = ANY(ARRAY['public'])            ¦ nspname = ANY(ARRAY[⟪l⟫])
                    nspname = ANY (ARRAY['x'::name, 'public'::name]) ¦ nspname = ANY (ARRAY['x'::name, ⟪l⟫::name])
                    nspname = ANY ((ARRAY['public'::text])::name[]) ¦ nspname = ANY ((ARRAY[⟪l⟫::text])::name[])
                    nspname <> ALL ('{public}')               ¦ nspname <> ALL ('{⟪e⟫}')
                    nspname IS NOT DISTINCT FROM 'public'     ¦ nspname IS NOT DISTINCT FROM ⟪l⟫
                    table_schema LIKE 'public'                ¦ table_schema LIKE ⟪p⟫
                    table_schema NOT ILIKE 'public'           ¦ table_schema NOT ILIKE ⟪p⟫
                    table_schema LIKE 'public%'               ¦ table_schema LIKE 'public%'
                    current_schema() = 'public'               ¦ current_schema() = ⟪l⟫
                    'public' = current_schema                 ¦ ⟪l⟫ = current_schema
                    'public' = ANY (current_schemas(false))   ¦ ⟪l⟫ = ANY (current_schemas(false))
                    c.relnamespace = 'public'::regnamespace   ¦ c.relnamespace = ⟪n⟫::regnamespace
                    relnamespace::regnamespace = 'public'     ¦ relnamespace::regnamespace = 'public'
                    relnamespace::regnamespace::text = 'public' ¦ relnamespace::regnamespace::text = ⟪o⟫
                    'public' = x::pg_catalog.regnamespace::text ¦ ⟪o⟫ = x::pg_catalog.regnamespace::text
                    constraint_schema='public' AND udt_schema='public' ¦ constraint_schema=⟪l⟫ AND udt_schema=⟪l⟫
                    visibility = 'public'                     ¦ visibility = 'public'
                    visibility IN ('public')                  ¦ visibility IN ('public')
                    visibility = ANY ('{public}')             ¦ visibility = ANY ('{public}')
                    x = 'public' AND nspname = 'x'            ¦ x = 'public' AND nspname = 'x'
                    nspname = 'Public'                        ¦ nspname = 'Public'
                    table_schema = 'public_x'                 ¦ table_schema = 'public_x'
                    """)
    void literalsThatAreSchemas(String sql, String expected) {
        check("SELECT " + sql, "SELECT " + expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    # in single quotes
                    DO 'BEGIN DELETE FROM public.t; END'      ¦ DO 'BEGIN DELETE FROM ⟪q⟫.t; END'
                    DO LANGUAGE 'plpgsql' 'BEGIN PERFORM ''public.t'', ''public.t''::regclass; END' ¦ DO LANGUAGE 'plpgsql' 'BEGIN PERFORM ''public.t'', ''⟪qq⟫.t''::regclass; END'
                    DO E'BEGIN\\n DELETE FROM public.t\\n; PERFORM \\'public.t\\'::regclass; END' ¦ DO E'BEGIN\\n DELETE FROM ⟪b⟫.t\\n; PERFORM \\'⟪qb⟫.t\\'::regclass; END'
                    CREATE FUNCTION f() RETURNS int AS 'SELECT 1 FROM public.t' LANGUAGE sql ¦ CREATE FUNCTION f() RETURNS int AS 'SELECT 1 FROM ⟪q⟫.t' LANGUAGE sql
                    CREATE FUNCTION f() RETURNS int AS 'public.t' LANGUAGE c ¦ CREATE FUNCTION f() RETURNS int AS 'public.t' LANGUAGE c
                    CREATE FUNCTION f(a text DEFAULT 'public.x') RETURNS int LANGUAGE sql AS 'SELECT 1' ¦ CREATE FUNCTION f(a text DEFAULT 'public.x') RETURNS int LANGUAGE sql AS 'SELECT 1'
                    # dynamic SQL
                    DO $$BEGIN EXECUTE 'ALTER TABLE public.t ADD a int'; END$$ ¦ DO $$BEGIN EXECUTE 'ALTER TABLE ⟪q⟫.t ADD a int'; END$$
                    DO $$BEGIN EXECUTE 'COMMENT ON TABLE public.t IS ''public.t'''; END$$ ¦ DO $$BEGIN EXECUTE 'COMMENT ON TABLE ⟪q⟫.t IS ''public.t'''; END$$
                    DO $$BEGIN EXECUTE format('DROP TABLE public.%I', x) USING 'public.t'; END$$ ¦ DO $$BEGIN EXECUTE format('DROP TABLE ⟪f⟫.%I', x) USING 'public.t'; END$$
                    DO $$BEGIN EXECUTE format('DROP TABLE %I.%I', 'public', x); END$$ ¦ DO $$BEGIN EXECUTE format('DROP TABLE %I.%I', ⟪l⟫, x); END$$
                    DO $$BEGIN EXECUTE format('DROP TABLE %2$I.%1$I', x, 'public'); END$$ ¦ DO $$BEGIN EXECUTE format('DROP TABLE %2$I.%1$I', x, ⟪l⟫); END$$
                    DO $$BEGIN EXECUTE format('GRANT ALL ON %I.%I TO x', 'public', 'users'); END$$ ¦ DO $$BEGIN EXECUTE format('GRANT ALL ON %I.%I TO x', 'shared', 'users'); END$$
                    DO $$BEGIN EXECUTE format('SELECT %L, %s, %s', 'public', 'public.t', 'public'); END$$ ¦ DO $$BEGIN EXECUTE format('SELECT %L, %s, %s', 'public', '⟪q⟫.t', ⟪n⟫); END$$
                    DO $$BEGIN EXECUTE 'DROP TABLE ' || 'public.t'; END$$ ¦ DO $$BEGIN EXECUTE 'DROP TABLE ' || '⟪q⟫.t'; END$$
                    DO $$BEGIN EXECUTE 'DROP TABLE public.' || quote_ident(x); END$$ ¦ DO $$BEGIN EXECUTE 'DROP TABLE ⟪q⟫.' || quote_ident(x); END$$
                    DO $$BEGIN EXECUTE 'DROP TABLE public' || '.' || x; END$$ ¦ DO $$BEGIN EXECUTE 'DROP TABLE ⟪q⟫' || '.' || x; END$$
                    DO $$BEGIN EXECUTE 'GRANT ALL ON public.' || 'users'; END$$ ¦ DO $$BEGIN EXECUTE 'GRANT ALL ON "shared".' || 'users'; END$$
                    DO $$BEGIN EXECUTE 'DROP TABLE ' || quote_ident('public') || '.' || x; END$$ ¦ DO $$BEGIN EXECUTE 'DROP TABLE ' || quote_ident(⟪l⟫) || '.' || x; END$$
                    DO $$BEGIN EXECUTE 'INSERT INTO public.t VALUES (''' || x || ''', public.f(''' || y || 'public.z''))'; END$$ ¦ DO $$BEGIN EXECUTE 'INSERT INTO ⟪q⟫.t VALUES (''' || x || ''', ⟪q⟫.f(''' || y || 'public.z''))'; END$$
                    DO $$BEGIN EXECUTE 'SELECT ' || quote_literal('public.t') || ' FROM public.t' INTO x; END$$ ¦ DO $$BEGIN EXECUTE 'SELECT ' || quote_literal('public.t') || ' FROM ⟪q⟫.t' INTO x; END$$
                    DO $x$BEGIN EXECUTE $q$DROP TABLE public.t$q$; END$x$ ¦ DO $x$BEGIN EXECUTE $q$DROP TABLE ⟪t⟫.t$q$; END$x$
                    DO $$BEGIN FOR r IN EXECUTE 'SELECT * FROM public.t' LOOP PERFORM 'public.t'; END LOOP; END$$ ¦ DO $$BEGIN FOR r IN EXECUTE 'SELECT * FROM ⟪q⟫.t' LOOP PERFORM 'public.t'; END LOOP; END$$
                    DO $$BEGIN OPEN c FOR EXECUTE 'SELECT * FROM public.t'; END$$ ¦ DO $$BEGIN OPEN c FOR EXECUTE 'SELECT * FROM ⟪q⟫.t'; END$$
                    DO $$BEGIN EXECUTE E'DROP TABLE\\tpublic.t'; END$$ ¦ DO $$BEGIN EXECUTE E'DROP TABLE\\t⟪b⟫.t'; END$$
                    DO $$BEGIN EXECUTE 'EXECUTE ''DROP TABLE public.t'''; END$$ ¦ DO $$BEGIN EXECUTE 'EXECUTE ''DROP TABLE ⟪qq⟫.t'''; END$$
                    DO $$BEGIN EXECUTE (SELECT string_agg('DROP TABLE public.' || tablename, ';') FROM pg_tables WHERE schemaname = 'public'); END$$ ¦ DO $$BEGIN EXECUTE (SELECT string_agg('DROP TABLE ⟪q⟫.' || tablename, ';') FROM pg_tables WHERE schemaname = ⟪l⟫); END$$
                    DO $$BEGIN EXECUTE 'SET search_path = public'; END$$ ¦ DO $$BEGIN EXECUTE 'SET LOCAL search_path = ⟪q⟫, "shared", "extensions"'; END$$
                    DO $$BEGIN IF EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public') THEN x := 'public.t'; END IF; END$$ ¦ DO $$BEGIN IF EXISTS (SELECT FROM pg_tables WHERE schemaname = ⟪l⟫) THEN x := 'public.t'; END IF; END$$
                    DO $$BEGIN EXECUTE 'GRANT EXECUTE ON FUNCTION public.f() TO x'; END$$ ¦ DO $$BEGIN EXECUTE 'GRANT EXECUTE ON FUNCTION ⟪q⟫.f() TO x'; END$$
                    CREATE TRIGGER g AFTER INSERT ON public.t EXECUTE FUNCTION public.f('public.t') ¦ CREATE TRIGGER g AFTER INSERT ON ⟪t⟫.t EXECUTE FUNCTION ⟪t⟫.f('public.t')
                    CREATE FUNCTION f() RETURNS SETOF int LANGUAGE plpgsql AS $$BEGIN RETURN QUERY EXECUTE 'SELECT a FROM public.t'; END$$ ¦ CREATE FUNCTION f() RETURNS SETOF int LANGUAGE plpgsql AS $$BEGIN RETURN QUERY EXECUTE 'SELECT a FROM ⟪q⟫.t'; END$$
                    """)
    void literalsThatAreCode(String sql, String expected) {
        check(sql, expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    SET search_path = public, x               ¦ SET LOCAL search_path = ⟪t⟫⟪s⟫, x
                    SET SESSION search_path TO 'public'       ¦ SET LOCAL search_path TO ⟪l⟫⟪s⟫
                    SET LOCAL search_path = "$user", public   ¦ SET LOCAL search_path = "$user", ⟪t⟫⟪s⟫
                    SET search_path TO DEFAULT                ¦ SET LOCAL search_path TO ⟪t⟫⟪s⟫
                    SET search_path = ''                      ¦ SET LOCAL search_path = ⟪t⟫⟪s⟫
                    ALTER FUNCTION f() RESET search_path      ¦ ALTER FUNCTION f() RESET search_path
                    ALTER FUNCTION f() SET search_path TO DEFAULT ¦ ALTER FUNCTION f() SET search_path TO DEFAULT
                    RESET search_path                         ¦ SET LOCAL search_path TO ⟪t⟫⟪s⟫
                    SET SCHEMA 'public'                       ¦ SET LOCAL search_path TO ⟪l⟫⟪s⟫
                    SELECT pg_catalog.set_config('search_path', '', false) ¦ SELECT pg_catalog.set_config('search_path', '⟪q⟫⟪s⟫', true)
                    SELECT set_config('a', 'b', false::boolean)   ¦ SELECT set_config('a', 'b', true::boolean)
                    SELECT set_config('search_path', 'public, x', false) ¦ SELECT set_config('search_path', '⟪q⟫⟪s⟫, x', true)
                    DO $$BEGIN SET search_path = x, public; RESET search_path; RESET a.b; RESET TIME ZONE; END$$ ¦ DO $$BEGIN SET LOCAL search_path = x, ⟪t⟫⟪s⟫; SET LOCAL search_path TO ⟪t⟫⟪s⟫; SET LOCAL a.b TO DEFAULT; SET LOCAL TIME ZONE DEFAULT; END$$
                    DO $$BEGIN PERFORM set_config('search_path', '', false); END$$ ¦ DO $$BEGIN PERFORM set_config('search_path', '⟪q⟫⟪s⟫', true); END$$
                    CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = public AS 'SELECT 1' ¦ CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = ⟪t⟫⟪s⟫ AS 'SELECT 1'
                    CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path TO 'public', pg_temp SET a = b AS 'SELECT 1' ¦ CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path TO ⟪l⟫⟪s⟫, pg_temp SET a = b AS 'SELECT 1'
                    CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path FROM CURRENT AS 'SELECT 1' ¦ CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path FROM CURRENT AS 'SELECT 1'
                    CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = '' AS 'SELECT 1' ¦ CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = '' AS 'SELECT 1'
                    CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$BEGIN SET search_path = public; RESET search_path; PERFORM set_config('search_path', '', false); END$$ ¦ CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$BEGIN SET search_path = ⟪t⟫⟪s⟫; RESET search_path; PERFORM set_config('search_path', '', false); END$$
                    ALTER FUNCTION public.f() SET search_path = public, x ¦ ALTER FUNCTION ⟪t⟫.f() SET search_path = ⟪t⟫⟪s⟫, x
                    """)
    void searchPaths(String sql, String expected) {
        check(sql, expected.replace("⟪s⟫", ", \"shared\", \"extensions\""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO t VALUES ('public'), ('public.t')",
                "ALTER TABLE t ALTER c SET DEFAULT 'public'",
                "COMMENT ON TABLE t IS 'public.t is'",
                "CREATE TYPE k AS ENUM ('public', 'private')",
                "UPDATE t SET schema_name = 'public'",
                "UPDATE t SET a = f(1, 2), schema_name = 'public' WHERE id = 1",
                "SELECT public.x FROM (SELECT 1 AS x) public",
                "SELECT public.x FROM f(1) AS public WHERE public.x > 1",
                "SELECT public.x FROM t AS public WHERE public.y = 1",
                "SELECT public.x FROM a JOIN s.t public ON public.y = 1",
                "UPDATE t public SET a = public.b",
                "DO $$ BEGIN msg := 'DROP TABLE public.t'; RAISE NOTICE '%', msg; END $$",
            })
    void leavesDataAlone(String sql) {
        check(sql, sql);
    }

    @Test
    void anAliasIsNoSchemaInItsStatementOnly() {
        check(
                "SELECT public.x, public.f(1), 1::public.k FROM public.t AS public JOIN public.u ON public.y",
                "SELECT public.x, ⟪t⟫.f(1), 1::⟪t⟫.k FROM ⟪t⟫.t AS public JOIN ⟪t⟫.u ON public.y");
        check("SELECT 1 AS public FROM public.t WHERE public.f(2)", "SELECT 1 AS public FROM ⟪t⟫.t WHERE ⟪t⟫.f(2)");
    }

    @Test
    void writesEscapeStringsAsTheDriverReadsThem() {
        String sql = "SELECT E'a\\';' -- x\n  'b\\';public' ,\n'c'\n'd', E'x''\\'';\nSELECT 2";

        assertThat(statements(sql, "t1"))
                .containsExactly(
                        new SqlStatement("SELECT E'a\\';b\\';public'\n ,\n'c'\n'd', E'x\\'\\''", 1),
                        new SqlStatement("SELECT 2", 5));
    }

    private static void check(String sql, String expected) {
        for (String schema : List.of("t1", "Ten\"a'n\\t {%é}")) {
            assertThat(statements(sql, schema)).extracting(SqlStatement::sql).containsExactly(filled(expected, schema));
        }
    }

    /** Each form by hand, the simplest last. */
    private static String filled(String expected, String schema) {
        boolean plain = schema.equals("t1");
        return expected.replace(
                        "⟪o⟫",
                        plain ? "pg_catalog.quote_ident('t1')" : "pg_catalog.quote_ident( E'Ten\"a''n\\\\t {%é}')")
                .replace("⟪l⟫", plain ? "'t1'" : " E'Ten\"a''n\\\\t {%é}'")
                .replace("⟪n⟫", plain ? "'\"t1\"'" : " E'\"Ten\"\"a''n\\\\t {%é}\"'")
                .replace("⟪p⟫", plain ? "'t1'" : " E'Ten\"a''n\\\\\\\\t {\\\\%é}'")
                .replace("⟪e⟫", plain ? "t1" : "Ten\\\"a''n\\\\t\\ \\{%é\\}")
                .replace("⟪a⟫", plain ? "\\\"t1\\\"" : "\\\"Ten\\\"\\\"a''n\\\\t\\ \\{%é\\}\\\"")
                .replace("⟪f⟫", plain ? "\"t1\"" : "\"Ten\"\"a''n\\t {%%é}\"")
                .replace("⟪u⟫", plain ? "\"t1\"" : "\"Ten\"\"a''n\\\\t {%é}\"")
                .replace("⟪b⟫", plain ? "\"t1\"" : "\"Ten\"\"a\\'n\\\\t {%é}\"")
                .replace("⟪qb⟫", plain ? "\"t1\"" : "\"Ten\"\"a\\'\\'n\\\\t {%é}\"")
                .replace("⟪qq⟫", plain ? "\"t1\"" : "\"Ten\"\"a''''n\\t {%é}\"")
                .replace("⟪q⟫", plain ? "\"t1\"" : "\"Ten\"\"a''n\\t {%é}\"")
                .replace("⟪t⟫", plain ? "\"t1\"" : "\"Ten\"\"a'n\\t {%é}\"");
    }

    private static List<SqlStatement> statements(String sql, String schema) {
        return new PublicSchemaAdapter()
                .adapt(MigrationScript.of("m.sql", sql), SHARED)
                .statements(schema);
    }
}
