package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@PostgresTest
class EventsTest {

    private final TestDatabase database;
    private final List<String> seen = new ArrayList<>();

    EventsTest(TestDatabase database) {
        this.database = database;
    }

    private TenantMigrator migrator(Migration... migrations) {
        return Samples.migrator(database, migrations).listener(this::note).build();
    }

    private void note(TenantEvent event) {
        String more = "";
        if (event instanceof TenantEvent.MigrationApplied applied) {
            more = " " + applied.version() + " " + !applied.duration().isNegative();
            // It is committed by now.
            assertThat(database.value(
                            "SELECT count(*) FROM " + event.schema() + ".schema_migrations WHERE version = ?",
                            applied.version()))
                    .isEqualTo("1");
        } else if (event instanceof TenantEvent.TenantCreated) {
            // On another connection: it is committed.
            assertThat(database.value("SELECT count(*) FROM " + event.schema() + ".schema_migrations"))
                    .isEqualTo("1");
        } else if (event instanceof TenantEvent.MigrationRolledBack rolledBack) {
            more = " " + rolledBack.version();
        } else if (event instanceof TenantEvent.TenantFailed failed) {
            more = " " + failed.failure().sqlState().orElse("-");
        }
        seen.add(event.getClass().getSimpleName() + more);
    }

    @Test
    void aListenerSeesWhatHappensInOrder() {
        String a = migrator(MEMBERS).createTenant(TenantName.forUser("a")).schema();
        migrator(MEMBERS, NOTES, FLAG).deployAll();
        migrator(MEMBERS, NOTES, FLAG).deployAll();
        migrator(MEMBERS, NOTES, FLAG).rollback(Tenants.named(a), FLAG.version(), RollbackOptions.defaults());
        migrator(MEMBERS, NOTES, Migration.of(FLAG.version(), "SELECT 1/0")).deployAll();

        assertThat(seen)
                .containsExactly(
                        "TenantCreated",
                        "TenantStarted",
                        "MigrationApplied 20240102_notes true",
                        "MigrationApplied 20240103_flag true",
                        "TenantFinished",
                        "TenantFinished",
                        "TenantStarted",
                        "MigrationRolledBack 20240103_flag",
                        "TenantFinished",
                        "TenantStarted",
                        "TenantFailed 22012");
    }
}
