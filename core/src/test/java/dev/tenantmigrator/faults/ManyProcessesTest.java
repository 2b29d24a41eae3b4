package dev.tenantmigrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.ChildJvm;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Application instances that start at the same moment, each a JVM: exactly once and no error. */
@PostgresTest
class ManyProcessesTest {

    private static final Logger LOG = LoggerFactory.getLogger(ManyProcessesTest.class);
    private static final int PROCESSES = 8;
    private static final int TENANTS = 300;
    private static final int PENDING = 5;
    private static final int WARM_UP = 20;
    private static final int ROUNDS = 3;

    /** The figure is for a machine that does nothing else; this is no more than a guard against waiting for one another. */
    private static final double BOUND = 5;

    private final TestDatabase database;

    ManyProcessesTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void eightProcessesApplyEachMigrationOnce() throws Exception {
        CountedFleet.create(database.rawDataSource(), "warm", WARM_UP);
        CountedFleet.create(database.rawDataSource(), "fleet", TENANTS);
        List<ChildJvm> processes = new ArrayList<>();
        try {
            for (int i = 1; i <= PROCESSES; i++) {
                processes.add(DeployingProcess.start(database, "process" + i));
            }
            for (int i = 0; i < PROCESSES; i++) {
                // One after the other: each is to have run what it is measured with.
                deploy(processes.subList(i, i + 1), "warm", 2 + 3 * i, 3 * WARM_UP - (i == 0 ? 2 * WARM_UP : 0));
            }
            List<Long> one = new ArrayList<>();
            List<Long> all = new ArrayList<>();
            int migrations = 1;
            for (int round = 0; round < ROUNDS; round++) {
                migrations += PENDING;
                one.add(deploy(processes.subList(round, round + 1), "fleet", migrations, PENDING * TENANTS));
                migrations += PENDING;
                all.add(deploy(processes, "fleet", migrations, PENDING * TENANTS));
            }
            assertThat(CountedFleet.states(database.rawDataSource()))
                    .hasSize(TENANTS + WARM_UP)
                    .containsEntry("fleet001", CountedFleet.versions(migrations));
            double ratio = (double) median(all) / median(one);
            LOG.warn(
                    "FIGURES {} processes, {} tenants, {} pending migrations each: one process {} ms, all at once {} ms"
                            + " (medians of {} and {}), ratio {}",
                    PROCESSES,
                    TENANTS,
                    PENDING,
                    median(one),
                    median(all),
                    one,
                    all,
                    Math.round(ratio * 100) / 100.0);
            assertThat(ratio).isLessThan(BOUND);
        } finally {
            processes.forEach(ChildJvm::close);
        }
    }

    /** Lets processes deploy at once; returns how long until the last was done. */
    private static long deploy(List<ChildJvm> processes, String prefix, int migrations, int applied)
            throws IOException {
        long start = System.nanoTime();
        for (ChildJvm process : processes) {
            process.send(prefix + " " + migrations);
        }
        int sum = 0;
        for (ChildJvm process : processes) {
            DeployingProcess.Result result = DeployingProcess.result(process);
            assertThat(result.failed()).isZero();
            assertThat(result.tenants()).isEqualTo(prefix.equals("warm") ? WARM_UP : TENANTS);
            sum += result.applied();
        }
        assertThat(sum).as("migrations that all reports together claim").isEqualTo(applied);
        return (System.nanoTime() - start) / 1_000_000;
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}
