package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each class of object that PostgreSQL has, in the shared schema and in another tenant: whatever a migration does to one, plainly
 * or hidden, is refused and named, and done to the tenant's own it passes.
 */
@PostgresTest
class ObjectClassesTest {

    /** One object of each class that a plain role can make, in the first schema of the search path. */
    private static final String OBJECTS = """
            CREATE TABLE k_t (id int PRIMARY KEY, b text DEFAULT 'x', CONSTRAINT k_ck CHECK (id > 0));
            CREATE INDEX k_i ON k_t (b); CREATE SEQUENCE k_s; CREATE VIEW k_v AS SELECT id FROM k_t;
            CREATE MATERIALIZED VIEW k_m AS SELECT 1 AS one;
            CREATE TABLE k_parent (id int) PARTITION BY LIST (id); CREATE TABLE k_part PARTITION OF k_parent FOR VALUES IN (1);
            CREATE FUNCTION k_f(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
            CREATE FUNCTION k_base(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
            CREATE FUNCTION k_same(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
            CREATE PROCEDURE k_p() LANGUAGE sql AS 'SELECT 1'; CREATE AGGREGATE k_a (int) (SFUNC = int4pl, STYPE = int);
            CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = k_same);
            CREATE TYPE k_e AS ENUM ('a'); CREATE TYPE k_c AS (x int); CREATE TYPE k_r AS RANGE (SUBTYPE = float8);
            CREATE DOMAIN k_d AS int CONSTRAINT k_dc CHECK (VALUE > 0); CREATE CAST (k_e AS text) WITH INOUT;
            CREATE COLLATION k_coll FROM "C"; CREATE CONVERSION k_conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
            CREATE TEXT SEARCH CONFIGURATION k_cfg (COPY = simple); CREATE TEXT SEARCH DICTIONARY k_dict (TEMPLATE = simple);
            CREATE STATISTICS k_st ON id, b FROM k_t;
            CREATE FUNCTION k_tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER k_tr BEFORE INSERT ON k_t FOR EACH ROW EXECUTE FUNCTION k_tf();
            CREATE RULE k_ru AS ON DELETE TO k_v DO INSTEAD NOTHING; CREATE POLICY k_po ON k_t USING (true);
            """;

