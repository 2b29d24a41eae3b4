package dev.tenantmigrator.internal.residue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.residue.NameResidue.Place;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each class of object that can hold text, with a schema's name in it. */
@PostgresTest
class NameResidueTest {

    private static final String SCHEMA = "tenant_migrator_spare_k3x9q7w2";

    /** A schema as many are, without its name anywhere. All names of its own objects are qualified. */
    private static final String EVERYDAY = """
            CREATE TYPE @.mood AS ENUM ('sad', 'happy');
            CREATE DOMAIN @.code AS text DEFAULT 'new' CHECK (VALUE <> '');
            CREATE SEQUENCE @.numbers;
            CREATE FUNCTION @.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE FUNCTION @.f(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1';
            CREATE TABLE @.vendor (id serial PRIMARY KEY, big bigint GENERATED ALWAYS AS IDENTITY, code @.code, mood @.mood DEFAULT 'sad',
                number integer DEFAULT nextval('@.numbers'), doubled integer GENERATED ALWAYS AS (@.f(number)) STORED, name text,
                note bytea, doc jsonb DEFAULT '{}', parent integer REFERENCES @.vendor CHECK (@.f(parent) > 0));
            CREATE INDEX vendor_name ON @.vendor (lower(name)) WHERE @.f(number) > 1;
            CREATE TRIGGER touch BEFORE INSERT ON @.vendor FOR EACH ROW WHEN (@.f(NEW.number) > 0) EXECUTE FUNCTION @.touch('x');
            CREATE VIEW @.vendors AS SELECT v.*, @.f(v.id) AS fid, nextval('@.numbers'::regclass) AS next, '@.vendor'::regclass AS class
                FROM @.vendor v WHERE mood = 'sad'::@.mood;
            CREATE MATERIALIZED VIEW @.counted AS SELECT count(*) FROM @.vendor;
            CREATE RULE quiet AS ON DELETE TO @.vendor DO ALSO SELECT @.f(1) FROM @.vendor;
            ALTER TABLE @.vendor ENABLE ROW LEVEL SECURITY;
            CREATE POLICY own ON @.vendor USING (id IN (SELECT @.f(v.id) FROM @.vendors v));
            CREATE STATISTICS @.counts ON code, name FROM @.vendor;
            CREATE TABLE @.parted (id integer, at date) PARTITION BY RANGE (id, (@.f(id)));
            CREATE TABLE @.parted_1 PARTITION OF @.parted FOR VALUES FROM (1, 1) TO (9, 9);
            CREATE AGGREGATE @.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
            CREATE FUNCTION @.atomic() RETURNS bigint RETURN (SELECT count(*) FROM @.vendor);
            COMMENT ON TABLE @.vendor IS 'those who sell';
            ALTER DEFAULT PRIVILEGES IN SCHEMA @ GRANT SELECT ON TABLES TO PUBLIC;
            INSERT INTO @.vendor (name, note) VALUES ('first', '\\x00ff'), ('second', 'abc');
            COMMENT ON SCHEMA @ IS 'tenant-migrator spare @';
            """;

    private final TestDatabase database;

    NameResidueTest(TestDatabase database) {
        this.database = database;
    }

    @FunctionalInterface
    private interface Search {
        List<Place> in(Connection connection, String schema) throws SQLException;
    }

