package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The fleet's tracking table beside schemas that are adopted, renamed, dropped, or dropped by half. */
@PostgresTest
class FleetTableSchemasTest extends FleetTable {

    FleetTableSchemasTest(TestDatabase database) {
        super(database);
    }

    @Nested
    class AfterASchemaWasDroppedByHand {

        private final TenantMigrator migrator = with(MEMBERS, NOTES);

        @BeforeEach
        void dropSchema() {
            create(migrator, "a");
            create(migrator, "b");
            database.execute("DROP SCHEMA a CASCADE");
        }

        @Test
        void itIsNoTenant() {
            assertThat(migrator.tenants()).containsExactly("b");
            assertThat(migrator.exists("a")).isFalse();
        }

        @Test
        void aDeployToItFails() {
            assertThat(migrator.deploy(Tenants.named("a")).failed()).hasSize(1);
        }

        @Test
        void aNewTenantOfItsNameInheritsNoRecord() {
            create(with(MEMBERS), "a");

            assertThat(rows("a")).isEqualTo("tenant 20240101");
        }

        @Test
        void aTenantThatIsRenamedToItsNameInheritsNoRecord() {
            create(with(MEMBERS), "a");
            database.execute("DROP SCHEMA a CASCADE");

            migrator.rename("b", TenantName.exactly("a"));

            assertThat(rows("a")).isEqualTo("tenant 20240101 20240102");
            assertThat(migrator.verify().successful()).isTrue();
        }
    }

    @Test
    void aSchemaThatWasRenamedByHandIsNoTenantUntilItHasItsNameAgain() {
        TenantMigrator migrator = with(MEMBERS);
        create(migrator, "a");
        database.execute("ALTER SCHEMA a RENAME TO b");
        assertThat(migrator.tenants()).isEmpty();
        database.execute("ALTER SCHEMA b RENAME TO a");
        assertThat(migrator.verify().outcomes()).containsExactly(new TenantOutcome.Healthy("a", List.of()));
    }

    @Test
    void aTenantThatVanishesBeforeItsTurnIsNeverMigratedElsewhere() {
        TenantMigrator migrator = with(MEMBERS);
        create(migrator, "a");
        create(migrator, "b");
        TenantMigrator vanishing = builder(MEMBERS, Migration.of("20240102_t", "CREATE TABLE t (id int)"))
                .listener(event -> database.execute("DROP SCHEMA IF EXISTS b CASCADE"))
                .build();

        FleetReport report = vanishing.deploy(
                Tenants.all(), DeployOptions.builder().sharedSchemaChanges(true).build());

        assertThat(report.failed()).extracting(TenantOutcome.Failed::schema).containsExactly("b");
        assertThat(report.failed().get(0).failure().message()).contains("the tenant is gone");
        assertThat(database.value("SELECT to_regclass('public.t')")).isNull();
    }

    @Test
    void anUnfinishedDropKeepsItsRowsApartFromTheNextTenantOfTheName() {
        TenantMigrator migrator = with(MEMBERS);
        create(migrator, "a");
        Runnable allow = Samples.refusingDrops(database);
        assertThatThrownBy(() -> migrator.dropTenant("a")).hasMessageContaining("Drop the tenant again");
        allow.run();
        assertThat(migrator.unfinishedDrops()).containsExactly("a");
        assertThat(migrator.tenants()).isEmpty();
        create(with(MEMBERS), "a");

        assertThatThrownBy(() -> migrator.dropTenant("a")).isInstanceOf(TenantExistsException.class);

        assertThat(migrator.unfinishedDrops()).isEmpty();
        assertThat(database.values("SELECT DISTINCT tenant FROM " + TABLE)).containsExactly("a");
        assertThat(rows("a")).isEqualTo("tenant 20240101");
    }

    @Nested
    class Adoption {

        @Test
        void takesASchemaWithAnotherToolsTable() {
            TenantMigrator migrator = adoptRails();

            assertThat(rows("rails")).isEqualTo("tenant 20240101");
            assertThat(migrator.tenants()).containsExactly("rails");
        }

        @Test
        void refusesATenantOfThisStore() {
            TenantMigrator migrator = adoptRails();

            assertThatThrownBy(() -> migrator.adopt("rails", List.of())).hasMessageContaining("see its status");
        }

        @Test
        void refusesATenantThatIsTrackedInItsSchema() {
            TenantMigrator inside = Samples.with(database, MEMBERS);
            create(inside, "inside");

            assertThatThrownBy(() -> with(MEMBERS, NOTES).adopt("inside", List.of()))
                    .hasMessageContaining(
                            "the other store; move its record (move-tracking), or use that store (--tracking ");
            inside.dropTenant("inside");
        }

        @Test
        void ofTheSchemaStoreRefusesATenantOfTheFleetTable() {
            create(with(MEMBERS, NOTES), "outside");

            assertThatThrownBy(() -> Samples.with(database, MEMBERS).adopt("outside", List.of()))
                    .hasMessageContaining(
                            "the other store; move its record (move-tracking), or use that store (--tracking ");
        }

        private TenantMigrator adoptRails() {
            database.execute("CREATE SCHEMA rails; CREATE TABLE rails.schema_migrations (version varchar PRIMARY KEY)");
            TenantMigrator migrator = with(MEMBERS, NOTES);
            migrator.adopt("rails", List.of(MEMBERS.version()));
            return migrator;
        }
    }
}
