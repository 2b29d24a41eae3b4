package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Single statements and characters that histories of other tools have. */
@PostgresTest
class ScriptTextTest {

    private static final String VERSION = "20240201_text";

    private final TestDatabase database;

    ScriptTextTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
        database.assertNoLeaks();
    }

    @Test
    void aNulIsRefusedBeforeAnythingRuns() {
        String a = Samples.create(database, "a", MEMBERS);
        Migration nul =
                Migration.of(VERSION, "CREATE TABLE t (x text);\nINSERT INTO t VALUES ('x\0y')", "\nSELECT '\0'");
        TenantMigrator migrator = Samples.with(database, MEMBERS, nul);

        for (Runnable call : List.<Runnable>of(
                () -> migrator.deploy(Tenants.named(a)),
                () -> migrator.plan(Tenants.named(a)),
                () -> migrator.createTenant(TenantName.forUser("b")))) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(InvalidMigrationException.class)
                    .hasMessageContaining("NUL character")
                    .hasMessageContaining(VERSION + "/migration.sql:2");
        }
        Migration back = Migration.of(VERSION, "SELECT 1", "SELECT 1;\n\nSELECT '\0'");
        String b = Samples.create(database, "b", MEMBERS, back);
        assertThatThrownBy(() -> Samples.with(database, MEMBERS, back)
                        .rollback(Tenants.named(b), VERSION, RollbackOptions.defaults()))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining(VERSION + "/rollback.sql:3");
    }

    /** As psql does: the style stays ISO, the order of day and month changes, and only in this migration. */
    @ParameterizedTest
    @ValueSource(strings = {"dmy", "'European'", "ISO, DMY", "NonEuropean, iso"})
    void theOrderOfDayAndMonthIsTheScripts(String style) {
        String a = Samples.create(database, "a", MEMBERS);
        Migration dates = Migration.of(
                VERSION,
                "SET datestyle TO " + style
                        + "; CREATE TABLE d AS SELECT '02/03/2024'::date AS day, '04/05/2024'::date::text AS shown");
        Migration next = Migration.of("20240202_next", "CREATE TABLE e AS SELECT '02/03/2024'::date AS day");
        TenantMigrator migrator = Samples.with(database, MEMBERS, dates, next);

        migrator.deploy(Tenants.named(a)).throwIfFailed();
        String b = migrator.createTenant(TenantName.forUser("b")).schema();

        for (String tenant : List.of(a, b)) {
            String order = style.startsWith("Non") ? "2024-02-03 2024-04-05" : "2024-03-02 2024-05-04";
            assertThat(database.value("SELECT day::text || ' ' || shown FROM " + tenant + ".d"))
                    .isEqualTo(order);
            assertThat(database.value("SELECT day::text FROM " + tenant + ".e")).isEqualTo("2024-02-03");
        }
    }

    /** The driver ends a connection with another style. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET datestyle = 'German'",
                "SELECT set_config('datestyle', 'German', false)",
                "SELECT pg_catalog.set_config('DateStyle', 'sql, dmy', true)",
                "DO $$ BEGIN SET datestyle = 'German'; END $$",
                "DO $$ BEGIN IF true THEN SET LOCAL \"DateStyle\" TO SQL, DMY; END IF; END $$",
                "DO $$ BEGIN EXECUTE 'SET LOCAL datestyle TO SQL'; END $$",
                "DO $$ BEGIN PERFORM set_config('datestyle', 'Postgres', true); END $$",
            })
    void anotherStyleIsRefusedInCodeToo(String sql) {
        String a = Samples.create(database, "a", MEMBERS);
        TenantMigrator migrator = Samples.with(database, MEMBERS, Migration.of(VERSION, "SELECT 1;\n" + sql));

        for (Runnable call : List.<Runnable>of(
                () -> migrator.deploy(Tenants.named(a)), () -> migrator.createTenant(TenantName.forUser("b")))) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(InvalidMigrationException.class)
                    .hasMessageContaining("ISO")
                    .hasMessageContaining(VERSION + "/migration.sql:2");
        }
    }

    /** A style that ends with a call never reaches the driver. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE FUNCTION f() RETURNS text LANGUAGE sql SET datestyle = 'German' AS $$ SELECT '2024-02-03'::date::text $$",
                "CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN SET LOCAL datestyle = German; RETURN"
                        + " '2024-02-03'::date; END $$",
                "SELECT set_config('datestyle', 'DMY', false); DO $$ BEGIN SET datestyle TO DEFAULT; SET datestyle = mdy; END $$",
            })
    void aStyleOfAFunctionAndTheOrderInCodeAreTheScripts(String sql) {
        String a = Samples.create(database, "a", MEMBERS);
        TenantMigrator migrator = Samples.with(database, MEMBERS, Migration.of(VERSION, sql));

        migrator.deploy(Tenants.named(a)).throwIfFailed();
        migrator.createTenant(TenantName.forUser("b"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO child VALUES (1);\nALTER TABLE child ADD COLUMN a int",
                "INSERT INTO child VALUES (1);\nDROP TABLE child",
                "INSERT INTO child VALUES (1);\nDO $$ BEGIN\nALTER TABLE child ADD COLUMN a int; END $$",
            })
    void aTableWithPendingChecksTellsHowToRunThem(String sql) {
        Migration tables = Migration.of("20240101_tables", """
                CREATE TABLE parent (id int PRIMARY KEY);
                INSERT INTO parent VALUES (1);
                CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)""");
        String a = Samples.create(database, "a", tables);
        Migration alters = Migration.of(VERSION, sql);

        Failure failure = Samples.with(database, tables, alters)
                .deploy(Tenants.named(a))
                .failed()
                .get(0)
                .failure();

        assertThat(failure.message()).contains("SET CONSTRAINTS ALL IMMEDIATE;");
        assertThat(failure.sqlState()).contains("55006");
        assertThat(failure.line().getAsInt()).isGreaterThan(1);
        assertThatThrownBy(() -> Samples.create(database, "b", tables, alters))
                .isInstanceOf(MigrationFailedException.class)
                .hasMessageContaining("SET CONSTRAINTS ALL IMMEDIATE;");
        Migration follows = Migration.of(VERSION, sql.replaceFirst(";\n", "; SET CONSTRAINTS ALL IMMEDIATE;\n"));
        Samples.with(database, tables, follows).deploy(Tenants.named(a)).throwIfFailed();
        Samples.create(database, "b", tables, follows);
    }

    /** The server's other error with this code. */
    @Test
    void aTableInUseByACursorHasNoSuchRemedy() {
        Migration cursor = Migration.of(
                VERSION, "DECLARE c CURSOR FOR SELECT * FROM team_member; FETCH c;\nDROP TABLE team_member");
        String a = Samples.create(database, "a", MEMBERS);

        Failure failure = Samples.with(database, MEMBERS, cursor)
                .deploy(Tenants.named(a))
                .failed()
                .get(0)
                .failure();

        assertThat(failure.sqlState()).contains("55006");
        assertThat(failure.message()).doesNotContain("SET CONSTRAINTS");
    }
}