    /** Runs SQL in the schema, its name for each {@code @}, and a search as the schema's owner. Everything is rolled back. */
    private List<Place> found(String sql, Search search) throws SQLException {
        boolean superuser = sql.contains("/*superuser*/");
        try (Connection connection =
                        superuser ? database.superuserDataSource().getConnection() : database.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            try {
                statement.execute("CREATE SCHEMA " + SCHEMA + " AUTHORIZATION " + database.user());
                statement.execute("SET LOCAL search_path TO " + SCHEMA + ", public; SET LOCAL ROLE " + database.user());
                statement.execute(EVERYDAY.replace("@", SCHEMA));
                statement.execute(superuser ? "RESET ROLE" : "SELECT 1");
                statement.execute(sql.replace("@", SCHEMA).replace("#", database.user()));
                statement.execute("SET LOCAL ROLE " + database.user());
                String before = settings(statement);
                List<Place> places = search.in(connection, SCHEMA);
                assertThat(settings(statement)).isEqualTo(before);
                return places;
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    private static String settings(Statement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery(
                "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings")) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** SQL, and the objects in which the name is found; none where it follows the schema. */
    private static Arguments row(String sql, String... objects) {
        return Arguments.of(sql, List.of(objects));
    }

    static Stream<Arguments> definitions() {
        return Stream.of(
                        views(),
                        rules(),
                        tables(),
                        triggers(),
                        functions(),
                        names(),
                        types(),
                        comments(),
                        ofDatabase(),
                        foreign())
                .flatMap(rows -> rows);
    }

    private static Stream<Arguments> views() {
        return Stream.of(
                row("CREATE VIEW vendor_view AS SELECT code FROM vendor WHERE name = '@'", "view vendor_view"),
                row("CREATE VIEW v AS SELECT 1 FROM vendor WHERE name LIKE 'x@x%'", "view v"),
                row("CREATE VIEW v AS SELECT \"@\".id FROM vendor \"@\"", "view v"),
                row("CREATE VIEW v AS SELECT ARRAY['a', 'x@'] AS list", "view v"),
                row("CREATE VIEW v AS SELECT '{\"a\": \"@\"}'::jsonb AS doc", "view v"),
                row("CREATE VIEW v AS SELECT '@'::name AS x", "view v"),
                row("CREATE VIEW v AS SELECT '$.\"@\"'::jsonpath AS x", "view v"),
                row("CREATE VIEW v AS SELECT '@'::bytea AS x", "view v"),
                row("CREATE VIEW v AS SELECT U&'\\0074enant_migrator_spare_k3x9q7w2' AS x", "view v"),
                row("DO $$BEGIN EXECUTE format('CREATE VIEW v AS SELECT %L AS x', upper('@')); END$$", "view v"),
                row(
                        "DO $$BEGIN EXECUTE format('CREATE VIEW v AS SELECT %L AS x', split_part('@', '_', 4)); END$$",
                        "view v"),
                row("CREATE VIEW v AS SELECT nextval('@.numbers') AS x"),
                row("CREATE VIEW v AS SELECT nextval('@.numbers'::text) AS x", "view v"),
                row("CREATE VIEW v AS SELECT to_regclass('@.vendor') AS x", "view v"),
                row("CREATE MATERIALIZED VIEW m AS SELECT '@'::text AS x WITH NO DATA", "materialized view m"));
    }

    private static Stream<Arguments> rules() {
        return Stream.of(
                row("CREATE POLICY p ON vendor USING (name = '@')", "policy p on vendor"),
                row("CREATE POLICY p ON vendor WITH CHECK (name = '@')", "policy p on vendor"),
                row("CREATE RULE r AS ON INSERT TO vendor DO ALSO SELECT '@'", "rule r on vendor"),
                row("CREATE RULE r AS ON INSERT TO vendor WHERE NEW.name = '@' DO ALSO SELECT 1", "rule r on vendor"),
                row("CREATE RULE r AS ON INSERT TO vendor DO ALSO NOTIFY \"@\"", "rule r on vendor"));
    }

    private static Stream<Arguments> tables() {
        return Stream.of(
                row("ALTER TABLE vendor ALTER name SET DEFAULT '@'", "default of column vendor.name"),
                row("ALTER TABLE vendor ALTER name SET DEFAULT current_schema()"),
                row(
                        "ALTER TABLE vendor ALTER number SET DEFAULT nextval('@.numbers'::text)",
                        "default of column vendor.number"),
                row("ALTER VIEW vendors ALTER name SET DEFAULT '@'", "default of column vendors.name"),
                row(
                        "ALTER TABLE vendor ADD made text GENERATED ALWAYS AS (name || '@') STORED",
                        "default of column vendor.made"),
                row("ALTER TABLE vendor ADD CONSTRAINT k CHECK (name <> '@')", "table constraint k on vendor"),
                row("ALTER TABLE vendor ADD CONSTRAINT k EXCLUDE (id WITH =) WHERE (name <> '@')", "index k"),
                row("CREATE INDEX i ON vendor ((name || '@'))", "index i"),
                row("CREATE INDEX i ON vendor (id) WHERE name <> '@'", "index i"),
                row("CREATE STATISTICS s ON (name || '@') FROM vendor", "statistics object s"),
                row("CREATE TABLE p (code text) PARTITION BY LIST ((code || '@'))", "table p"),
                row(
                        "CREATE TABLE p (code text) PARTITION BY LIST (code);"
                                + " CREATE TABLE q PARTITION OF p FOR VALUES IN ('@')",
                        "table q"),
                row(
                        "CREATE TABLE p (code text) PARTITION BY RANGE (code);"
                                + " CREATE TABLE q PARTITION OF p FOR VALUES FROM ('a') TO ('@')",
                        "table q"),
                row(
                        "/*superuser*/ UPDATE pg_class SET reloptions = '{note=@}' WHERE oid = 'vendor'::regclass",
                        "table vendor"),
                row(
                        "/*superuser*/ UPDATE pg_attribute SET attoptions = '{note=@}'"
                                + " WHERE attrelid = 'vendor'::regclass AND attname = 'name'",
                        "table column vendor.name"),
                row(
                        "/*superuser*/ UPDATE pg_attribute SET attoptions = '{note=@}'"
                                + " WHERE attrelid = 'vendor_name'::regclass AND attnum = 1",
                        "index column vendor_name.lower"));
    }

    private static Stream<Arguments> triggers() {
        String trigger = "CREATE TRIGGER t AFTER UPDATE ON vendor ";
        return Stream.of(
                row(trigger + "EXECUTE FUNCTION touch('a', '@')", "trigger t on vendor"),
                row(trigger + "FOR EACH ROW WHEN (NEW.name = '@') EXECUTE FUNCTION touch()", "trigger t on vendor"),
                row(trigger + "REFERENCING OLD TABLE AS \"@\" EXECUTE FUNCTION touch()", "trigger t on vendor"),
                row(trigger + "REFERENCING NEW TABLE AS \"@\" EXECUTE FUNCTION touch()", "trigger t on vendor"));
    }

    private static Stream<Arguments> functions() {
        String aggregate = "CREATE AGGREGATE g(text) (SFUNC = textcat, STYPE = text, ";
        return Stream.of(
                row("CREATE FUNCTION g() RETURNS text LANGUAGE sql AS $$SELECT '@'::text$$", "function g()"),
                row(
                        "CREATE PROCEDURE g() LANGUAGE plpgsql AS $$BEGIN EXECUTE 'SET x.y TO ' || '@'; END$$",
                        "procedure g()"),
                row(
                        "CREATE FUNCTION g(x text DEFAULT '@') RETURNS text LANGUAGE sql AS $$SELECT x$$",
                        "function g(text)"),
                row("CREATE FUNCTION g(\"@\" text) RETURNS text LANGUAGE sql AS $$SELECT 'x'$$", "function g(text)"),
                row("CREATE FUNCTION g() RETURNS text RETURN '@'", "function g()"),
                row(
                        "CREATE FUNCTION g() RETURNS text SET application_name = '@' LANGUAGE sql AS $$SELECT 'x'$$",
                        "function g()"),
                row(
                        "/*superuser*/ CREATE FUNCTION g() RETURNS timestamptz LANGUAGE internal AS 'now';"
                                + " UPDATE pg_proc SET probin = '@' WHERE oid = 'g()'::regprocedure",
                        "function g()"),
                row(aggregate + "INITCOND = '@')", "aggregate g(text)"),
                row(
                        aggregate + "MSFUNC = textcat, MINVFUNC = textcat, MSTYPE = text, MINITCOND = '@')",
                        "aggregate g(text)"),
                // An extension's function is not replaced.
                row(
                        "/*superuser*/ CREATE FUNCTION g() RETURNS bigint LANGUAGE sql AS $$SELECT count(*) FROM @.vendor$$;"
                                + " ALTER EXTENSION plpgsql ADD FUNCTION g()",
                        "function g()"));
    }

    private static Stream<Arguments> names() {
        return Stream.of(
                row("CREATE TABLE \"@\" ()", "table " + SCHEMA),
                row("CREATE VIEW \"@\" AS SELECT 1 AS x", "view " + SCHEMA),
                row("ALTER TABLE vendor ADD \"x@\" text", "table column vendor.x" + SCHEMA),
                row(
                        "ALTER TABLE vendor ADD CONSTRAINT \"@\" CHECK (id > 0)",
                        "table constraint " + SCHEMA + " on vendor"),
                row(
                        "ALTER TABLE vendor ADD CONSTRAINT \"@\" UNIQUE (id)",
                        "index " + SCHEMA,
                        "table constraint " + SCHEMA + " on vendor"),
                row(
                        "ALTER TABLE vendor ADD \"@\" text; CREATE INDEX i ON vendor (\"@\"); ALTER TABLE vendor RENAME \"@\" TO x"),
                row("CREATE INDEX \"@_i\" ON vendor (id)", "index " + SCHEMA + "_i"),
                row(
                        "CREATE INDEX an_index_with_a_name_so_long_that_it_is_@ ON vendor (id)",
                        "index " + ("an_index_with_a_name_so_long_that_it_is_" + SCHEMA).substring(0, 63)),
                row("CREATE SEQUENCE \"@\"", "sequence " + SCHEMA),
                row(
                        "CREATE TRIGGER \"@\" BEFORE UPDATE ON vendor EXECUTE FUNCTION touch()",
                        "trigger " + SCHEMA + " on vendor"),
                row("CREATE RULE \"@\" AS ON UPDATE TO vendor DO ALSO SELECT 1", "rule " + SCHEMA + " on vendor"),
                row("CREATE POLICY \"@\" ON vendor", "policy " + SCHEMA + " on vendor"),
                row("CREATE STATISTICS \"@\" ON id, name FROM vendor", "statistics object " + SCHEMA),
                row("CREATE FUNCTION \"@\"() RETURNS text LANGUAGE sql AS $$SELECT 'x'$$", "function " + SCHEMA + "()"),
                row("CREATE COLLATION \"@\" FROM \"C\"", "collation " + SCHEMA),
                row("CREATE CONVERSION \"@\" FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8", "conversion " + SCHEMA),
                row("CREATE TEXT SEARCH CONFIGURATION \"@\" (COPY = simple)", "text search configuration " + SCHEMA),
                row("CREATE TEXT SEARCH DICTIONARY \"@\" (TEMPLATE = simple)", "text search dictionary " + SCHEMA),
                row(
                        "/*superuser*/ CREATE TEXT SEARCH TEMPLATE \"@\" (LEXIZE = dsimple_lexize)",
                        "text search template " + SCHEMA),
                row(
                        "/*superuser*/ CREATE TEXT SEARCH PARSER \"@\" (START = prsd_start, GETTOKEN = prsd_nexttoken,"
                                + " END = prsd_end, LEXTYPES = prsd_lextype)",
                        "text search parser " + SCHEMA),
                row(
                        "/*superuser*/ CREATE OPERATOR FAMILY \"@\" USING btree",
                        "operator family " + SCHEMA + " USING btree"),
                row(
                        "/*superuser*/ CREATE OPERATOR FAMILY fam USING btree; CREATE OPERATOR CLASS \"@\" FOR TYPE integer"
                                + " USING btree FAMILY fam AS OPERATOR 1 <, FUNCTION 1 btint4cmp(integer, integer)",
                        "operator class " + SCHEMA + " USING btree"));
    }

    private static Stream<Arguments> types() {
        return Stream.of(
                row("CREATE TYPE \"@\" AS ENUM ('a')", "type " + SCHEMA),
                row("CREATE TYPE t AS ENUM ('a', 'in @')", "type t"),
                row("CREATE TYPE t AS (\"@\" text)", "composite type column t." + SCHEMA),
                row("CREATE TYPE \"@\" AS (a text)", "composite type " + SCHEMA, "type " + SCHEMA),
                row(
                        "CREATE TYPE t AS RANGE (SUBTYPE = integer, MULTIRANGE_TYPE_NAME = \"@\")",
                        "type " + SCHEMA,
                        "function " + SCHEMA + "()",
                        "function " + SCHEMA + "(t)",
                        "function " + SCHEMA + "(t[])"),
                row("CREATE DOMAIN d AS text DEFAULT '@'", "type d"),
                row("SET LOCAL search_path TO pg_catalog; CREATE DOMAIN @.d AS integer DEFAULT nextval('@.numbers')"),
                row("CREATE DOMAIN d AS text CONSTRAINT k CHECK (VALUE <> '@')", "domain constraint k on d"),
                row(
                        "CREATE DOMAIN d AS text CONSTRAINT \"@\" CHECK (VALUE <> 'x')",
                        "domain constraint " + SCHEMA + " on d"),
                row(
                        "/*superuser*/ CREATE TYPE t; CREATE FUNCTION t_in(cstring) RETURNS t STRICT IMMUTABLE LANGUAGE internal"
                                + " AS 'textin'; CREATE FUNCTION t_out(t) RETURNS cstring STRICT IMMUTABLE LANGUAGE internal AS"
                                + " 'textout'; CREATE TYPE t (INPUT = t_in, OUTPUT = t_out, LIKE = text, DEFAULT = '@')",
                        "type t"),
                row(
                        "/*superuser*/ CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple);"
                                + " UPDATE pg_ts_dict SET dictinitoption = 'note = @' WHERE dictname = 'd'",
                        "text search dictionary d"));
    }

    private static Stream<Arguments> comments() {
        return Stream.of(
                row("COMMENT ON TABLE vendor IS 'of @'", "comment on table vendor"),
                row("COMMENT ON COLUMN vendor.name IS 'of @'", "comment on table column vendor.name"),
                row(
                        "COMMENT ON CONSTRAINT vendor_pkey ON vendor IS '@'",
                        "comment on table constraint vendor_pkey on vendor"),
                row("COMMENT ON INDEX vendor_name IS '@'", "comment on index vendor_name"),
                row("COMMENT ON TRIGGER touch ON vendor IS '@'", "comment on trigger touch on vendor"),
                row("COMMENT ON RULE quiet ON vendor IS '@'", "comment on rule quiet on vendor"),
                row("COMMENT ON POLICY own ON vendor IS '@'", "comment on policy own on vendor"),
                row("COMMENT ON STATISTICS counts IS '@'", "comment on statistics object counts"),
                row("COMMENT ON VIEW vendors IS '@'", "comment on view vendors"),
                row("COMMENT ON SEQUENCE vendor_id_seq IS '@'", "comment on sequence vendor_id_seq"),
                row("COMMENT ON FUNCTION f(integer) IS '@'", "comment on function f(integer)"),
                row("COMMENT ON AGGREGATE total(integer) IS '@'", "comment on aggregate total(integer)"),
                row("COMMENT ON TYPE mood IS '@'", "comment on type mood"),
                row("CREATE TYPE t AS (a text); COMMENT ON COLUMN t.a IS '@'", "comment on composite type column t.a"),
                row(
                        "CREATE DOMAIN d AS text CONSTRAINT k CHECK (VALUE <> ''); COMMENT ON CONSTRAINT k ON DOMAIN d IS '@'",
                        "comment on domain constraint k on d"),
                row("COMMENT ON SCHEMA @ IS 'the home of @'", "comment on schema " + SCHEMA),
                row(
                        "/*superuser*/ CREATE TRANSFORM FOR mood LANGUAGE plpgsql (FROM SQL WITH FUNCTION time_support(internal));"
                                + " COMMENT ON TRANSFORM FOR mood LANGUAGE plpgsql IS '@'",
                        "comment on transform for mood language plpgsql"),
                row(
                        "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple); COMMENT ON TEXT SEARCH DICTIONARY d IS '@'",
                        "comment on text search dictionary d"),
                row(
                        "CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = integer, RIGHTARG = integer);"
                                + " COMMENT ON OPERATOR === (integer, integer) IS '@'",
                        "comment on operator ===(integer,integer)"),
                row(
                        "CREATE FUNCTION g(mood) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';"
                                + " CREATE CAST (mood AS integer) WITH FUNCTION g(mood);"
                                + " COMMENT ON CAST (mood AS integer) IS '@'",
                        "comment on cast (mood AS integer)"),
                row(
                        "/*superuser*/ INSERT INTO pg_seclabel VALUES ('vendor'::regclass, 'pg_class'::regclass, 0, 'x', 'of @')",
                        "security label of table vendor"));
    }

    private static Stream<Arguments> ofDatabase() {
        String extension =
                "/*superuser*/ INSERT INTO pg_depend SELECT 'pg_extension'::regclass, oid, 0, 'pg_namespace'::regclass,"
                        + " '@'::regnamespace, 0, 'n' FROM pg_extension WHERE extname = 'plpgsql'; UPDATE pg_extension SET ";
        String role = "/*superuser*/ CREATE ROLE \"@\";";
        return Stream.of(
                row(role + " GRANT SELECT ON vendor TO \"@\"", "table vendor"),
                row(role + " GRANT SELECT (name) ON vendor TO \"@\"", "table column vendor.name"),
                row(role + " GRANT USAGE ON SCHEMA @ TO \"@\"", "schema " + SCHEMA),
                row(role + " GRANT EXECUTE ON FUNCTION f(integer) TO \"@\"", "function f(integer)"),
                row(role + " GRANT USAGE ON TYPE mood TO \"@\"", "type mood"),
                row(
                        role + " SET ROLE #; ALTER DEFAULT PRIVILEGES IN SCHEMA @ GRANT SELECT ON SEQUENCES TO \"@\"",
                        "default privileges for role # in schema " + SCHEMA + " on sequences"),
                row(extension + "extname = '@' WHERE extname = 'plpgsql'", "extension " + SCHEMA),
                row(extension + "extversion = '@' WHERE extname = 'plpgsql'", "extension plpgsql"),
                row(extension + "extcondition = '{@}' WHERE extname = 'plpgsql'", "extension plpgsql"),
                row("ALTER ROLE # SET search_path TO '@'", "settings of role #"),
                row("ALTER ROLE # IN DATABASE # SET search_path TO '@'", "settings of role #"),
                row("ALTER DATABASE # SET search_path TO '@'", "settings of database #"),
                row("/*superuser*/ ALTER ROLE ALL SET search_path TO '@'", "settings of all roles"),
                row(
                        "CREATE PUBLICATION p FOR TABLE vendor WHERE (name = '@')",
                        "publication relation vendor in publication p"),
                row(
                        "CREATE PUBLICATION \"@\" FOR TABLE vendor",
                        "publication relation vendor in publication " + SCHEMA),
                row("/*superuser*/ CREATE PUBLICATION \"@\" FOR TABLES IN SCHEMA @", "publication " + SCHEMA),
                row(
                        "/*superuser*/ CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
                                + " CREATE EVENT TRIGGER \"@\" ON sql_drop EXECUTE FUNCTION e()",
                        "event trigger " + SCHEMA));
    }

    private static Stream<Arguments> foreign() {
        String wrapper =
                "/*superuser*/ CREATE FOREIGN DATA WRAPPER w OPTIONS (a 'b'); CREATE SERVER s TYPE 't' FOREIGN DATA WRAPPER w;"
                        + " CREATE FOREIGN TABLE ft (a text OPTIONS (c 'd')) SERVER s OPTIONS (e 'f');";
        return Stream.of(
                row(wrapper),
                row(wrapper + " ALTER FOREIGN TABLE ft OPTIONS (ADD schema_name '@')", "foreign table ft"),
                row(
                        wrapper + " ALTER FOREIGN TABLE ft ALTER a OPTIONS (ADD column_name '@')",
                        "foreign table column ft.a"),
                row(wrapper + " ALTER SERVER s OPTIONS (ADD dbname '@')", "server s"),
                row(wrapper + " ALTER SERVER s RENAME TO \"@\"", "server " + SCHEMA),
                row(wrapper + " UPDATE pg_foreign_server SET srvtype = '@'", "server s"),
                row(wrapper + " ALTER SERVER s VERSION '@'", "server s"),
                row(wrapper + " CREATE ROLE \"@\"; GRANT USAGE ON FOREIGN SERVER s TO \"@\"", "server s"),
                row(wrapper + " ALTER FOREIGN DATA WRAPPER w RENAME TO \"@\"", "foreign-data wrapper " + SCHEMA),
                row(
                        wrapper + " CREATE ROLE \"@\"; GRANT USAGE ON FOREIGN DATA WRAPPER w TO \"@\"",
                        "foreign-data wrapper w"),
                row(wrapper + " ALTER FOREIGN DATA WRAPPER w OPTIONS (ADD x '@')", "foreign-data wrapper w"),
                row(
                        wrapper
                                + " GRANT USAGE ON FOREIGN SERVER s TO #; CREATE USER MAPPING FOR # SERVER s OPTIONS (user '@')",
                        "user mapping # on server s"));
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void isFoundInDefinitions(String sql, List<String> objects) throws SQLException {
        assertThat(found(sql, NameResidue::inDefinitions))
                .allMatch(place -> !place.adaptable())
                // PostgreSQL 15 identifies a transform in other words.
                .extracting(place -> place.object().replace(" on language", " language"))
                .containsExactlyInAnyOrderElementsOf(objects.stream()
                        .map(object -> object.replace("#", database.user()))
                        .toList());
    }

    static Stream<Arguments> data() {
        return Stream.of(
                row("INSERT INTO vendor (name) VALUES ('of @ here')", "rows of table vendor"),
                row("INSERT INTO vendor (name) VALUES (upper('@'))", "rows of table vendor"),
                row("INSERT INTO vendor (name) VALUES (split_part('@', '_', 4))", "rows of table vendor"),
                row("INSERT INTO vendor (name) VALUES (encode('@', 'hex'))", "rows of table vendor"),
                row("INSERT INTO vendor (note) VALUES ('of @')", "rows of table vendor"),
                row(
                        "SET LOCAL bytea_output TO escape; INSERT INTO vendor (note) VALUES ('of @')",
                        "rows of table vendor"),
                row("INSERT INTO vendor (doc) VALUES ('{\"a\": [\"@\"]}')", "rows of table vendor"),
                row("ALTER TABLE vendor ADD home text DEFAULT current_schema()", "rows of table vendor"),
                row("ALTER TABLE vendor ADD home text DEFAULT current_schema(); ALTER TABLE vendor DROP home"),
                row("INSERT INTO vendor (name) VALUES ('@'); DELETE FROM vendor"),
                row("CREATE TABLE t AS SELECT ARRAY['a', '@'] AS x", "rows of table t"),
                row("CREATE TABLE t AS SELECT ARRAY['a', '@']::bytea[] AS x", "rows of table t"),
                row("CREATE TABLE t AS SELECT ROW('a', '@')::vendors_row AS x", "rows of table t"),
                row("CREATE TABLE t AS SELECT ARRAY[ROW('a', '@')::vendors_row] AS x", "rows of table t"),
                row("CREATE TABLE t AS SELECT to_tsvector('simple', 'in k3x9q7w2') AS x", "rows of table t"),
                row(
                        "CREATE TABLE t AS SELECT string_agg(md5(i::text), '') || '@' AS x FROM generate_series(1, 9999) i",
                        "rows of table t"),
                row("CREATE TABLE r AS SELECT '@'::text AS t, 1 AS r", "rows of table r"),
                row("CREATE TABLE \"a \"\" b.c\" AS SELECT '@'::text AS x", "rows of table a \" b.c"),
                row("CREATE TABLE t (); INSERT INTO t DEFAULT VALUES"),
                row("CREATE UNLOGGED TABLE t AS SELECT '@'::text AS x", "rows of table t"),
                row(
                        "CREATE TABLE t (x text); CREATE TABLE c () INHERITS (t); INSERT INTO c VALUES ('@')",
                        "rows of table c"),
                row(
                        "CREATE TABLE t (x text) PARTITION BY LIST (x); CREATE TABLE p PARTITION OF t DEFAULT;"
                                + " INSERT INTO t VALUES ('@')",
                        "rows of table p"),
                row("CREATE MATERIALIZED VIEW m AS SELECT '@'::text AS x", "rows of materialized view m"),
                row("CREATE MATERIALIZED VIEW m AS SELECT '@'::text AS x WITH NO DATA"),
                row("CREATE VIEW v AS SELECT current_schema() AS x"),
                // A policy that hides rows from their owner too, with a check that is still to come.
                row(
                        "CREATE TABLE t (x text, ref integer REFERENCES vendor DEFERRABLE INITIALLY DEFERRED);"
                                + " ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
                                + " CREATE POLICY p ON t FOR INSERT WITH CHECK (true); INSERT INTO t VALUES ('@', 1)",
                        "rows of table t"),
                row(
                        "/*superuser*/ CREATE TABLE t AS SELECT '@'::text AS x; GRANT SELECT ON t TO #;"
                                + " ALTER TABLE t ENABLE ROW LEVEL SECURITY",
                        "rows of table t, which cannot be read (SQLSTATE 42501)"),
                row(
                        "/*superuser*/ CREATE TABLE t AS SELECT 'happy'::mood AS x; CREATE TABLE u AS SELECT '@'::text AS x;"
                                + " GRANT SELECT ON t, u TO #; DELETE FROM pg_enum WHERE enumlabel = 'happy' AND enumtypid = 'mood'::regtype",
                        "rows of table t, which cannot be read (SQLSTATE 22P03)",
                        "rows of table u"),
                row(
                        "DO $$BEGIN FOR i IN 1..150 LOOP EXECUTE format('CREATE TABLE t%s AS SELECT %L::text AS x', i,"
                                + " CASE WHEN i IN (1, 150) THEN '@' END); END LOOP; END$$",
                        "rows of table t1", "rows of table t150"),
                row("DO $$BEGIN PERFORM lo_from_bytea(4711, 'of @'); END$$", "large object 4711"),
                row(
                        "DO $$BEGIN PERFORM lo_create(4711); EXCEPTION WHEN division_by_zero THEN END$$;"
                                + " COMMENT ON LARGE OBJECT 4711 IS '@'",
                        "large object 4711"),
                row("DO $$BEGIN PERFORM lo_from_bytea(4711, 'of nobody'); END$$"));
    }

    @ParameterizedTest
    @MethodSource("data")
    void isFoundInData(String sql, List<String> objects) throws SQLException {
        assertThat(found("CREATE TYPE vendors_row AS (a text, b text);" + sql, NameResidue::inData))
                .extracting(Place::object)
                .containsExactlyInAnyOrderElementsOf(objects);
    }

    /** It would make a spare unfit for ever. */
    @Test
    void isNotSaidToBeInAnObjectThatCouldNotBeReadInTime() throws SQLException {
        database.execute("CREATE SCHEMA " + SCHEMA + "; CREATE TABLE " + SCHEMA + ".held (id int); INSERT INTO "
                + SCHEMA
                + ".held VALUES (1); CREATE FUNCTION " + SCHEMA + ".f() RETURNS int LANGUAGE sql AS 'SELECT id FROM "
                + SCHEMA + ".held'");
        List<Search> searches = List.of(NameResidue::inDefinitions, NameResidue::inData);
        List<String> holding = List.of("ALTER SCHEMA " + SCHEMA + " RENAME TO other", "LOCK TABLE " + SCHEMA + ".held");
        for (int i = 0; i < searches.size(); i++) {
            Search search = searches.get(i);
            try (Connection holder = database.connection();
                    Connection connection = database.connection();
                    Statement hold = holder.createStatement();
                    Statement statement = connection.createStatement()) {
                holder.setAutoCommit(false);
                connection.setAutoCommit(false);
                hold.execute(holding.get(i));
                for (String limit : List.of("lock_timeout", "statement_timeout")) {
                    statement.execute("SET LOCAL " + limit + " TO '300ms'");
                    assertThatThrownBy(() -> search.in(connection, SCHEMA))
                            .isInstanceOfSatisfying(
                                    SQLException.class,
                                    e -> assertThat(e.getSQLState()).isIn("55P03", "57014"));
                    connection.rollback();
                }
                holder.rollback();
                holder.setAutoCommit(true);
                connection.setAutoCommit(true);
            }
        }
        database.execute("DROP SCHEMA " + SCHEMA + " CASCADE");
    }

    /** It may be another tenant's, and there may be many. */
    @Test
    void doesNotReadLargeObjectsOfEarlierTransactions() throws SQLException {
        database.execute("SELECT lo_from_bytea(4712, '" + SCHEMA + "')");
        assertThat(found("SELECT 1", NameResidue::inData)).isEmpty();
    }

    static Stream<String> adaptable() {
        return Stream.of(
                "CREATE FUNCTION g() RETURNS bigint LANGUAGE sql AS $$SELECT count(*) FROM @.vendor$$",
                "CREATE FUNCTION g() RETURNS bigint LANGUAGE sql AS $$SELECT count(*) FROM @.VENDOR$$",
                "CREATE FUNCTION g() RETURNS void LANGUAGE plpgsql AS $$BEGIN PERFORM nextval('@.numbers'); END$$",
                "CREATE FUNCTION g() RETURNS bigint LANGUAGE sql SET search_path = @, pg_temp AS $$SELECT count(*) FROM vendor$$",
                "CREATE FUNCTION g(x bigint DEFAULT nextval('@.numbers'::text)) RETURNS bigint LANGUAGE sql AS $$SELECT x$$",
                "CREATE FUNCTION g() RETURNS bigint RETURN nextval('@.numbers'::text)",
                "CREATE PROCEDURE g() LANGUAGE plpgsql AS $$BEGIN DELETE FROM \"@\".vendor; END$$");
    }

    @ParameterizedTest
    @MethodSource("adaptable")
    void isAdaptableInFunctions(String sql) throws SQLException {
        assertThat(found(sql, NameResidue::inDefinitions))
                .singleElement()
                .satisfies(place -> assertThat(place.object()).matches("(function|procedure) g\\(.*\\)"))
                .satisfies(place -> assertThat(place.adaptable()).isTrue());

        assertThat(found(sql, (connection, schema) -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute(
                                "ALTER SCHEMA " + schema + " RENAME TO renamed; COMMENT ON SCHEMA renamed IS NULL");
                        NameResidue.adaptFunctions(connection, schema, "renamed")
                                .send(connection);
                        return NameResidue.leftInDefinitions(connection, schema, "renamed");
                    }
                }))
                .isEmpty();
    }

    /** One that is adapted beside one that is not. One that cannot be replaced makes the rename fail, so none is adaptable then. */
    @Test
    void isAdaptableInEachFunctionAlone() throws SQLException {
        String adaptable = "CREATE FUNCTION g() RETURNS bigint LANGUAGE sql AS $$SELECT count(*) FROM @.vendor$$;";
        assertThat(found(
                        adaptable + "CREATE FUNCTION h() RETURNS text LANGUAGE sql AS $$SELECT 'of @'::text$$",
                        NameResidue::inDefinitions))
                .containsExactly(new Place("function g()", true), new Place("function h()", false));
        assertThat(found(
                        "/*superuser*/" + adaptable.replace("AS", "LEAKPROOF AS") + " ALTER FUNCTION g() OWNER TO #;"
                                + adaptable.replace("g()", "h()"),
                        NameResidue::inDefinitions))
                .containsExactly(new Place("function g()", false), new Place("function h()", false));
    }

    /** The names of a foreign key's own triggers end with numbers that the server chose. */
    @Test
    void ofDigitsIsNotFoundInTheServersOwnNames() throws SQLException {
        assertThat(found("SELECT 1", (connection, schema) -> {
                    String number = Jdbc.queryOne(
                            connection,
                            "SELECT substring(tgname FROM '[0-9]+$') FROM pg_trigger"
                                    + " WHERE tgisinternal AND tgrelid = 'vendor'::regclass ORDER BY 1 LIMIT 1",
                            row -> row.getString(1));
                    return NameResidue.leftInDefinitions(connection, number, schema);
                }))
                .isEmpty();
    }

    /** The whole word is found, but not in other words and not in the new name. */
    @Test
    void isFoundAfterARenameAsAWord() throws SQLException {
        String sql =
                "ALTER SCHEMA @ RENAME TO shop_2; SET LOCAL search_path TO shop_2; CREATE VIEW a AS SELECT 'workshop'::text AS x;"
                        + " CREATE VIEW b AS SELECT 'the shop.'::text AS x; CREATE VIEW c AS SELECT 'shop_2'::text AS x;"
                        + " CREATE TABLE shops (); CREATE TABLE shop_items (); CREATE VIEW d AS SELECT 'shop_3'::text AS x;"
                        + " CREATE FUNCTION e() RETURNS text LANGUAGE sql AS $$SELECT 'shop_2'::text$$;"
                        + " CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$SELECT 'Shop'::text$$; COMMENT ON SCHEMA shop_2 IS E'\\nshop'";
        String head =
                "ALTER SCHEMA @ RENAME TO my_shop; SET LOCAL search_path TO my_shop; CREATE VIEW a AS SELECT 'my_shop.x'::text AS x;"
                        + " CREATE VIEW b AS SELECT 'a_shop.x'::text AS x; COMMENT ON VIEW a IS 'my_shop'; COMMENT ON VIEW b IS 'my shop'";
        assertThat(found(head, (connection, schema) -> NameResidue.leftInDefinitions(connection, "shop", "my_shop")))
                .extracting(Place::object)
                .containsExactlyInAnyOrder("view b", "comment on view b");
        assertThat(found(sql, (connection, schema) -> NameResidue.leftInDefinitions(connection, "shop", "shop_2")))
                .extracting(Place::object)
                .containsExactlyInAnyOrder(
                        "view b", "table shop_items", "view d", "function f()", "comment on schema shop_2");
    }

    /** None is a part of a test role's name, which privileges hold. */
    static Stream<String> unusualNames() {
        return Stream.of(
                "Mixed Case", "a\"b", "it's", "back\\slash", "dot.ted", "größe", "(x", "4200000042", "a[0-9]*");
    }

    @ParameterizedTest
    @MethodSource("unusualNames")
    void isFoundWhateverItsCharacters(String name) throws SQLException {
        String quoted = Sql.identifier(name);
        String literal = Sql.literal(name);
        String sql = "ALTER SCHEMA @ RENAME TO " + quoted + "; SET LOCAL search_path TO " + quoted
                + "; CREATE VIEW a AS SELECT "
                + literal + "::text AS x; CREATE VIEW b AS SELECT " + Sql.literal(quoted + ".x")
                + "::text AS x; COMMENT ON VIEW a IS "
                + literal + "; CREATE FUNCTION c() RETURNS text LANGUAGE sql SET search_path = " + quoted + " AS "
                + Sql.literal("SELECT " + literal + "::text") + "; CREATE TABLE d AS SELECT ARRAY[" + literal
                + "] AS x;"
                + " CREATE TABLE e AS SELECT ROW(" + literal + ")::text AS x";
        assertThat(found(sql, (connection, schema) -> NameResidue.inDefinitions(connection, name)))
                .containsExactlyInAnyOrder(
                        new Place("view a", false),
                        new Place("view b", false),
                        new Place("comment on view a", false),
                        new Place("function c()", false));
        assertThat(found(sql + "; ALTER SCHEMA " + quoted + " RENAME TO renamed", (connection, schema) -> {
                    NameResidue.adaptFunctions(connection, name, "renamed").send(connection);
                    return NameResidue.leftInDefinitions(connection, name, "renamed");
                }))
                .extracting(Place::object)
                .containsExactlyInAnyOrder("view a", "view b", "comment on view a", "function c()");
        assertThat(found(sql, (connection, schema) -> NameResidue.inData(connection, name)))
                .extracting(Place::object)
                .contains("rows of table d", "rows of table e");
    }

    @Test
    void isNotFoundInAnEverydaySchema() throws SQLException {
        assertThat(found("SELECT 1", NameResidue::inDefinitions)).isEmpty();
        assertThat(found("SELECT 1", NameResidue::inData)).isEmpty();
    }
}
