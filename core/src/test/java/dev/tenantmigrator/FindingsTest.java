package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantStatus;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Findings about tenants, and the verification that they pass or fail. */
@PostgresTest
class FindingsTest extends ThreeMigrations {

    private static final Migration BETWEEN = Migration.of("20240102_x", "SELECT 1");
    private static final Migration LATER = Migration.of("20240104_later", "SELECT 1");

    FindingsTest(TestDatabase database) {
        super(database);
    }

    /** A tenant with a version that was applied after a later one. */
    private String createOutOfOrder() {
        String tenant = create(MEMBERS, NOTES, FLAG);
        Samples.with(database, MEMBERS, NOTES, BETWEEN, FLAG)
                .deploy(
                        Tenants.named(tenant),
                        DeployOptions.builder().outOfOrder(true).build())
                .throwIfFailed();
        return tenant;
    }

    @Test
    void aTenantThatIsUpToDateHasNone() {
        String tenant = create(MEMBERS, NOTES, FLAG);

        assertThat(migrator.verify().outcomes()).containsExactly(new TenantOutcome.Healthy(tenant, List.of()));
    }

    @Test
    void aVersionBeyondTheLastFileIsAhead() {
        String tenant = create(MEMBERS, NOTES, FLAG);

        assertThat(kinds(Samples.with(database, MEMBERS, NOTES), tenant)).containsExactly(Kind.AHEAD);
    }

    @Test
    void aTenantThatIsAheadPasses() {
        String tenant = create(MEMBERS, NOTES, FLAG);

        assertThat(Samples.with(database, MEMBERS, NOTES)
                        .verify(Tenants.named(tenant))
                        .successful())
                .isTrue();
    }

    @Test
    void aVersionWithoutItsFileIsAMissingFile() {
        String tenant = create(MEMBERS, NOTES, FLAG);

        assertThat(kinds(Samples.with(database, MEMBERS, FLAG), tenant)).containsExactly(Kind.FILE_MISSING);
    }

    @Test
    void anEditedFileIsAChecksumMismatch() {
        String tenant = create(MEMBERS, NOTES, FLAG);
        Migration edited = Migration.of(FLAG.version(), "SELECT 2");

        assertThat(kinds(Samples.with(database, MEMBERS, NOTES, edited), tenant))
                .containsExactly(Kind.CHECKSUM_MISMATCH);
    }

    @Test
    void aFileBetweenAppliedVersionsIsAGap() {
        String tenant = create(MEMBERS, NOTES, FLAG);

        assertThat(kinds(Samples.with(database, MEMBERS, NOTES, BETWEEN, FLAG), tenant))
                .containsExactly(Kind.GAP);
    }

    @Test
    void aVersionAppliedAfterALaterOneIsInWrongOrder() {
        String tenant = createOutOfOrder();

        assertThat(kinds(Samples.with(database, MEMBERS, NOTES, BETWEEN, FLAG), tenant))
                .containsExactly(Kind.WRONG_ORDER);
    }

    @Test
    void aPendingVersionStandsBesideOtherFindings() {
        String tenant = createOutOfOrder();

        assertThat(kinds(Samples.with(database, MEMBERS, NOTES, BETWEEN, FLAG, LATER), tenant))
                .containsExactly(Kind.WRONG_ORDER, Kind.PENDING);
    }

    @Test
    void aRowWithoutAChecksumIsUnknown() {
        String tenant = create(MEMBERS, NOTES, FLAG);
        removeChecksum(tenant, NOTES);

        assertThat(kinds(migrator, tenant)).containsExactly(Kind.CHECKSUM_UNKNOWN);
    }

    @Test
    void aRowWithoutATimeIsUnfinished() {
        String tenant = create(MEMBERS, NOTES, FLAG);
        removeTime(tenant, MEMBERS);

        assertThat(kinds(migrator, tenant)).containsExactly(Kind.UNFINISHED);
    }

