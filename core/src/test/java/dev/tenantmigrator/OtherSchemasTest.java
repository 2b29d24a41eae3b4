package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.internal.backfill.Fingerprint;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantOutcome.Failed;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A migration of one tenant, also one that fails, changes no other schema, no object without a schema and no rows of other
 * tables.
 */
@PostgresTest
class OtherSchemasTest {

    private static final Migration OBJECTS = Migration.of("20240101_objects", """
            CREATE TABLE t (id serial PRIMARY KEY, col int, payload text);
            CREATE VIEW v AS SELECT * FROM t;
            CREATE TYPE mood AS ENUM ('fine');
            CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
            CREATE TABLE parts (id int) PARTITION BY LIST (id);
            CREATE TABLE owned (u int REFERENCES users)""");

    /** Statements on another tenant's objects, {@code {b}}, and on objects of the shared schema alone. */
    private static final List<String> HOSTILE = List.of(
            "ALTER TABLE {b}.t ADD COLUMN extra int",
            "DROP TABLE {b}.t CASCADE",
            "TRUNCATE {b}.t",
            "INSERT INTO {b}.t (col) VALUES (1)",
            "UPDATE {b}.t SET col = 2",
            "DELETE FROM {b}.t",
            "CREATE TABLE {b}.extra (id int)",
            "CREATE INDEX extra ON {b}.t (col)",
            "CREATE TRIGGER extra BEFORE INSERT ON {b}.t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "CREATE OR REPLACE VIEW {b}.v AS SELECT id, 5 AS col, payload FROM {b}.t",
            "CREATE OR REPLACE FUNCTION {b}.f() RETURNS int LANGUAGE sql AS 'SELECT 2'",
            "DROP FUNCTION {b}.f()",
            "ALTER FUNCTION {b}.f() RENAME TO g",
            "ALTER TYPE {b}.mood ADD VALUE 'bad'",
            "ALTER TYPE {b}.mood RENAME TO moods",
            "CREATE TYPE {b}.extra AS (a int)",
            "DROP TYPE {b}.mood",
            "COMMENT ON TABLE {b}.t IS 'mine'",
            "GRANT SELECT ON {b}.t TO pg_monitor",
            "REVOKE EXECUTE ON FUNCTION {b}.f() FROM PUBLIC",
            "GRANT USAGE ON SCHEMA {b} TO pg_monitor",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA {b} GRANT SELECT ON TABLES TO PUBLIC",
            "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor",
            "ALTER SCHEMA {b} RENAME TO stolen",
            "DROP SCHEMA {b} CASCADE",
            "ALTER TABLE first SET SCHEMA {b}",
            "DROP TABLE parts; ALTER TABLE {b}.parts SET SCHEMA {a}",
            "CREATE TABLE {b}.part PARTITION OF parts FOR VALUES IN (1)",
            "ALTER TABLE {b}.t RENAME TO gone",
            "ALTER SEQUENCE {b}.t_id_seq RESTART WITH 5",
            "LOCK TABLE {b}.t",
            "SELECT * FROM {b}.t FOR UPDATE",
            "CREATE SCHEMA extra",
            "DROP TABLE IF EXISTS audit",
            "DROP TABLE audit CASCADE",
            "INSERT INTO audit (what) VALUES ('x')",
            "TRUNCATE audit",
            "ALTER TABLE audit ADD COLUMN extra int",
            "DROP FUNCTION helper()",
            "ALTER TYPE kind ADD VALUE 'bad'",
            "DROP TYPE kind",
            "ALTER SEQUENCE counter RESTART WITH 5",
            "GRANT SELECT ON audit TO pg_monitor",
            "COMMENT ON TABLE audit IS 'mine'",
            "ALTER TABLE audit RENAME TO gone",
            "DROP VIEW overview",
            "SELECT write_audit('x')",
            "ALTER ROLE CURRENT_USER SET work_mem = '1MB'",
            "ALTER DATABASE {db} SET work_mem = '1MB'",
            "COMMENT ON DATABASE {db} IS 'mine'",
            "CREATE EXTENSION IF NOT EXISTS fuzzystrmatch; DROP EXTENSION citext CASCADE",
            "SET search_path = {b}, {a}; CREATE TABLE extra (id int)",
            "SELECT set_config('search_path', 'pub' || 'lic', false); CREATE TABLE extra (id int)");

    private static final String SHARED = """
            CREATE SCHEMA public; CREATE EXTENSION "uuid-ossp"; CREATE EXTENSION citext; CREATE EXTENSION fuzzystrmatch;
            CREATE TABLE users (id int PRIMARY KEY, email text); INSERT INTO users VALUES (1, 'a');
            CREATE TABLE audit (id serial, what text); INSERT INTO audit (what) VALUES ('before');
            CREATE VIEW overview AS SELECT count(*) FROM users; CREATE SEQUENCE counter;
            CREATE TYPE kind AS ENUM ('good'); CREATE FUNCTION helper() RETURNS int LANGUAGE sql AS 'SELECT 1';
            CREATE FUNCTION write_audit(what text) RETURNS int LANGUAGE sql AS
                'INSERT INTO public.audit (what) VALUES (write_audit.what) RETURNING id'""";

    private static String a = "";
    private static String b = "";
    private static List<String> untouched = List.of();

    private final TestDatabase database;

    OtherSchemasTest(TestDatabase database) {
        this.database = database;
    }

