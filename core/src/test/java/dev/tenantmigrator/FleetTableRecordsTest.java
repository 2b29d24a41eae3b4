package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The rows of a tenant in the fleet's tracking table follow its migrations, repairs, name and end. */
@PostgresTest
class FleetTableRecordsTest extends FleetTable {

    FleetTableRecordsTest(TestDatabase database) {
        super(database);
    }

    @Nested
    class WithOneTenant {

        private static final String A = "a";

        private final TenantMigrator migrator = withNotes(MEMBERS, NOTES);

        @BeforeEach
        void createTenant() {
            create(migrator, A);
        }

        @Test
        void aCreationRecordsItsMigrations() {
            assertThat(rows(A)).isEqualTo("tenant 20240101 20240102");
            assertThat(migrator.tenants()).containsExactly(A);
        }

        @Test
        void aDeployOfTheSameMigrationsFindsItUpToDate() {
            assertThat(migrator.deployAll().outcomes()).containsExactly(new TenantOutcome.UpToDate(A));
        }

        @Test
        void aPlanNamesThePendingMigration() {
            assertThat(next().plan(Tenants.all()).tenants().get(0).migrations()).hasSize(1);
        }

        @Test
        void aDeployRecordsThePendingMigration() {
            next().deployAll().throwIfFailed();

            assertThat(rows(A)).isEqualTo("tenant 20240101 20240102 20240103");
            assertThat(next().verify().outcomes()).containsExactly(new TenantOutcome.Healthy(A, List.of()));
        }

        @Test
        void aStatusNamesTheRecordedMigrationsAsFinished() {
            next().deployAll().throwIfFailed();

            assertThat(next().status(Tenants.named(A)).tenants().get(0).applied())
                    .allMatch(AppliedMigration::finished)
                    .extracting(AppliedMigration::version)
                    .containsExactly(MEMBERS.version(), NOTES.version(), FLAG.version());
        }

        @Test
        void aRollbackRemovesTheRecord() {
            next().deployAll().throwIfFailed();

            next().rollback(Tenants.all(), FLAG.version(), RollbackOptions.defaults())
                    .throwIfFailed();

            assertThat(rows(A)).isEqualTo("tenant 20240101 20240102");
        }

        @Test
        void aBackfillCreatesAMissingTable() {
            database.execute("DROP TABLE a.notes");

            assertThat(migrator.backfill(Tenants.all()).of(TenantOutcome.Backfilled.class))
                    .hasSize(1);
        }

        @Test
        void aRepairRemovesARecord() {
            migrator.repair(Tenants.all(), new Repair.MarkNotApplied(NOTES.version()))
                    .throwIfFailed();

            assertThat(rows(A)).isEqualTo("tenant 20240101");
        }

        @Test
        void aRepairAddsARecord() {
            migrator.repair(Tenants.all(), new Repair.MarkNotApplied(NOTES.version()))
                    .throwIfFailed();

            migrator.repair(Tenants.all(), new Repair.MarkApplied(NOTES.version()))
                    .throwIfFailed();

            assertThat(rows(A)).isEqualTo("tenant 20240101 20240102");
            assertThat(migrator.verify().successful()).isTrue();
        }

        @Test
        void aRenameTakesTheRecordsAlong() {
            String b = migrator.rename(A, TenantName.exactly("b"));

            assertThat(rows(A)).isEqualTo("none");
            assertThat(migrator.status(Tenants.named(b)).tenants().get(0).applied())
                    .hasSize(2);
        }

        @Test
        void aDropRemovesTheRecords() {
            migrator.dropTenant(A);

            assertThat(database.value("SELECT count(*) FROM " + TABLE)).isEqualTo("0");
        }

        private TenantMigrator next() {
            return withNotes(MEMBERS, NOTES, FLAG);
        }
    }

    @Nested
    class OutsideOfATransaction {

        private final Migration index = Migration.of(
                "20240103_index",
                "CREATE INDEX CONCURRENTLY notes_body ON notes (body)",
                "DROP INDEX CONCURRENTLY notes_body");

        private String tenant = "";

        @BeforeEach
        void createTenant() {
            tenant = create(with(MEMBERS, NOTES), "a");
        }

        @Test
        void aMigrationIsRecorded() {
            with(MEMBERS, NOTES, index).deployAll().throwIfFailed();

            assertThat(rows(tenant)).isEqualTo("tenant 20240101 20240102 20240103");
        }

        @Test
        void aFailedMigrationIsNotRecorded() {
            Migration wrong = Migration.of("20240104_wrong", "CREATE INDEX CONCURRENTLY x ON notes (nothing)");

            assertThat(with(MEMBERS, NOTES, index, wrong).deployAll().failed()).hasSize(1);

            assertThat(rows(tenant)).isEqualTo("tenant 20240101 20240102 20240103");
        }

        @Test
        void aRollbackRemovesTheRecord() {
            with(MEMBERS, NOTES, index).deployAll().throwIfFailed();

            with(MEMBERS, NOTES, index)
                    .rollback(Tenants.named(tenant), index.version(), RollbackOptions.defaults())
                    .throwIfFailed();

            assertThat(rows(tenant)).isEqualTo("tenant 20240101 20240102");
        }
    }
}
