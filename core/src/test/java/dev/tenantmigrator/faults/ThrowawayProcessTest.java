package dev.tenantmigrator.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.support.ChildJvm;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Throwaway tenants of a run that ends, or is killed, before their drops have ended. */
@PostgresTest
class ThrowawayProcessTest {

    private final TestDatabase database;

    ThrowawayProcessTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void theEndOfTheJvmWaitsForDrops() throws IOException {
        try (ChildJvm run = ThrowawayProcess.start(database)) {
            assertThat(run.receive()).isEqualTo("created");
            assertThat(schemas()).hasSize(ThrowawayProcess.TENANTS);
            run.send("close");
            assertThat(run.receive()).isEqualTo("closed");
            run.send("end");
            assertThatThrownBy(run::receive).hasMessageContaining("has ended");
        }
        assertThat(schemas()).isEmpty();
    }

    /** Before the drops begin, and while they run. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theNextRunSweepsAfterAKill(boolean closing) throws Exception {
        try (ChildJvm run = ThrowawayProcess.start(database)) {
            assertThat(run.receive()).isEqualTo("created");
            if (closing) {
                run.send("close");
                database.awaitRow("SELECT nspname FROM pg_namespace WHERE nspname ~ '^tenant_migrator_drop'");
            }
            run.kill();
        }
        assertThat(schemas()).isNotEmpty();
        try (TenantMigrator next = TenantMigrator.builder(database.dataSource())
                .migrations(MigrationSource.of(Migration.of("1", "CREATE TABLE t (a int)")))
                .build()) {
            next.throwaway().close();
        }
        assertThat(schemas()).isEmpty();
    }

    private List<String> schemas() {
        return database.values(
                "SELECT nspname::text FROM pg_namespace WHERE nspname ~ '^(throwaway|tenant_migrator)_'");
    }
}
