package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A record whose rows the role must not trust, or may not read, is a tenant's all the same: the tenant fails, others go on. */
@PostgresTest
class UnreadableRecordTest {

    private static final String POLICY_RUN = "CREATE FUNCTION %1$s.policy() RETURNS boolean LANGUAGE plpgsql AS"
            + " $$BEGIN RAISE 'the policy ran'; END$$; CREATE POLICY p ON %1$s.schema_migrations USING (%1$s.policy());";

    private final TestDatabase database;
    private final TenantMigrator migrator;
    private String bad = "";
    private String good = "";

    UnreadableRecordTest(TestDatabase database) {
        this.database = database;
        this.migrator = Samples.with(database, MEMBERS, NOTES);
    }

    @BeforeEach
    void createTenants() {
        bad = Samples.create(database, "bad", MEMBERS);
        good = Samples.create(database, "good", MEMBERS);
    }

    @AfterEach
    void dropTenants() throws SQLException {
        asSuperuser("DROP SCHEMA IF EXISTS " + bad + " CASCADE; DROP SCHEMA IF EXISTS " + good
                + " CASCADE; DROP SCHEMA IF EXISTS tenant_migrator_fleet CASCADE");
    }

    @Test
    void theOneWhoCanGrantIsNamed() throws SQLException {
        asSuperuser("ALTER SCHEMA " + bad + " OWNER TO postgres");
        assertThat(messageOf(bad))
                .endsWith(
                        "lacks USAGE on its schema; run as the schema's owner postgres, or as that one: GRANT USAGE ON SCHEMA \""
                                + bad + "\" TO \"" + database.user() + "\"");
        asSuperuser("ALTER SCHEMA " + good + " OWNER TO pg_monitor; ALTER TABLE " + good
                + ".schema_migrations OWNER TO postgres");
        assertThat(messageOf(good))
                .contains("run as the schema's owner pg_monitor, or as that one: GRANT USAGE ON SCHEMA")
                .contains("; then as the table's owner postgres: GRANT SELECT, INSERT");
    }

