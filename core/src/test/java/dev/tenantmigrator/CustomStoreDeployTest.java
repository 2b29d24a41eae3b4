package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.PlannedMigration;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Deploys with a store that is not built in: recorded once, with the script, or not at all. */
@PostgresTest
class CustomStoreDeployTest extends CustomStore {

    CustomStoreDeployTest(TestDatabase database) {
        super(database);
    }

    @Test
    void aDeployRecordsEachMigrationAfterItsScript() {
        String a = create("a", MEMBERS);

        FleetReport report = with(MEMBERS, NOTES, HIDDEN).deployAll().throwIfFailed();

        assertThat(report.of(TenantOutcome.Migrated.class)).hasSize(1);
        assertThat(versions(a)).isEqualTo(versionsOf(MEMBERS, NOTES, HIDDEN));
        assertThat(with(MEMBERS, NOTES, HIDDEN).deployAll().of(TenantOutcome.UpToDate.class))
                .hasSize(1);
    }

    @Test
    void aTenantThatFailsIsRetriedInTheNextRun() {
        String a = create("a", MEMBERS);
        String b = create("b", MEMBERS);
        database.execute("CREATE TABLE a.notes ()");

        Failure failure = onlyFailure(with(MEMBERS, NOTES).deployAll());

        assertThat(failure.tenant()).contains(a);
        assertThat(failure.version()).contains(NOTES.version());
        assertThat(failure.line()).isPresent();
        assertThat(versions(a)).isEqualTo(versionsOf(MEMBERS));
        assertThat(versions(b)).isEqualTo(versionsOf(MEMBERS, NOTES));
        database.execute("DROP TABLE a.notes");
        with(MEMBERS, NOTES).deployAll().throwIfFailed();
        assertThat(versions(a)).isEqualTo(versionsOf(MEMBERS, NOTES));
    }

