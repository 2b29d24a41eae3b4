package dev.tenantmigrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantMigratorBuilder;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.LeakCheckingDataSource;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Each 50 ms the server ends one of the connections: what is reported is there, what is not reported is not. */
@PostgresTest
class TerminatedBackendsTest {

    private static final Logger LOG = LoggerFactory.getLogger(TerminatedBackendsTest.class);
    private static final int TENANTS = 120;
    private static final int CREATIONS = 60;
    private static final int MIGRATIONS = 5;
    private static final int THREADS = 4;

    /** So that a run is long enough to be hit often. */
    private static final String SLOW = " SELECT pg_sleep(0.01)";

    private final TestDatabase database;
    private final HikariDataSource pool;
    private final LeakCheckingDataSource checked;
    private final long seed = Long.getLong("test.seed", System.nanoTime());

    TerminatedBackendsTest(TestDatabase database) {
        this.database = database;
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.jdbcUrl());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(THREADS);
        this.pool = new HikariDataSource(config);
        this.checked = new LeakCheckingDataSource(
                pool, () -> pool.getHikariPoolMXBean().softEvictConnections());
    }

    @AfterEach
    void close() {
        assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        checked.assertNoLeaks();
        pool.close();
        TenantMigrator migrator = migrator(1).build();
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
    }

    private TenantMigratorBuilder migrator(int migrations) {
        MigrationSource source = CountedFleet.migrations(migrations, SLOW);
        return TenantMigrator.builder(pool.isClosed() ? database.dataSource() : checked)
                .migrations(source)
                .parallelism(THREADS);
    }

    @Test
    void aDeployReportsWhatIsThereAndTheNextOneGoesOn() throws Exception {
        TenantMigrator creating = migrator(1).build();
        for (int i = 100; i < 100 + TENANTS; i++) {
            creating.createTenant(TenantName.exactly("tenant" + i));
        }
        TenantMigrator migrator = migrator(MIGRATIONS).build();
        FleetReport report;
        int terminated;
        try (Terminator terminator = new Terminator()) {
            report = deploy(migrator);
            terminated = terminator.terminated();
        }

        Map<String, String> states = CountedFleet.states(database.rawDataSource());
        assertThat(report.outcomes()).as("seed %s", seed).hasSize(TENANTS);
        for (TenantOutcome outcome : report.outcomes()) {
            String state = states.get(outcome.schema());
            if (outcome instanceof TenantOutcome.Failed failed) {
                boolean asked = !failed.failure().message().contains("could not be asked");
                String done = CountedFleet.versions(1 + failed.done().size());
                assertThat(state).as("%s, seed %s", failed, seed).startsWith(done);
                assertThat(!asked || state.equals(done))
                        .as("%s: %s, seed %s", failed, state, seed)
                        .isTrue();
            } else {
                assertThat(state).as("%s, seed %s", outcome, seed).isEqualTo(CountedFleet.versions(MIGRATIONS));
            }
        }
        assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        LOG.warn(
                "FIGURES {} connections ended during a deploy to {} tenants by {} threads: {} tenants done, {} reported as"
                        + " failed, none half done, {} ms",
                terminated,
                TENANTS,
                THREADS,
                TENANTS - report.failed().size(),
                report.failed().size(),
                report.duration().toMillis());
        assertThat(terminated).isPositive();

        // The pool does not ask again what it asked a moment ago, and would lend a connection that was ended since.
        pool.getHikariPoolMXBean().softEvictConnections();
        migrator.deployAll().throwIfFailed();
        assertThat(CountedFleet.states(database.rawDataSource()).values())
                .hasSize(TENANTS)
                .containsOnly(CountedFleet.versions(MIGRATIONS));
    }

    /** A run whose first reading was hit did nothing, and says so by throwing. */
    private static FleetReport deploy(TenantMigrator migrator) {
        while (true) {
            try {
                return migrator.deployAll();
            } catch (TenantMigratorException e) {
                LOG.warn("The run did not begin: {}", e.getMessage());
            }
        }
    }

    @Test
    void aSignUpReturnsATenantThatIsThereOrThrowsAndItIsNot() throws Exception {
        TenantMigrator migrator = migrator(MIGRATIONS).build();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<Boolean>> results = new ArrayList<>();
        AtomicInteger lost = new AtomicInteger();
        int terminated;
        try (Terminator terminator = new Terminator()) {
            for (int i = 0; i < CREATIONS; i++) {
                String name = "signup" + i;
                results.add(threads.submit(() -> create(migrator, name, lost)));
            }
            for (Future<Boolean> result : results) {
                result.get();
            }
            terminated = terminator.terminated();
        } finally {
            threads.shutdownNow();
        }

        Map<String, String> states = CountedFleet.states(database.rawDataSource());
        int created = 0;
        for (int i = 0; i < CREATIONS; i++) {
            boolean isThere = database.value("SELECT count(*) FROM pg_namespace WHERE nspname = ?", "signup" + i)
                    .equals("1");
            assertThat(isThere)
                    .as("signup%s, seed %s", i, seed)
                    .isEqualTo(results.get(i).get());
            created += isThere ? 1 : 0;
        }
        assertThat(states).hasSize(created);
        assertThat(states.values()).containsOnly(CountedFleet.versions(MIGRATIONS));
        LOG.warn(
                "FIGURES {} connections ended during {} sign-ups by {} threads: {} tenants, {} errors, none half made",
                terminated,
                CREATIONS,
                THREADS,
                created,
                lost);
        assertThat(terminated).isPositive();
    }

    private static boolean create(TenantMigrator migrator, String name, AtomicInteger lost) {
        try {
            migrator.createTenant(TenantName.exactly(name));
            return true;
        } catch (TenantMigratorException e) {
            lost.incrementAndGet();
            return false;
        }
    }

    /** Ends a connection of the test's user each 50 ms, chosen by chance. */
    private final class Terminator implements AutoCloseable {

        private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        private final AtomicInteger terminated = new AtomicInteger();
        private final Random random = new Random(seed);
        private final Connection superuser;
        private final Future<?> clockwork;

        Terminator() throws SQLException {
            superuser = database.superuserDataSource().getConnection();
            clockwork = clock.scheduleAtFixedRate(this::terminate, 50, 50, TimeUnit.MILLISECONDS);
        }

        int terminated() {
            return terminated.get();
        }

        private void terminate() {
            try (PreparedStatement query = superuser.prepareStatement("SELECT pg_terminate_backend(pid) FROM"
                    + " (SELECT pid FROM pg_stat_activity WHERE usename = ? ORDER BY pid OFFSET ? LIMIT 1) AS one")) {
                query.setString(1, database.user());
                query.setInt(2, random.nextInt(THREADS));
                try (ResultSet row = query.executeQuery()) {
                    if (row.next() && row.getBoolean(1)) {
                        terminated.incrementAndGet();
                    }
                }
            } catch (SQLException e) {
                LOG.warn("Cannot end a connection: {}", e.getMessage());
            }
        }

        @Override
        public void close() throws SQLException {
            clockwork.cancel(false);
            clock.shutdown();
            while (!clock.isTerminated()) {
                Thread.onSpinWait();
            }
            superuser.close();
        }
    }
}