    @Test
    void aRequiredTableThatIsGoneIsAMissingTable() {
        String tenant = create(MEMBERS, NOTES, FLAG);
        database.execute("DROP TABLE " + tenant + ".notes");

        assertThat(kinds(migrator, tenant)).containsExactly(Kind.MISSING_TABLE);
    }

    @Test
    void severalFindingsAreAllReportedInAFixedOrder() {
        String tenant = createOutOfOrder();
        removeChecksum(tenant, NOTES);
        removeTime(tenant, MEMBERS);
        database.execute("DROP TABLE " + tenant + ".notes");
        TenantMigrator strict = Samples.migrator(database, MEMBERS, NOTES, BETWEEN, FLAG)
                .requiredTables("notes")
                .build();

        assertThat(kinds(strict, tenant))
                .containsExactly(Kind.UNFINISHED, Kind.CHECKSUM_UNKNOWN, Kind.WRONG_ORDER, Kind.MISSING_TABLE);
    }

    @Test
    void aTenantWithErrorsIsUnhealthy() {
        String tenant = create(MEMBERS, NOTES, FLAG);
        removeTime(tenant, MEMBERS);

        assertThat(migrator.verify(Tenants.named(tenant)).of(TenantOutcome.Unhealthy.class))
                .hasSize(1);
    }

    @Test
    void aTenantThatWaitsForADeployIsPending() {
        String tenant = create(MEMBERS);
        TenantMigrator all = Samples.with(database, MEMBERS, NOTES, FLAG);

        FleetReport report = all.verify(Tenants.named(tenant));

        assertThat(report.of(TenantOutcome.Pending.class))
                .singleElement()
                .satisfies(pending -> assertThat(pending.findings())
                        .extracting(Finding::version)
                        .containsExactly(Optional.of(NOTES.version()), Optional.of(FLAG.version())));
        assertThat(report.counts()).containsExactly(Map.entry(TenantOutcome.Kind.PENDING, 1));
        assertThat(report.successful()).isFalse();
        assertThatThrownBy(report::throwIfFailed).hasMessageContaining(NOTES.version() + " is pending");
        assertThat(all.status().tenants()).extracting(TenantStatus::onlyPending).containsExactly(true);
        all.deployAll().throwIfFailed();
        assertThat(all.status().tenants()).extracting(TenantStatus::onlyPending).containsExactly(false);
    }

    @Test
    void aWarningBesideLeavesItPending() {
        String tenant = createOutOfOrder();

        assertThat(Samples.with(database, MEMBERS, NOTES, BETWEEN, FLAG, LATER)
                        .verify(Tenants.named(tenant))
                        .of(TenantOutcome.Pending.class))
                .hasSize(1);
    }

    @Test
    void anotherErrorBesideMakesItUnhealthy() {
        String tenant = create(MEMBERS, NOTES, FLAG);
        removeTime(tenant, MEMBERS);
        TenantMigrator later = Samples.with(database, MEMBERS, NOTES, FLAG, LATER);

        assertThat(kinds(later, tenant)).containsExactly(Kind.UNFINISHED, Kind.PENDING);
        assertThat(later.verify(Tenants.named(tenant)).of(TenantOutcome.Unhealthy.class))
                .hasSize(1);
        assertThat(later.status(Tenants.named(tenant)).tenants())
                .extracting(TenantStatus::onlyPending)
                .containsExactly(false);
    }

    @Test
    void anUnknownTenantFails() {
        assertThat(migrator.verify(Tenants.named("nobody_12345678")).failed()).hasSize(1);
    }

    private void removeChecksum(String tenant, Migration migration) {
        database.execute(
                "UPDATE " + tenant + ".schema_migrations SET checksum = NULL WHERE version = ?", migration.version());
    }

    private void removeTime(String tenant, Migration migration) {
        database.execute(
                "UPDATE " + tenant + ".schema_migrations SET applied_at = NULL WHERE version = ?", migration.version());
    }
}
