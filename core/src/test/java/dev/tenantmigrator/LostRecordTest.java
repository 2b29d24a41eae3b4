package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantStatus;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Schemas with a tenant's tables and without its record. */
@PostgresTest
class LostRecordTest extends ThreeMigrations {

    private static final String LOST = "lost_1";

    LostRecordTest(TestDatabase database) {
        super(database);
    }

    @AfterEach
    void dropLost() {
        database.execute("DROP SCHEMA IF EXISTS lost_1 CASCADE; DROP SCHEMA IF EXISTS tenant_migrator_fleet CASCADE");
    }

    private String lose() {
        migrator.createTenant(TenantName.exactly(LOST));
        database.execute("DROP TABLE lost_1.schema_migrations");
        return LOST;
    }

    private String failureOf(String schema) {
        return migrator.verify(Tenants.named(schema)).failed().get(0).failure().message();
    }

    @Test
    void areNamedBesideTheTenantsAndNeverCounted() {
        String tenant = create(MEMBERS, NOTES, FLAG);
        String lost = lose();

        StatusReport status = migrator.status();
        FleetReport health = migrator.verify();

        assertThat(status.tenants()).extracting(TenantStatus::schema).containsExactly(tenant);
        assertThat(status.unrecorded()).containsExactly(lost);
        assertThat(status.healthy()).isTrue();
        assertThat(health.outcomes()).extracting(TenantOutcome::schema).containsExactly(tenant);
        assertThat(health.unrecorded()).containsExactly(lost);
        assertThat(health.successful()).isTrue();
    }

    @Test
    void areNamedAlsoWhenTheRecordWasRenamedOrNoTenantIsLeft() {
        migrator.createTenant(TenantName.exactly(LOST));
        database.execute("ALTER TABLE lost_1.schema_migrations RENAME TO old_migrations");

        assertThat(migrator.status().unrecorded()).containsExactly(LOST);
        assertThat(migrator.verify().unrecorded()).containsExactly(LOST);
    }

    @Test
    void areNamedOnlyWithinTheSelectionAndTheFilter() {
        lose();

        assertThat(migrator.status(Tenants.matching("x*")).unrecorded()).isEmpty();
        assertThat(Samples.migrator(database, MEMBERS)
                        .requiredTables("team_member")
                        .tenants(Tenants.matching("x*"))
                        .build()
                        .status()
                        .unrecorded())
                .isEmpty();
    }

    @Test
    void schemasWithSomeOfTheTablesOrReservedNamesAreNotMeant() {
        database.execute("CREATE SCHEMA lost_1; CREATE TABLE lost_1.notes ();"
                + " CREATE SCHEMA tenant_migrator_fleet; CREATE TABLE tenant_migrator_fleet.notes ();"
                + " CREATE TABLE tenant_migrator_fleet.team_member ();"
                + " CREATE TABLE public.notes (); CREATE TABLE public.team_member ()");
        try {
            assertThat(migrator.status().unrecorded()).isEmpty();
            assertThat(migrator.verify().unrecorded()).isEmpty();
        } finally {
            database.execute("DROP TABLE public.notes, public.team_member");
        }
    }

    @Test
    void withoutRequiredTablesNoSchemaIsMeant() {
        lose();

        assertThat(Samples.with(database, MEMBERS).status().unrecorded()).isEmpty();
        assertThat(Samples.with(database, MEMBERS).verify().unrecorded()).isEmpty();
    }

    @Test
    void theMessageForItsNameSaysWhatIsThereAndWhatToDo() {
        String lost = lose();
        String message =
                "there is no such tenant: the schema exists and has the required tables, but no schema_migrations: it was"
                        + " dropped, renamed or moved; restore it or rename it back; or adopt the schema";

        assertThat(failureOf(lost)).isEqualTo(message);
        assertThatThrownBy(() -> migrator.status(Tenants.named(lost)))
                .isInstanceOf(TenantNotFoundException.class)
                .hasMessageContaining(message);
        assertThatThrownBy(() -> migrator.dropTenant(lost))
                .isInstanceOf(TenantNotFoundException.class)
                .hasMessageContaining(message);
        assertThatThrownBy(() -> migrator.rename(lost, TenantName.exactly("other")))
                .isInstanceOf(TenantNotFoundException.class)
                .hasMessageContaining(message);
        assertThat(migrator.drift(Tenants.named(lost), DriftOptions.defaults())
                        .unknown()
                        .get(lost)
                        .message())
                .isEqualTo(message);
    }

    @Test
    void anAdoptedSchemaIsATenantAgain() {
        String lost = lose();

        migrator.adopt(lost, migrator.planAdoption(lost).versions());

        assertThat(migrator.status().unrecorded()).isEmpty();
        assertThat(migrator.status().tenants()).extracting(TenantStatus::schema).containsExactly(lost);
    }

    @Test
    void theMessageForAnotherSchemaSaysSo() {
        database.execute("CREATE SCHEMA lost_1");
        assertThat(failureOf(LOST))
                .isEqualTo(
                        "there is no such tenant: the schema exists, but has no schema_migrations; if it is a tenant, adopt it");
        database.execute("CREATE TABLE lost_1.schema_migrations (version bigint)");
        assertThat(failureOf(LOST))
                .isEqualTo(
                        "there is no such tenant: the schema exists, but its schema_migrations is not a table of the library's"
                                + " five columns: it was altered, or belongs to another tool; restore it, or move it away and adopt the schema");
        assertThat(failureOf("nobody_1")).startsWith("there is no such tenant: no schema of this name exists");
    }

    @Test
    void aRecordInTheOtherStoreIsNamedAndItsTablesAreStillMeant() {
        TenantMigrator fleet = Samples.migrator(database, MEMBERS, NOTES, FLAG)
                .requiredTables("team_member", "notes")
                .trackingStore(TrackingStore.fleet())
                .build();
        create(MEMBERS, NOTES, FLAG);
        fleet.createTenant(TenantName.exactly(LOST));

        assertThat(failureOf(LOST))
                .isEqualTo(
                        "there is no such tenant: it is recorded in the other tracking store; use that store (--tracking"
                                + " fleet), or move its record (move-tracking)");
        assertThat(migrator.status().unrecorded()).containsExactly(LOST);
    }

    @Test
    void aRecordThatTheFleetsTableHasLostIsMissed() {
        TenantMigrator fleet = Samples.migrator(database, MEMBERS, NOTES, FLAG)
                .requiredTables("team_member", "notes")
                .trackingStore(TrackingStore.fleet())
                .build();
        String tenant = fleet.createTenant(TenantName.forUser("b")).schema();
        fleet.createTenant(TenantName.exactly(LOST));
        database.execute("DELETE FROM tenant_migrator_fleet.schema_migrations WHERE tenant = ?", LOST);

        assertThat(fleet.status().unrecorded()).containsExactly(LOST);
        assertThat(fleet.verify().unrecorded()).containsExactly(LOST);
        assertThatThrownBy(() -> fleet.dropTenant(LOST))
                .hasMessageContaining(
                        "the schema exists and has the required tables, but no record in the tracking store");
        fleet.dropTenant(tenant);
    }

    @Test
    void aTenantOutsideOfTheFilterIsNamedAsSuch() {
        String tenant = create(MEMBERS);
        TenantMigrator other = Samples.migrator(database, MEMBERS)
                .tenants(Tenants.matching("x*"))
                .build();

        assertThatThrownBy(() -> other.status(Tenants.named(tenant)))
                .hasMessageContaining(
                        "there is no such tenant: the schema exists, but this migrator's filter of tenants leaves it out");
    }
}
