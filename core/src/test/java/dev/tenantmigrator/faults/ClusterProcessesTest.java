package dev.tenantmigrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.ChildJvm;
import dev.tenantmigrator.support.ClusterNodes;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two application instances, each a JVM, that deploy to a cluster at the same moment: exactly once and no error. */
@PostgresTest
@Tag("cluster")
class ClusterProcessesTest {

    private static final int TENANTS = 20;
    private static final int PENDING = 3;

    private final TestDatabase database;

    ClusterProcessesTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void twoProcessesApplyEachMigrationOnce() throws Exception {
        ClusterNodes.of(database);
        CountedFleet.create(database.rawDataSource(), "fleet", TENANTS);
        try (ChildJvm one = DeployingProcess.start(database, "one");
                ChildJvm two = DeployingProcess.start(database, "two")) {
            List<ChildJvm> both = List.of(one, two);
            for (ChildJvm process : both) {
                process.send("fleet " + (1 + PENDING));
            }
            int applied = 0;
            for (ChildJvm process : both) {
                DeployingProcess.Result result = DeployingProcess.result(process);
                assertThat(result.failed()).isZero();
                assertThat(result.tenants()).isEqualTo(TENANTS);
                applied += result.applied();
            }
            assertThat(applied).isEqualTo(TENANTS * PENDING);
        }
        assertThat(CountedFleet.states(database.rawDataSource()))
                .hasSize(TENANTS)
                .containsEntry("fleet001", CountedFleet.versions(1 + PENDING));
    }
}