    private String messageOf(String schema) {
        return migrator.status(Tenants.named(schema))
                .tenants()
                .get(0)
                .findings()
                .get(0)
                .message();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            FORCED  | ALTER TABLE %1$s.schema_migrations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY | NO FORCE ROW LEVEL SECURITY
            OTHER   | ALTER TABLE %1$s.schema_migrations OWNER TO postgres; GRANT ALL ON %1$s.schema_migrations TO %2$s; ALTER TABLE %1$s.schema_migrations ENABLE ROW LEVEL SECURITY | DISABLE ROW LEVEL SECURITY
            OWNER   | ALTER TABLE %1$s.schema_migrations OWNER TO postgres | GRANT SELECT, INSERT, UPDATE, DELETE ON
            USAGE   | ALTER SCHEMA %1$s OWNER TO postgres | GRANT USAGE ON SCHEMA
            NOTHING | ALTER SCHEMA %1$s OWNER TO postgres; ALTER TABLE %1$s.schema_migrations OWNER TO postgres | GRANT USAGE ON SCHEMA""")
    void aTenantWhoseRecordCannotBeReadIsReportedAndTheOthersGoOn(String kind, String change, String remedy)
            throws SQLException {
        database.execute(POLICY_RUN.formatted(bad));
        asSuperuser(change.formatted(bad, database.user()));

        assertThat(migrator.tenants()).containsExactlyInAnyOrder(bad, good);
        assertThat(migrator.exists(bad)).isTrue();
        assertThat(migrator.status().tenants())
                .filteredOn(tenant -> tenant.schema().equals(bad))
                .singleElement()
                .satisfies(tenant -> assertThat(tenant.findings())
                        .singleElement()
                        .satisfies(finding -> {
                            assertThat(finding.kind()).isEqualTo(Finding.Kind.UNREADABLE);
                            assertThat(finding.message()).contains(remedy).contains(bad);
                        }));
        assertThat(findings(bad))
                .singleElement()
                .isEqualTo(migrator.status(Tenants.named(bad))
                        .tenants()
                        .get(0)
                        .findings()
                        .get(0));
        assertThat(findings(good)).extracting(Finding::kind).containsExactly(Finding.Kind.PENDING);
        assertThat(migrator.verify().failed()).isEmpty();
        assertThat(migrator.verify().successful()).isFalse();
        assertThat(migrator.plan(Tenants.all()).tenants())
                .filteredOn(plan -> plan.schema().equals(bad))
                .singleElement()
                .satisfies(plan ->
                        assertThat(plan.failure().orElseThrow().message()).contains(remedy));
        assertFails(migrator.backfill(Tenants.named(bad)), remedy);
        assertThat(migrator.deploy(Tenants.named(List.of(bad))).failed()).hasSize(1);
        FleetReport deployed = migrator.deployAll();
        assertFails(deployed, remedy);
        assertThat(deployed.of(TenantOutcome.Migrated.class))
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.schema()).isEqualTo(good));
    }

    private List<Finding> findings(String schema) {
        TenantOutcome outcome = migrator.verify().outcomes().stream()
                .filter(candidate -> candidate.schema().equals(schema))
                .findFirst()
                .orElseThrow();
        return outcome instanceof TenantOutcome.Unhealthy unhealthy
                ? unhealthy.findings()
                : outcome instanceof TenantOutcome.Pending pending ? pending.findings() : List.of();
    }

    /** One that is gone has no record that could be read. */
    @Test
    void aTenantThatDoesNotExistIsStillFailed() {
        assertThat(migrator.verify(Tenants.named("nobody")).failed())
                .singleElement()
                .satisfies(failed -> assertThat(failed.failure().message()).contains("there is no such tenant"));
    }

    private void assertFails(FleetReport report, String remedy) {
        assertThat(report.failed()).singleElement().satisfies(failed -> {
            assertThat(failed.schema()).isEqualTo(bad);
            assertThat(failed.failure().message())
                    .startsWith("the tracking table cannot be read: ")
                    .contains(remedy, bad, database.user())
                    .doesNotContain("policy ran");
        });
    }

    /** For its owner, row security is without effect unless it is forced. */
    @Test
    void rowSecurityThatDoesNotApplyToTheRoleIsNoHindrance() throws SQLException {
        asSuperuser("ALTER TABLE " + bad + ".schema_migrations ENABLE ROW LEVEL SECURITY");
        assertThat(migrator.deployAll().throwIfFailed().of(TenantOutcome.Migrated.class))
                .hasSize(2);
        assertThat(migrator.verify().successful()).isTrue();
    }

    @Test
    void theRemedyThatIsNamedIsOne() throws SQLException {
        asSuperuser("ALTER SCHEMA " + bad + " OWNER TO postgres; ALTER TABLE " + bad
                + ".schema_migrations OWNER TO postgres");
        String message = findings(bad).get(0).message();
        asSuperuser(message.substring(message.indexOf("GRANT USAGE")));
        assertThat(findings(bad)).extracting(Finding::kind).containsExactly(Finding.Kind.PENDING);
    }

    @Test
    void aRecordThatCannotBeWrittenNamesTheOwnersGrant() throws SQLException {
        asSuperuser("ALTER TABLE " + bad + ".schema_migrations OWNER TO postgres; GRANT SELECT ON " + bad
                + ".schema_migrations TO " + database.user());
        FleetReport deployed = migrator.deployAll();
        assertThat(deployed.of(TenantOutcome.Migrated.class)).hasSize(1);
        assertThat(deployed.failed())
                .singleElement()
                .satisfies(failed -> assertThat(failed.failure().message())
                        .contains("permission denied", "SELECT, INSERT, UPDATE, DELETE", "owner"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ALTER TABLE tenant_migrator_fleet.schema_migrations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY | NO FORCE ROW LEVEL SECURITY
            ALTER TABLE tenant_migrator_fleet.schema_migrations OWNER TO postgres | GRANT SELECT, INSERT, UPDATE, DELETE ON
            ALTER SCHEMA tenant_migrator_fleet OWNER TO postgres | GRANT USAGE ON SCHEMA""")
    void aTableOfTheFleetThatCannotBeReadIsNoEmptyFleet(String change, String remedy) throws SQLException {
        TenantMigrator fleet = Samples.migrator(database, MEMBERS)
                .trackingStore(TrackingStore.fleet())
                .build();
        fleet.createTenant(TenantName.exactly("of_the_fleet"));
        asSuperuser(change);
        for (org.assertj.core.api.ThrowableAssert.ThrowingCallable call :
                List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                        fleet::tenants, fleet::deployAll, fleet::status, fleet::verify, () -> fleet.exists("x"))) {
            assertThatThrownBy(call).isInstanceOf(TenantMigratorException.class).hasMessageContaining(remedy);
        }
        asSuperuser("DROP SCHEMA of_the_fleet CASCADE");
    }

    private void asSuperuser(String sql) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
