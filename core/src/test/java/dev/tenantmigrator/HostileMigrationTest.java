package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome.Migrated;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Migrations and data that try to get around what is promised. */
@PostgresTest
class HostileMigrationTest {

    private final TestDatabase database;

    HostileMigrationTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tenant-migrator: another transaction works on this tenant",
                "tenant-migrator: the recorded versions have changed"
            })
    void anErrorThatSpeaksLikeTheLibraryIsAnError(String text) {
        String a = Samples.create(database, "a", MEMBERS);
        Migration raises = Migration.of("20240201_raises", "DO $$ BEGIN RAISE EXCEPTION '" + text + "'; END $$");

        FleetReport report = Samples.with(database, MEMBERS, raises).deploy(Tenants.named(a));

        assertThat(report.failed().get(0).failure().message()).contains(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO schema_migrations (version) VALUES ('20990101_extra')",
                "DELETE FROM schema_migrations",
                "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
                        + " CREATE TRIGGER no BEFORE INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION no()"
            })
    void aScriptThatChangesWhatIsRecordedIsTakenBack(String sql) {
        String a = Samples.create(database, "a", MEMBERS);
        Migration spoils = Migration.of("20240201_spoils", sql);

        FleetReport report = Samples.with(database, MEMBERS, spoils).deploy(Tenants.named(a));

        assertThat(report.failed().get(0).failure().message()).contains("tracking table");
        assertThat(database.values("SELECT version FROM " + a + ".schema_migrations"))
                .containsExactly(MEMBERS.version());
        assertThatThrownBy(() -> Samples.create(database, "b", MEMBERS, spoils))
                .isInstanceOf(MigrationFailedException.class)
                .hasMessageContaining("tracking table");
    }

    @Test
    void stringsCannotHideACommit() {
        String a = Samples.create(database, "a", MEMBERS);
        Migration hides = Migration.of("20240201_hides", """
                DO $$ BEGIN PERFORM set_config('standard_conforming' || '_strings', 'off', true); END $$;
                CREATE TABLE escaped (id int);
                SELECT 'a\\''; COMMIT; SELECT 1/0; --';""");

        FleetReport report = Samples.with(database, MEMBERS, hides).deploy(Tenants.named(a));

        assertThat(report.of(Migrated.class)).hasSize(1);
        assertThat(database.value("SELECT count(*) FROM " + a + ".schema_migrations"))
                .isEqualTo("2");
    }

    @Test
    void temporaryTablesAndLocksReachNoOtherTenant() throws SQLException {
        for (String user : List.of("a", "b", "c")) {
            Samples.create(database, user, MEMBERS);
        }
        Migration leaves = Migration.of(
                "20240201_leaves",
                "CREATE TEMP TABLE fill AS SELECT 1 AS i; SELECT pg_advisory_lock(42); PREPARE p1 AS SELECT 1");
        Migration fine = Migration.of(
                "20240201_leaves",
                "CREATE TEMP TABLE fill AS SELECT 1 AS i; CREATE FUNCTION take() RETURNS void LANGUAGE sql"
                        + " AS 'SELECT pg_try_advisory_lock(42)'; SELECT take()");
        assertThatThrownBy(() -> Samples.with(database, MEMBERS, leaves).deployAll())
                .isInstanceOf(InvalidMigrationException.class);
        try (HikariDataSource one = Samples.pool(database, 1)) {
            FleetReport report = TenantMigrator.builder(one)
                    .migrations(MigrationSource.of(MEMBERS, fine))
                    .build()
                    .deployAll();

            assertThat(report.throwIfFailed().of(Migrated.class)).hasSize(3);
            try (Connection connection = one.getConnection();
                    Statement statement = connection.createStatement();
                    var rows = statement.executeQuery(
                            "SELECT to_regclass('pg_temp.fill')::text,"
                                    + " (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())")) {
                rows.next();
                assertThat(rows.getString(1)).isNull();
                assertThat(rows.getInt(2)).isZero();
            }
        }
    }

    @Test
    void theCallersConnectionKeepsNothingAfterItsCommit() throws SQLException {
        Migration dump = Migration.of(
                "20240201_dump",
                "SELECT pg_catalog.set_config('search_path', '', false); SELECT set_config('statement_timeout', '1234', false);"
                        + " SELECT set_config('app.x', 'leak', false); CREATE TEMP TABLE users (x int);"
                        + " DO $$ BEGIN SET lock_timeout = '77s'; EXECUTE 'SET work_mem = ''1MB'''; END $$");
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            Samples.with(database, MEMBERS, dump).createTenant(connection, TenantName.forUser("a"));
            connection.commit();
            try (var rows = statement.executeQuery(
                    "SELECT current_setting('search_path'),"
                            + " current_setting('statement_timeout'), coalesce(current_setting('app.x', true), ''),"
                            + " current_setting('lock_timeout'), current_setting('work_mem'), to_regclass('pg_temp.users')::text")) {
                rows.next();
                assertThat(rows.getString(1)).isEqualTo("\"$user\", public");
                assertThat(rows.getString(2)).isEqualTo("0");
                assertThat(rows.getString(3)).isEmpty();
                assertThat(rows.getString(4)).isEqualTo("0");
                assertThat(rows.getString(5)).isEqualTo("4MB");
                assertThat(rows.getString(6)).isNull();
            }
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    @Test
    void anErrorAtWhichThePoolClosesTheConnectionKeepsItsPlace() {
        Migration view = Migration.of(
                "20240201_view",
                "CREATE VIEW v AS SELECT name FROM team_member;\nALTER TABLE team_member ALTER COLUMN name TYPE varchar(5)");
        String a = Samples.create(database, "a", MEMBERS);
        try (HikariDataSource one = Samples.pool(database, 1)) {
            TenantMigrator migrator = TenantMigrator.builder(one)
                    .migrations(MigrationSource.of(MEMBERS, view))
                    .build();

            assertThat(migrator.deploy(Tenants.named(a))
                            .failed()
                            .get(0)
                            .failure()
                            .toString())
                    .contains("20240201_view/migration.sql:2")
                    .contains("0A000");
            assertThatThrownBy(() -> migrator.createTenant(TenantName.forUser("b")))
                    .isInstanceOf(MigrationFailedException.class)
                    .hasMessageContaining("20240201_view/migration.sql:2")
                    .hasMessageContaining("0A000");
        }
    }

    @Test
    void aDropTakesNothingElsewhereAlong() {
        Migration types = Migration.of("20240201_types", """
                CREATE TYPE public.mood AS ENUM ('fine');
                CREATE TABLE parts (id int) PARTITION BY LIST (id);
                CREATE FUNCTION public.tg() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$""");
        String a = Samples.create(database, "a", MEMBERS, NOTES, types);
        database.execute("CREATE SCHEMA elsewhere");
        for (String dependent : List.of(
                "CREATE TABLE elsewhere.part PARTITION OF " + a + ".parts FOR VALUES IN (1)",
                "CREATE TABLE elsewhere.child () INHERITS (" + a + ".notes)",
                "CREATE TABLE elsewhere.col (m " + a + ".mood)",
                "CREATE TABLE elsewhere.t (id int); CREATE TRIGGER tg BEFORE INSERT ON elsewhere.t FOR EACH ROW EXECUTE FUNCTION "
                        + a + ".tg()",
                "CREATE FUNCTION elsewhere.f(n " + a + ".notes) RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "CREATE VIEW elsewhere.v AS SELECT * FROM " + a + ".notes",
                "CREATE TABLE elsewhere.fk (m uuid REFERENCES " + a + ".team_member)")) {
            database.execute(dependent);
            assertThatThrownBy(() -> Samples.with(database, MEMBERS).dropTenant(a))
                    .as(dependent)
                    .isInstanceOf(TenantMigratorException.class)
                    .hasMessageContaining("elsewhere");
            database.execute("DROP SCHEMA elsewhere CASCADE; CREATE SCHEMA elsewhere");
        }
        database.execute("DROP SCHEMA elsewhere");
    }

    @Test
    void finishingAnOldDropLeavesTheNewTenantOfThatNameAlone() {
        TenantMigrator migrator = Samples.with(database, MEMBERS);
        database.execute("CREATE SCHEMA tenant_migrator_drop_1;"
                + " COMMENT ON SCHEMA tenant_migrator_drop_1 IS 'tenant-migrator drops bob'");
        migrator.createTenant(TenantName.exactly("bob"));

        assertThatThrownBy(() -> migrator.dropTenant("bob"))
                .isInstanceOf(TenantExistsException.class)
                .hasMessageContaining("was not dropped");

        assertThat(migrator.tenants()).containsExactly("bob");
        assertThat(migrator.unfinishedDrops()).isEmpty();
        migrator.dropTenant("bob");
    }
}
