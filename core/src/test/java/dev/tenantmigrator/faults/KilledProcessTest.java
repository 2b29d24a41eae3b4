package dev.tenantmigrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.support.ChildJvm;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The JVM is killed (SIGKILL) in mid-deploy: no lock stays, and the next run goes on at once. */
@PostgresTest
class KilledProcessTest {

    private static final Logger LOG = LoggerFactory.getLogger(KilledProcessTest.class);
    private static final int TENANTS = 100;
    private static final int MIGRATIONS = 6;
    private static final int KILLS = 3;

    private final TestDatabase database;

    KilledProcessTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void theNextRunGoesOnAtOnce() throws Exception {
        long seed = Long.getLong("test.seed", System.nanoTime());
        Random random = new Random(seed);
        CountedFleet.create(database.rawDataSource(), "tenant", TENANTS);
        List<String> figures = new ArrayList<>();
        int target = 1;
        for (int kill = 1; kill <= KILLS; kill++) {
            target += MIGRATIONS;
            int at = 1 + random.nextInt(TENANTS * MIGRATIONS / 2);
            List<String> said = deployAndKill(target, at);

            // At once: server processes of the killed JVM may not have noticed yet.
            AtomicLong first = new AtomicLong();
            long start = System.nanoTime();
            TenantMigrator.builder(database.dataSource())
                    .migrations(CountedFleet.migrations(target))
                    .parallelism(2)
                    .listener(event -> {
                        if (event instanceof TenantEvent.MigrationApplied) {
                            first.compareAndSet(0, System.nanoTime() - start);
                        }
                    })
                    .build()
                    .deployAll()
                    .throwIfFailed();

            figures.add(at + " migrations, then the first after " + first.get() / 1_000_000 + " ms");
            Map<String, String> states = CountedFleet.states(database.rawDataSource());
            assertThat(states.values())
                    .as("seed %s", seed)
                    .hasSize(TENANTS)
                    .containsOnly(CountedFleet.versions(target));
            assertThat(said).hasSizeGreaterThanOrEqualTo(at).doesNotHaveDuplicates();
        }
        LOG.warn(
                "FIGURES JVM killed {} times, {} tenants, seed {}: {}",
                KILLS,
                TENANTS,
                seed,
                String.join("; ", figures));
    }

    /** Returns what the killed run said that it had applied; all of it must be there, and no lock. */
    private List<String> deployAndKill(int target, int at) throws Exception {
        List<String> said = new ArrayList<>();
        try (ChildJvm process = DeployingProcess.start(database, "killed")) {
            process.send("tenant " + target);
            while (said.size() < at) {
                said.add(process.receive());
            }
            process.kill();
        }
        Map<String, String> states = CountedFleet.states(database.rawDataSource());
        for (String line : said) {
            String[] parts = line.split(" ", -1);
            assertThat(states.get(parts[0])).contains(parts[1]);
        }
        database.awaitRow("SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'killed')");
        assertThat(database.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                        + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"))
                .isEqualTo("0");
        return said;
    }
}