    /** A test that changes nothing leaves its database to the next one. */
    @BeforeEach
    void fillDatabase() {
        if (untouched.isEmpty()) {
            dropAll();
            database.execute(SHARED);
            a = migrator(OBJECTS).createTenant(TenantName.forUser("a")).schema();
            b = migrator(OBJECTS).createTenant(TenantName.forUser("b")).schema();
            database.execute("INSERT INTO " + b + ".t (col) VALUES (1), (2)");
            untouched = Surroundings.of(database, "");
        }
    }

    private void assertUntouched() {
        List<String> before = untouched;
        untouched = Surroundings.of(database, "");
        if (!untouched.equals(before)) {
            List<String> now = untouched;
            untouched = List.of();
            assertThat(Fingerprint.differences(before, now)).isEmpty();
        }
    }

    private void dropAll() {
        for (String schema :
                database.values("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_'")) {
            database.execute("DROP SCHEMA " + Sql.identifier(schema) + " CASCADE");
        }
        database.execute("ALTER ROLE CURRENT_USER RESET ALL; ALTER DATABASE " + database.name() + " RESET ALL;"
                + " COMMENT ON DATABASE " + database.name() + " IS NULL;"
                + " ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM pg_monitor");
    }

    /** As they stand, and hidden in code in ways drawn by chance. */
    static Stream<String> hostile() {
        Random random = new Random(4);
        return HOSTILE.stream().flatMap(sql -> Stream.of(sql, hidden(sql, random.nextInt(5))));
    }

    private static String hidden(String sql, int way) {
        String literal = "'" + sql.replace("'", "''") + "'";
        return switch (way) {
            case 0 -> "DO $x$ DECLARE s text := " + literal + "; BEGIN EXECUTE s; END $x$";
            case 1 ->
                "DO $x$ BEGIN BEGIN EXECUTE reverse(reverse(" + literal
                        + ")); EXCEPTION WHEN division_by_zero THEN END;"
                        + " BEGIN PERFORM 1 / 0; EXCEPTION WHEN division_by_zero THEN END; END $x$";
            case 2 ->
                "CREATE TABLE steps (sql text); INSERT INTO steps VALUES (" + literal + ");"
                        + " DO $x$ DECLARE s text; BEGIN FOR s IN SELECT sql FROM steps LOOP EXECUTE s; END LOOP; END $x$";
            case 3 ->
                "CREATE FUNCTION run(s text) RETURNS void LANGUAGE plpgsql AS $x$ BEGIN EXECUTE s; END $x$;"
                        + " SELECT run(" + literal + "); DROP FUNCTION run(text)";
            default ->
                "CREATE FUNCTION run() RETURNS trigger LANGUAGE plpgsql AS $x$ BEGIN EXECUTE NEW.payload; RETURN NULL; END $x$;"
                        + " CREATE TRIGGER run BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION run();"
                        + " INSERT INTO t (payload) VALUES (" + literal + ")";
        };
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void aHostileMigrationFailsAndTouchesNothing(String hostile) {
        String sql = hostile.replace("{a}", a).replace("{b}", b).replace("{db}", database.name());
        TenantMigrator migrator = migrator(OBJECTS, Migration.of("20240102_hostile", "CREATE TABLE first ();\n" + sql));

        String ofDeploy = failure(() -> migrator.deploy(Tenants.named(a)).throwIfFailed());
        String ofCreation = failure(() -> migrator.createTenant(TenantName.forUser("c")));

        assertUntouched();
        assertThat(List.of(ofDeploy, ofCreation)).allMatch(message -> message.contains("20240102_hostile"));
    }

    private static String failure(Runnable call) {
        try {
            call.run();
            return "succeeded";
        } catch (TenantMigratorException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void aMigrationThatFailsHalfwayTouchesNothing() {
        TenantMigrator migrator = migrator(
                OBJECTS, Migration.of("20240102_half", "ALTER TABLE public.t ADD a int; DROP VIEW v; SELECT 1 / 0"));

        assertThat(migrator.deploy(Tenants.named(a)).of(Failed.class)).hasSize(1);

        assertUntouched();
    }

    /** Data in an allowed table is meant. */
    @Test
    void whatIsAllowedIsNotHostile() {
        List<String> others = Surroundings.of(database, a);
        Migration fine = Migration.of(
                "20240102_fine",
                "INSERT INTO public.users VALUES (2, 'b'); CREATE TABLE more (u int REFERENCES users)");

        untouched = List.of();
        migrator(OBJECTS, fine).deploy(Tenants.named(a)).throwIfFailed();

        assertThat(Fingerprint.differences(others, Surroundings.of(database, a)))
                .allMatch(line -> line.contains("\"public\".\"users\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"histories/prisma-shop", "11", "12"})
    void aHistoryTouchesItsTenantAlone(String history) {
        List<Migration> migrations = history.startsWith("histories")
                ? MigrationSource.classpath(history).read()
                : GeneratedHistory.of(Long.parseLong(history), 100);
        TenantMigrator migrator = migrator(migrations.toArray(Migration[]::new));
        untouched = List.of();
        migrator.prepare();
        List<String> before = Surroundings.of(database, "");

        String tenant = migrator.createTenant(TenantName.forUser("c")).schema();
        assertThat(Surroundings.of(database, tenant)).isEqualTo(before);

        database.execute("CREATE SCHEMA adopted");
        List<String> withAdopted = Surroundings.of(database, "adopted");
        migrator.adopt("adopted", List.of());
        List<TenantOutcome> outcomes =
                migrator.deploy(Tenants.named("adopted")).throwIfFailed().outcomes();
        assertThat(outcomes).hasSize(1);
        assertThat(Surroundings.of(database, "adopted")).isEqualTo(withAdopted);
    }

    private TenantMigrator migrator(Migration... migrations) {
        return Samples.migrator(database, migrations).sharedObjects("users").build();
    }
}
