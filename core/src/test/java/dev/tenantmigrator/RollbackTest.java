package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantOutcome.RolledBack;
import dev.tenantmigrator.report.TenantOutcome.Step;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@PostgresTest
class RollbackTest {

    private static final RollbackOptions ONE = RollbackOptions.defaults();
    private static final RollbackOptions WITH_LATER =
            RollbackOptions.builder().laterVersions(true).build();

    private final TestDatabase database;
    private final TenantMigrator migrator;

    RollbackTest(TestDatabase database) {
        this.database = database;
        this.migrator = Samples.with(database, MEMBERS, NOTES, FLAG);
    }

    @AfterEach
    void dropAll() {
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
    }

    private String versions(String schema) {
        return database.value("SELECT coalesce(string_agg(left(version, 8), ' ' ORDER BY version), '') FROM " + schema
                + ".schema_migrations");
    }

    @Test
    void takesOneVersionBackWithItsRow() {
        String a = Samples.create(database, "a", MEMBERS, NOTES, FLAG);

        FleetReport report =
                migrator.rollback(Tenants.named(a), FLAG.version(), ONE).throwIfFailed();

        assertThat(report.of(RolledBack.class))
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.rolledBack())
                        .extracting(Step::version)
                        .containsExactly(FLAG.version()));
        assertThat(versions(a)).isEqualTo("20240101 20240102");
        assertThat(migrator.rollback(Tenants.named(a), FLAG.version(), ONE).outcomes())
                .containsExactly(new TenantOutcome.NotApplied(a));
        assertThat(migrator.deploy(Tenants.named(a)).successful()).isTrue();
    }

    @Test
    void laterVersionsRefuseUnlessTakenBackToo() {
        String a = Samples.create(database, "a", MEMBERS, NOTES, FLAG);
        String b = Samples.create(database, "b", MEMBERS, NOTES);

        FleetReport refused = migrator.rollback(Tenants.all(), NOTES.version(), ONE);
        assertThat(refused.failed()).singleElement().satisfies(failed -> {
            assertThat(failed.schema()).isEqualTo(a);
            assertThat(failed.failure().message()).contains("later versions are applied: " + FLAG.version());
        });
        assertThat(versions(a)).isEqualTo("20240101 20240102 20240103");
        assertThat(versions(b)).isEqualTo("20240101");

        FleetReport report =
                migrator.rollback(Tenants.all(), MEMBERS.version(), WITH_LATER).throwIfFailed();
        assertThat(report.of(RolledBack.class).get(0).rolledBack())
                .extracting(Step::version)
                .containsExactly(FLAG.version(), NOTES.version(), MEMBERS.version());
        assertThat(versions(a)).isEmpty();
    }

    @Test
    void laterMeansAppliedLaterWhereBranchesWereMerged() {
        Migration merged = Migration.of("20240101_z_merged", "SELECT 1", "SELECT 1");
        String a = Samples.create(database, "a", MEMBERS, NOTES);
        TenantMigrator with = Samples.with(database, MEMBERS, merged, NOTES);
        with.deploy(Tenants.named(a), DeployOptions.builder().outOfOrder(true).build())
                .throwIfFailed();

        assertThat(with.rollback(Tenants.named(a), NOTES.version(), ONE).failed())
                .hasSize(1);
        FleetReport report =
                with.rollback(Tenants.named(a), merged.version(), WITH_LATER).throwIfFailed();

        assertThat(report.of(RolledBack.class).get(0).rolledBack())
                .extracting(Step::version)
                .containsExactly(merged.version());
        assertThat(with.rollback(Tenants.named(a), NOTES.version(), ONE).successful())
                .isTrue();
    }

    @Test
    void missingRollbackOrUnknownVersionIsSaidBeforeAnythingIsTouched() {
        Migration one = Migration.of("20240102_notes", NOTES.up().text());
        String a = Samples.create(database, "a", MEMBERS, NOTES, FLAG);
        TenantMigrator without = Samples.with(database, MEMBERS, one, FLAG);

        assertThatThrownBy(() -> without.rollback(Tenants.named(a), MEMBERS.version(), WITH_LATER))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("has no rollback.sql")
                .hasMessageContaining("20240102_notes/migration.sql");
        assertThatThrownBy(() -> migrator.rollback(Tenants.all(), "20250101_unknown", ONE))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("20250101_unknown");
        assertThatThrownBy(() -> migrator.rollback(Tenants.all(), "../x", ONE))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("malformed version");
        assertThat(versions(a)).isEqualTo("20240101 20240102 20240103");
    }

    @Test
    void failingHalfWayKeepsTheTenantAsItWas() {
        Migration broken = Migration.of(
                "20240103_flag", FLAG.up().text(), "ALTER TABLE notes DROP COLUMN flag;\nDROP TABLE nothing");
        String a = Samples.create(database, "a", MEMBERS, NOTES, broken);

        FleetReport report =
                Samples.with(database, MEMBERS, NOTES, broken).rollback(Tenants.named(a), broken.version(), ONE);

        assertThat(report.failed().get(0).failure().toString())
                .contains("table \"nothing\" does not exist")
                .contains("20240103_flag/rollback.sql:2");
        assertThat(versions(a)).isEqualTo("20240101 20240102 20240103");
        assertThat(database.value(
                        "SELECT count(*) FROM information_schema.columns WHERE table_schema = ? AND column_name = 'flag'",
                        a))
                .isEqualTo("1");
    }

    @Test
    void editedOrAheadVersionsAreNotTakenBackBlindly() {
        String a = Samples.create(database, "a", MEMBERS, NOTES, FLAG);
        Migration edited = Migration.of(FLAG.version(), "SELECT 1", "SELECT 1");

        assertThat(Samples.with(database, MEMBERS, NOTES, edited)
                        .rollback(Tenants.named(a), FLAG.version(), ONE)
                        .failed()
                        .get(0)
                        .failure()
                        .message())
                .contains("was edited");
        assertThat(Samples.with(database, MEMBERS, NOTES)
                        .rollback(Tenants.named(a), NOTES.version(), WITH_LATER)
                        .failed()
                        .get(0)
                        .failure()
                        .message())
                .contains("newer than the newest file");
        assertThat(versions(a)).isEqualTo("20240101 20240102 20240103");
    }
}