    @Test
    void aScriptThatWritesToTheRecordIsTakenBack() {
        String a = create("a", MEMBERS);

        FleetReport report =
                with(MEMBERS, Migration.of("20240199_spoils", HIDDEN_WRITE)).deployAll();

        assertThat(onlyFailure(report).message()).contains("documents.record");
        assertThat(versions(a)).isEqualTo(versionsOf(MEMBERS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE FROM documents.record", HIDDEN_WRITE})
    void aScriptThatMayWriteToTheRecordMayNotChangeIt(String sql) {
        String a = create("a", MEMBERS);

        FleetReport report = builder(new DocumentStore(), MEMBERS, Migration.of("20240199_spoils", sql))
                .allowSchemas("documents")
                .build()
                .deployAll();

        assertThat(onlyFailure(report).message()).contains("changes the tracking table");
        assertThat(versions(a)).isEqualTo(versionsOf(MEMBERS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"CREATE TABLE t (id int)", "DO $$ BEGIN EXECUTE 'CREATE TABLE t (id int)'; END $$"})
    void aScriptIsTakenBackWhoseRowTheStoreLoses(String sql) {
        String a = create("a", MEMBERS);
        DocumentStore forgetful = new DocumentStore() {
            @Override
            public void record(Connection connection, String schema, AppliedMigration row) {}
        };

        FleetReport report = builder(forgetful, MEMBERS, Migration.of("20240199_lost", sql))
                .build()
                .deployAll();

        assertThat(onlyFailure(report).message()).contains("changes the tracking table");
        assertThat(versions(a)).isEqualTo(versionsOf(MEMBERS));
        assertThat(relation("a.t")).isEmpty();
    }

    @Test
    void aScriptIsTakenBackWhoseRowTheStoreRefuses() {
        String a = create("a", MEMBERS);
        DocumentStore refusing = new DocumentStore() {
            @Override
            public void record(Connection connection, String schema, AppliedMigration row) throws SQLException {
                throw new SQLException("the store is closed");
            }
        };

        FleetReport report = builder(refusing, MEMBERS, NOTES).build().deployAll();

        assertThat(onlyFailure(report).message()).contains("the store is closed");
        assertThat(versions(a)).isEqualTo(versionsOf(MEMBERS));
        assertThat(relation("a.notes")).isEmpty();
    }

    @Test
    void aStoreThatThrowsAnythingElseFailsOneTenant() {
        create("a", MEMBERS);
        create("b", MEMBERS);
        DocumentStore broken = new DocumentStore() {
            @Override
            public void record(Connection connection, String schema, AppliedMigration row) throws SQLException {
                super.record(connection, schema, row);
                if (schema.equals("a")) {
                    throw new IllegalStateException("a fault of the store");
                }
            }
        };

        FleetReport report = builder(broken, MEMBERS, NOTES).build().deployAll();

        assertThat(onlyFailure(report).message()).contains("a fault of the store");
        assertThat(versions("a")).isEqualTo(versionsOf(MEMBERS));
        assertThat(versions("b")).isEqualTo(versionsOf(MEMBERS, NOTES));
    }

    @Test
    void instancesAtOnceApplyNothingTwice() throws Exception {
        int tenants = 12;
        for (int i = 0; i < tenants; i++) {
            create("t_" + i, MEMBERS);
        }
        // A table without a key: a migration that ran twice would show.
        Migration counted = Migration.of("20240201_counted", "CREATE TABLE ran (n int); INSERT INTO ran VALUES (1)");
        Migration again = Migration.of("20240202_again", "DO $$ BEGIN INSERT INTO ran VALUES (2); END $$");

        List<FleetReport> reports = atOnce(
                3,
                i -> builder(new DocumentStore(), MEMBERS, counted, again)
                        .parallelism(2)
                        .build()
                        .deployAll());

        assertThat(reports).allMatch(FleetReport::successful);
        assertThat(reports.stream()
                        .flatMap(report -> report.of(TenantOutcome.Migrated.class).stream())
                        .mapToInt(outcome -> outcome.applied().size())
                        .sum())
                .isEqualTo(2 * tenants);
        for (int i = 0; i < tenants; i++) {
            assertThat(database.values("SELECT n FROM t_" + i + ".ran ORDER BY 1"))
                    .containsExactly("1", "2");
            assertThat(versions("t_" + i)).isEqualTo(versionsOf(MEMBERS, counted, again));
        }
    }

    /** The assertion after the lock looks at the snapshot of the time when the lock was asked for. */
    @ParameterizedTest
    @CsvSource({"SERIALIZABLE", "REPEATABLE READ", "READ COMMITTED"})
    void aMigrationThatAnotherInstanceCommitsMeanwhileIsNotDoneTwice(String level) {
        Migration once = Migration.of(
                "20240201_once",
                "SET TRANSACTION ISOLATION LEVEL " + level + "; INSERT INTO team_member (name) VALUES ('once')");
        String a = create("a", MEMBERS);
        AtomicBoolean armed = new AtomicBoolean();
        DocumentStore overtaken = new DocumentStore() {
            @Override
            public Collection<String> tenants(Connection connection) throws SQLException {
                armed.set(true);
                return super.tenants(connection);
            }

            @Override
            public Map<String, List<AppliedMigration>> read(Connection connection, Collection<String> schemas)
                    throws SQLException {
                Map<String, List<AppliedMigration>> read = super.read(connection, schemas);
                if (armed.getAndSet(false)) {
                    with(MEMBERS, once).deploy(Tenants.named(a)).throwIfFailed();
                }
                return read;
            }
        };

        FleetReport report = builder(overtaken, MEMBERS, once).build().deployAll();

        assertThat(report.throwIfFailed().of(TenantOutcome.UpToDate.class)).hasSize(1);
        assertThat(database.values("SELECT name FROM a.team_member")).containsExactly("once");
        assertThat(versions(a)).isEqualTo(versionsOf(MEMBERS, once));
    }

    @Test
    void aPlanShowsThatTheStoreRecords() {
        create("a", MEMBERS);

        List<PlannedMigration> planned = with(MEMBERS, NOTES, INDEX)
                .plan(Tenants.all(), DeployOptions.defaults())
                .tenants()
                .get(0)
                .migrations();

        assertThat(planned.get(0).after())
                .containsExactly("-- the tracking store records " + NOTES.version(), "COMMIT");
        assertThat(planned.get(1).before().get(0))
                .isEqualTo("-- the tracking store records " + INDEX.version() + " as started");
        assertThat(planned.get(1).after())
                .containsExactly("-- the tracking store records " + INDEX.version() + " as applied");
    }
}