    /** A statement on one of them with {@code {q}} in place of the schema, and the name of the object in the error. */
    private static final String CHANGES = """
            ALTER TABLE {q}k_t ADD COLUMN x int                               | table {s}.k_t
            ALTER TABLE {q}k_t RENAME TO k_t2                                 | {s}.k_t
            COMMENT ON TABLE {q}k_t IS 'x'                                    | table {s}.k_t
            COMMENT ON COLUMN {q}k_t.b IS 'x'                                 | table {s}.k_t
            ALTER TABLE {q}k_t SET SCHEMA {o}                                 | .k_t
            DROP TABLE {q}k_parent                                            | table {s}.k_parent
            DROP TABLE {q}k_part                                              | {s}.k_part
            DROP TABLE {q}k_t CASCADE                                         | table {s}.k_t
            TRUNCATE {q}k_t                                                   | table {s}.k_t
            DROP INDEX {q}k_i                                                 | {s}.k_
            ALTER INDEX {q}k_i RENAME TO k_i2                                 | index {s}.k_i
            COMMENT ON INDEX {q}k_i IS 'x'                                    | index {s}.k_i
            ALTER SEQUENCE {q}k_s RESTART 5                                   | sequence {s}.k_s
            ALTER SEQUENCE {q}k_s RENAME TO k_s2                              | sequence {s}.k_s
            DROP SEQUENCE {q}k_s                                              | sequence {s}.k_s
            ALTER SEQUENCE {q}k_s SET SCHEMA {o}                              | .k_s
            ALTER VIEW {q}k_v RENAME TO k_v2                                  | view {s}.k_v
            DROP VIEW {q}k_v                                                  | view {s}.k_v
            REFRESH MATERIALIZED VIEW {q}k_m                                  | materialized view {s}.k_m
            DROP MATERIALIZED VIEW {q}k_m                                     | materialized view {s}.k_m
            ALTER FUNCTION {q}k_f(int) STABLE                                 | function {s}.k_f(integer)
            ALTER FUNCTION {q}k_f(int) RENAME TO k_f2                         | function {s}.k_f
            ALTER FUNCTION {q}k_f(int) SET SCHEMA {o}                         | .k_f(integer)
            ALTER FUNCTION {q}k_f(int) DEPENDS ON EXTENSION "uuid-ossp"       | function {s}.k_f(integer)
            COMMENT ON FUNCTION {q}k_f(int) IS 'x'                            | function {s}.k_f(integer)
            DROP FUNCTION {q}k_f(int)                                         | function {s}.k_f(integer)
            DROP FUNCTION {q}k_same(int, int) CASCADE                         | {s}.
            DROP PROCEDURE {q}k_p()                                           | procedure {s}.k_p()
            ALTER PROCEDURE {q}k_p() RENAME TO k_p2                           | procedure {s}.k_p
            DROP AGGREGATE {q}k_a (int)                                       | aggregate {s}.k_a(integer)
            ALTER AGGREGATE {q}k_a (int) RENAME TO k_a2                       | aggregate {s}.k_a
            DROP OPERATOR {q}=== (int, int)                                   | operator {s}.===(integer,integer)
            ALTER OPERATOR {q}=== (int, int) SET SCHEMA {o}                   | .===(integer,integer)
            ALTER OPERATOR {q}=== (int, int) SET (RESTRICT = eqsel)           | operator {s}.===(integer,integer)
            COMMENT ON OPERATOR {q}=== (int, int) IS 'x'                      | operator {s}.===(integer,integer)
            ALTER TYPE {q}k_e ADD VALUE 'b'                                   | type {s}.k_e
            ALTER TYPE {q}k_e RENAME VALUE 'a' TO 'z'                         | type {s}.k_e
            ALTER TYPE {q}k_e RENAME TO k_e2                                  | type {s}.k_e
            ALTER TYPE {q}k_e SET SCHEMA {o}                                  | .k_e
            COMMENT ON TYPE {q}k_e IS 'x'                                     | type {s}.k_e
            DROP TYPE {q}k_e CASCADE                                          | {s}.k_e
            ALTER TYPE {q}k_c ADD ATTRIBUTE y int                             | type {s}.k_c
            ALTER TYPE {q}k_c RENAME TO k_c2                                  | type {s}.k_c
            ALTER TYPE {q}k_c SET SCHEMA {o}                                  | .k_c
            DROP TYPE {q}k_c                                                  | type {s}.k_c
            ALTER TYPE {q}k_r RENAME TO k_r2                                  | type {s}.k_r
            DROP TYPE {q}k_r                                                  | {s}.k_r
            ALTER DOMAIN {q}k_d SET DEFAULT 3                                 | type {s}.k_d
            ALTER DOMAIN {q}k_d SET NOT NULL                                  | type {s}.k_d
            ALTER DOMAIN {q}k_d ADD CONSTRAINT k_x CHECK (VALUE < 9)          | type {s}.k_d
            ALTER DOMAIN {q}k_d RENAME CONSTRAINT k_dc TO k_y                 | type {s}.k_d
            ALTER DOMAIN {q}k_d DROP CONSTRAINT k_dc                          | k_dc
            COMMENT ON CONSTRAINT k_dc ON DOMAIN {q}k_d IS 'x'                | k_dc on {s}.k_d
            DROP DOMAIN {q}k_d                                                | {s}.k_d
            DROP CAST ({q}k_e AS text)                                        | cast ({s}.k_e AS pg_catalog.text)
            COMMENT ON CAST ({q}k_e AS text) IS 'x'                           | cast ({s}.k_e AS pg_catalog.text)
            ALTER COLLATION {q}k_coll RENAME TO k_coll2                       | collation {s}.k_coll
            ALTER COLLATION {q}k_coll REFRESH VERSION                         | collation {s}.k_coll
            ALTER COLLATION {q}k_coll SET SCHEMA {o}                          | .k_coll
            COMMENT ON COLLATION {q}k_coll IS 'x'                             | collation {s}.k_coll
            DROP COLLATION IF EXISTS {q}k_coll                                | collation {s}.k_coll
            ALTER CONVERSION {q}k_conv RENAME TO k_conv2                      | conversion {s}.k_conv
            DROP CONVERSION {q}k_conv                                         | conversion {s}.k_conv
            ALTER TEXT SEARCH CONFIGURATION {q}k_cfg DROP MAPPING FOR word    | text search configuration {s}.k_cfg
            ALTER TEXT SEARCH CONFIGURATION {q}k_cfg RENAME TO k_cfg2         | text search configuration {s}.k_cfg
            COMMENT ON TEXT SEARCH CONFIGURATION {q}k_cfg IS 'x'              | text search configuration {s}.k_cfg
            DROP TEXT SEARCH CONFIGURATION IF EXISTS {q}k_cfg                 | text search configuration {s}.k_cfg
            ALTER TEXT SEARCH DICTIONARY {q}k_dict (Accept = false)           | text search dictionary {s}.k_dict
            DROP TEXT SEARCH DICTIONARY {q}k_dict                             | text search dictionary {s}.k_dict
            ALTER STATISTICS {q}k_st SET STATISTICS 9                         | statistics object {s}.k_st
            ALTER STATISTICS {q}k_st RENAME TO k_st2                          | statistics object {s}.k_st
            COMMENT ON STATISTICS {q}k_st IS 'x'                              | statistics object {s}.k_st
            DROP STATISTICS {q}k_st                                           | {s}.k_
            ALTER TRIGGER k_tr ON {q}k_t RENAME TO k_tr2                      | table {s}.k_t
            ALTER TRIGGER k_tr ON {q}k_t DEPENDS ON EXTENSION "uuid-ossp"     | trigger k_tr on {s}.k_t
            COMMENT ON TRIGGER k_tr ON {q}k_t IS 'x'                          | trigger k_tr on {s}.k_t
            DROP TRIGGER k_tr ON {q}k_t                                       | {s}.k_t
            COMMENT ON RULE k_ru ON {q}k_v IS 'x'                             | rule k_ru on {s}.k_v
            DROP RULE k_ru ON {q}k_v                                          | {s}.k_v
            COMMENT ON POLICY k_po ON {q}k_t IS 'x'                           | policy k_po on {s}.k_t
            DROP POLICY k_po ON {q}k_t                                        | {s}.k_t
            COMMENT ON CONSTRAINT k_ck ON {q}k_t IS 'x'                       | k_ck on {s}.k_t
            ALTER TABLE {q}k_t DROP CONSTRAINT k_ck                           | {s}.k_t
            """;

