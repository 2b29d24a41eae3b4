package dev.tenantmigrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.OwnServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** PostgreSQL is killed (SIGKILL) in mid-deploy and started again: the next run goes on, and what was reported is there. */
class KilledServerTest {

    private static final Logger LOG = LoggerFactory.getLogger(KilledServerTest.class);
    private static final int TENANTS = 200;
    private static final int MIGRATIONS = 5;
    private static final int TARGET = 1 + MIGRATIONS;
    private static final int KILLS = 2;
    private static final int SHORTEST_TIMEOUT_OF_HIKARI = 250;

    @Test
    void everyTenantIsAtTheBeginningOfTheHistoryAndTheNextRunGoesOn(@TempDir Path directory) throws Exception {
        long seed = Long.getLong("test.seed", System.nanoTime());
        Random random = new Random(seed);
        try (OwnServer server = OwnServer.start(directory, Map.of());
                HikariDataSource pool = server.pool(4)) {
            CountedFleet.create(pool, "tenant", TENANTS);
            List<String> figures = new ArrayList<>();
            for (int kill = 1; kill <= KILLS; kill++) {
                figures.add(killOnce(server, pool, random, seed));
            }
            long start = System.nanoTime();
            migrator(pool, TARGET, event -> {}).deployAll().throwIfFailed();
            figures.add("the last run took " + (System.nanoTime() - start) / 1_000_000 + " ms");
            assertThat(CountedFleet.states(pool).values()).hasSize(TENANTS).containsOnly(CountedFleet.versions(TARGET));
            LOG.warn(
                    "FIGURES server killed {} times, {} tenants, {} migrations, seed {}: {}",
                    KILLS,
                    TENANTS,
                    MIGRATIONS,
                    seed,
                    String.join("; ", figures));
        }
    }

    private static String killOnce(OwnServer server, HikariDataSource pool, Random random, long seed) throws Exception {
        long left = CountedFleet.states(pool).values().stream()
                .filter(state -> !state.equals(CountedFleet.versions(TARGET)))
                .count();
        int at = 1 + random.nextInt((int) left * 2 / 3);
        Map<String, List<String>> claimed = killAt(server, pool, at);
        server.startAgain(pool);
        assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();

        Map<String, String> states = CountedFleet.states(pool);

        assertThat(states).as("seed %s", seed).hasSize(TENANTS);
        claimed.forEach((schema, versions) -> assertThat(states.get(schema).split(",", -1))
                .as("what was reported of %s, seed %s", schema, seed)
                .containsAll(versions));
        return claimed.values().stream().mapToInt(List::size).sum() + " migrations reported when the " + at + ". of "
                + left + " tenants had begun";
    }

    /** Kills the server in a run; returns what that reported as applied, by tenant. */
    private static Map<String, List<String>> killAt(OwnServer server, HikariDataSource pool, int at) throws Exception {
        CountDownLatch begun = new CountDownLatch(at);
        Queue<TenantEvent.MigrationApplied> applied = new ConcurrentLinkedQueue<>();
        CompletableFuture<Optional<FleetReport>> run = CompletableFuture.supplyAsync(() -> {
            try {
                TenantMigrator migrator = migrator(pool, TARGET, event -> {
                    if (event instanceof TenantEvent.TenantStarted) {
                        begun.countDown();
                    } else if (event instanceof TenantEvent.MigrationApplied migration) {
                        applied.add(migration);
                    }
                });
                return Optional.of(migrator.deployAll());
            } catch (TenantMigratorException e) {
                return Optional.empty();
            }
        });
        assertThat(begun.await(1, TimeUnit.MINUTES)).as("%s tenants began", at).isTrue();
        server.kill();
        // Every remaining tenant waits that long for a connection in vain.
        HikariConfigMXBean settings = pool.getHikariConfigMXBean();
        long patience = settings.getConnectionTimeout();
        settings.setConnectionTimeout(SHORTEST_TIMEOUT_OF_HIKARI);
        Map<String, List<String>> claimed = new LinkedHashMap<>();
        applied.forEach(event -> claimed.computeIfAbsent(event.schema(), schema -> new ArrayList<>())
                .add(event.version()));
        run.get().ifPresent(report -> {
            assertThat(report.successful()).isFalse();
            report.outcomes()
                    .forEach(outcome -> claimed.computeIfAbsent(outcome.schema(), schema -> new ArrayList<>())
                            .addAll(claimed(outcome)));
        });
        settings.setConnectionTimeout(patience);
        return claimed;
    }

    private static List<String> claimed(TenantOutcome outcome) {
        List<TenantOutcome.Step> steps = List.of();
        if (outcome instanceof TenantOutcome.Migrated migrated) {
            steps = migrated.applied();
        } else if (outcome instanceof TenantOutcome.Failed failed) {
            steps = failed.done();
        }
        return steps.stream().map(TenantOutcome.Step::version).toList();
    }

    private static TenantMigrator migrator(HikariDataSource pool, int migrations, TenantEventListener listener) {
        return TenantMigrator.builder(pool)
                .migrations(CountedFleet.migrations(migrations))
                .parallelism(4)
                .listener(listener)
                .build();
    }
}