    private static final String A = "kinds_a";
    private static final String B = "kinds_b";

    private final TestDatabase database;

    ObjectClassesTest(TestDatabase database) {
        this.database = database;
    }

    /** Once: nothing that is refused changes them. */
    @BeforeEach
    void objects() {
        if (!database.value("SELECT to_regclass('public.k_t') IS NULL").equals("true")) {
            return;
        }
        Migration objects = Migration.of("20240201_objects", OBJECTS);
        Samples.with(database, MEMBERS, objects).createTenant(TenantName.exactly(B));
        Samples.with(database, MEMBERS).createTenant(TenantName.exactly(A));
        // A plain role owns an extension that it may create.
        database.execute(
                OBJECTS + "CREATE EXTENSION citext; CREATE PUBLICATION k_pub FOR TABLE k_t; SELECT lo_create(424242);"
                        + " CREATE TABLE shared_one (id int)");
    }

    static Stream<List<String>> changes() {
        return CHANGES.lines().map(line -> {
            int bar = line.lastIndexOf("| ");
            return List.of(
                    line.substring(0, bar).strip(), line.substring(bar + 1).strip());
        });
    }

    private static String hidden(String sql) {
        return "DO $$ BEGIN EXECUTE convert_from(decode('"
                + HexFormat.of().formatHex(sql.getBytes(StandardCharsets.UTF_8)) + "', 'hex'), 'UTF8'); END $$";
    }

    private TenantMigrator migrator(boolean shared, Migration migration) {
        TenantMigratorBuilder builder = Samples.migrator(database, MEMBERS, migration);
        return shared ? builder.sharedObjects("shared_one").build() : builder.build();
    }

    @ParameterizedTest
    @MethodSource("changes")
    void whatIsElsewhereStaysAsItIs(List<String> change) throws SQLException {
        for (String schema : List.of("public", B)) {
            String sql = change.get(0).replace("{q}", schema + ".").replace("{o}", A);
            String named = change.get(1).replace("{s}", schema);
            refusedEverywhere(hidden(sql), named);
        }
    }

    /** Text that names another tenant: most is refused before anything runs. */
    @ParameterizedTest
    @MethodSource("changes")
    void whatIsElsewhereStaysAsItIsThoughTheTextNamesIt(List<String> change) {
        String sql = change.get(0).replace("{q}", B + ".").replace("{o}", A);
        for (boolean shared : List.of(false, true)) {
            assertThatThrownBy(() -> migrator(shared, Migration.of("20240301_change", sql))
                            .deploy(Tenants.named(A))
                            .throwIfFailed())
                    .as(sql)
                    .hasMessageContaining("20240301_change/migration.sql:1")
                    .satisfiesAnyOf(
                            e -> assertThat(e).isInstanceOf(InvalidMigrationException.class),
                            e -> assertThat(e)
                                    .hasMessageContaining(change.get(1).replace("{s}", B)));
        }
    }

    /** A name without a schema that the tenant does not have means the shared one, by the search path. */
    @ParameterizedTest
    @MethodSource("changes")
    void theSharedOneStaysAsItIsThoughTheTenantHasNone(List<String> change) {
        String sql = change.get(0).replace("{q}", "").replace("{o}", "public");
        for (boolean shared : List.of(false, true)) {
            var report = migrator(shared, Migration.of("20240301_change", sql)).deploy(Tenants.named(A));
            assertThat(report.failed()).as(sql).hasSize(1);
            assertThat(report.failed().get(0).failure().message())
                    .as(sql)
                    .satisfiesAnyOf(
                            message ->
                                    assertThat(message).contains(change.get(1).replace("{s}", "public")),
                            message -> assertThat(message).contains("does not exist"),
                            message -> assertThat(message).contains("outside of its tenant's schema"));
        }
        assertThat(database.value(
                        "SELECT count(*) FROM pg_proc WHERE proname = 'k_f' AND pronamespace = 'public'::regnamespace"))
                .isEqualTo("1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CREATE TABLE {s}.n (id int)                                        | table {s}.n
            CREATE SEQUENCE {s}.n                                              | sequence {s}.n
            CREATE VIEW {s}.n AS SELECT 1                                      | view {s}.n
            CREATE FUNCTION {s}.n() RETURNS int LANGUAGE sql AS 'SELECT 1'     | function {s}.n()
            CREATE OR REPLACE FUNCTION {s}.k_f(int) RETURNS int LANGUAGE sql AS 'SELECT 2' | function {s}.k_f(integer)
            CREATE TYPE {s}.n AS ENUM ('x')                                    | type {s}.n
            CREATE TYPE {s}.n AS (x int)                                       | type {s}.n
            CREATE DOMAIN {s}.n AS int                                         | type {s}.n
            CREATE OPERATOR {s}.<=> (LEFTARG = int, RIGHTARG = int, FUNCTION = {s}.k_same) | operator {s}.<=>(integer,integer)
            CREATE COLLATION {s}.n FROM "C"                                    | collation {s}.n
            CREATE CONVERSION {s}.n FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8 | conversion {s}.n
            CREATE TEXT SEARCH CONFIGURATION {s}.n (COPY = simple)             | text search configuration {s}.n
            CREATE TEXT SEARCH DICTIONARY {s}.n (TEMPLATE = simple)            | text search dictionary {s}.n
            CREATE STATISTICS {s}.n ON id, b FROM {s}.k_t                      | {s}.
            CREATE CAST ({s}.k_c AS text) WITH INOUT                           | cast ({s}.k_c AS pg_catalog.text)
            GRANT SELECT ON {s}.k_t TO PUBLIC                                  | table {s}.k_t
            GRANT SELECT (b) ON {s}.k_t TO PUBLIC                              | table {s}.k_t
            GRANT USAGE ON TYPE {s}.k_e TO PUBLIC                              | type {s}.k_e
            GRANT ALL ON SCHEMA {s} TO PUBLIC                                  | schema {s}
            COMMENT ON SCHEMA {s} IS 'x'                                       | schema {s}
            ALTER DEFAULT PRIVILEGES IN SCHEMA {s} GRANT SELECT ON TABLES TO PUBLIC | in schema {s}
            """)
    void nothingIsMadeElsewhere(String sql, String named) throws SQLException {
        for (String schema : List.of("public", B)) {
            refusedEverywhere(hidden(sql.replace("{s}", schema)), named.replace("{s}", schema));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            COMMENT ON LARGE OBJECT 424242 IS 'x'                              | large object 424242
            SELECT lo_put(424242, 0, 'x')                                      | a large object
            SELECT lo_unlink(424242)                                           | large object
            COMMENT ON PUBLICATION k_pub IS 'x'                                | publication k_pub
            ALTER PUBLICATION k_pub DROP TABLE public.k_t                      | publication
            DROP PUBLICATION k_pub                                             | publication k_pub
            CREATE PUBLICATION k_pub2                                          | publication
            CREATE SCHEMA pgxevil                                              | schema pgxevil
            SET standard_conforming_strings = off; CREATE SCHEMA pgxevil       | schema pgxevil
            ALTER ROLE CURRENT_USER SET work_mem = '1MB'                       | a setting of a role or database
            COMMENT ON DATABASE {database} IS 'x'                              | database
            ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC          | default privileges
            ALTER EXTENSION citext ADD TABLE {a}.team_member                   | kinds_a.team_member (a member of an extension)
            ALTER EXTENSION citext ADD FUNCTION public.k_f(int)                | public.k_f(integer)
            COMMENT ON EXTENSION citext IS 'x'                                 | extension citext
            DROP EXTENSION citext                                              | an extension, type public.citext
            """)
    void whatIsNobodysStaysAsItIs(String sql, String named) throws SQLException {
        String text = sql.replace("{database}", database.value("SELECT current_database()"))
                .replace("{a}", A);
        refusedEverywhere(
                text.replace("; ", "\n")
                        .lines()
                        .map(ObjectClassesTest::hidden)
                        .reduce((one, other) -> one + ";" + other)
                        .orElseThrow(),
                named);
    }

    private void refusedEverywhere(String script, String named) throws SQLException {
        Migration up = Migration.of("20240301_up", script);
        for (boolean shared : List.of(false, true)) {
            var report = migrator(shared, up).deploy(Tenants.named(A));
            assertThat(report.failed()).as(report.toString()).hasSize(1);
            assertThat(report.failed().get(0).failure().toString())
                    .contains(named)
                    .contains("20240301_up/migration.sql:1");
        }

        Migration down = Migration.of("20240301_down", "SELECT 1", script);
        migrator(false, down).deploy(Tenants.named(A)).throwIfFailed();
        var rollback = migrator(false, down).rollback(Tenants.named(A), down.version(), RollbackOptions.defaults());
        assertThat(rollback.failed()).as(rollback.toString()).hasSize(1);
        assertThat(rollback.failed().get(0).failure().toString())
                .contains(named)
                .contains("rollback.sql:1");
        migrator(false, down)
                .repair(Tenants.named(A), new Repair.MarkNotApplied(down.version()))
                .throwIfFailed();

        assertThatThrownBy(() -> migrator(false, up).createTenant(TenantName.forUser("c")))
                .isInstanceOf(MigrationFailedException.class)
                .hasMessageContaining(named);
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> migrator(false, up).createTenant(connection, TenantName.forUser("c")))
                    .isInstanceOf(MigrationFailedException.class)
                    .hasMessageContaining(named);
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    @ParameterizedTest
    @MethodSource("changes")
    void doneToTheTenantsOwnItPasses(List<String> change) {
        String sql = change.get(0);
        if (sql.contains("{o}")) {
            return;
        }
        Migration objects = Migration.of("20240201_objects", OBJECTS);
        Migration plain = Migration.of("20240302_plain", sql.replace("{q}", ""));
        String c = Samples.create(database, "c", MEMBERS, objects);
        TenantMigrator migrator = Samples.with(database, MEMBERS, objects, plain);
        migrator.deploy(Tenants.named(c)).throwIfFailed();
        migrator.dropTenant(c);

        String d = Samples.create(database, "d", MEMBERS, objects);
        Migration hidden = Migration.of("20240302_hidden", hidden(sql.replace("{q}", d + ".")));
        TenantMigrator hiding = Samples.with(database, MEMBERS, objects, hidden);
        hiding.deploy(Tenants.named(d)).throwIfFailed();
        hiding.dropTenant(d);

        String e = Samples.create(database, "e", MEMBERS, objects, plain);
        migrator.dropTenant(e);
    }
}
