package dev.tenantmigrator.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.Repair;
import dev.tenantmigrator.RollbackOptions;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantMigratorBuilder;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PgBouncer;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything transactional works through PgBouncer in transaction mode, exactly once, also when many are at it. */
@PostgresTest
class PoolerTest {

    private static final Logger LOG = LoggerFactory.getLogger(PoolerTest.class);
    private static final int TENANTS = 40;
    private static final int MIGRATORS = 4;
    private static final int MIGRATIONS = 4;

    private final TestDatabase database;

    PoolerTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void everythingTransactionalWorksThroughAPooler(@TempDir Path directory) throws Exception {
        assumeTrue(PgBouncer.isInstalled(), "LEFT OUT: there is no program pgbouncer on this machine");
        try (PgBouncer pooler = PgBouncer.start(directory, database)) {
            DataSource pooled = pooler.dataSource();
            TenantMigrator migrator = migrator(pooled, MIGRATIONS).build();

            signUp(migrator(pooled, 1).build());
            int applied = deployAtOnce(pooled);
            assertThat(applied).isEqualTo(TENANTS * (MIGRATIONS - 1));
            assertThat(CountedFleet.states(database.rawDataSource()).values())
                    .hasSize(TENANTS)
                    .containsOnly(CountedFleet.versions(MIGRATIONS));

            assertThat(migrator.status().tenants()).hasSize(TENANTS).allMatch(tenant -> tenant.healthy());
            assertThat(migrator.verify().of(TenantOutcome.Healthy.class)).hasSize(TENANTS);
            assertThat(migrator.rollback(Tenants.all(), CountedFleet.version(MIGRATIONS), RollbackOptions.defaults())
                            .throwIfFailed()
                            .of(TenantOutcome.RolledBack.class))
                    .hasSize(TENANTS);
            migrator.deployAll().throwIfFailed();
            backfill(pooled);
            database.execute("UPDATE user001.schema_migrations SET checksum = repeat('0', 64) WHERE version = 'v0002'");
            assertThat(migrator.verify().successful()).isFalse();
            migrator.repair(Tenants.named("user001"), new Repair.AcceptChecksum(CountedFleet.version(2)))
                    .throwIfFailed();
            assertThat(migrator.verify().throwIfFailed().outcomes()).hasSize(TENANTS);
            outsideTransactions(pooled);

            assertNothingStays();
            assertUnchanged(pooled);
            LOG.warn(
                    "FIGURES PgBouncer in transaction mode: {} sign-ups at once, {} migrations by {} migrators at once, each"
                            + " once; then rollback, backfill, repair, status, verify",
                    TENANTS,
                    applied,
                    MIGRATORS);
        }
    }

    private static TenantMigratorBuilder migrator(DataSource pooled, int migrations) {
        return TenantMigrator.builder(pooled)
                .migrations(CountedFleet.migrations(migrations))
                .requiredTables("changed", "ran")
                .parallelism(2);
    }

    private static void signUp(TenantMigrator migrator) throws Exception {
        List<Future<CreatedTenant>> created = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            IntStream.rangeClosed(1, TENANTS)
                    .forEach(number -> created.add(threads.submit(() -> migrator.createTenant(
                            TenantName.exactly(String.format(Locale.ROOT, "user%03d", number))))));
            for (Future<CreatedTenant> one : created) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static int deployAtOnce(DataSource pooled) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        List<CompletableFuture<FleetReport>> runs = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(MIGRATORS);
        try {
            for (int i = 0; i < MIGRATORS; i++) {
                TenantMigrator one = migrator(pooled, MIGRATIONS).build();
                runs.add(CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                start.await();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                            return one.deployAll();
                        },
                        threads));
            }
            start.countDown();
            int applied = 0;
            for (CompletableFuture<FleetReport> run : runs) {
                FleetReport report = run.get().throwIfFailed();
                assertThat(report.outcomes()).hasSize(TENANTS);
                applied += report.of(TenantOutcome.Migrated.class).stream()
                        .mapToInt(outcome -> outcome.applied().size())
                        .sum();
            }
            return applied;
        } finally {
            threads.shutdownNow();
        }
    }

    private void backfill(DataSource pooled) {
        database.execute("DROP TABLE user001.ran");
        TenantMigrator migrator = migrator(pooled, MIGRATIONS).build();
        assertThat(migrator.verify().successful()).isFalse();
        assertThat(migrator.backfill(Tenants.all()).throwIfFailed().of(TenantOutcome.Backfilled.class))
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.tables()).containsExactly("ran"));
    }

    private void outsideTransactions(DataSource pooled) {
        List<Migration> more =
                new ArrayList<>(CountedFleet.migrations(MIGRATIONS).read());
        more.add(Migration.of("v9999", "CREATE INDEX CONCURRENTLY ran_version ON ran (version)"));
        TenantMigratorBuilder migrator = TenantMigrator.builder(pooled)
                .migrations(MigrationSource.of(more.toArray(Migration[]::new)))
                .parallelism(2);
        assertThatThrownBy(() -> migrator.build().deployAll())
                .hasMessageContaining("a direct connection as well (--direct-url)");
        assertThat(migrator.directDataSource(database.dataSource())
                        .build()
                        .deployAll()
                        .throwIfFailed()
                        .of(TenantOutcome.Migrated.class))
                .hasSize(TENANTS);
    }

    /** The server's own view of the connections that the pooler keeps. */
    private void assertNothingStays() {
        assertThat(database.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                        + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"))
                .isEqualTo("0");
        assertThat(database.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND state LIKE 'idle in transaction%'"))
                .isEqualTo("0");
    }

    /** Settings of the library or a script, on all of the pooler's connections that were in use at once. */
    private static void assertUnchanged(DataSource pooled) throws SQLException {
        List<Connection> connections = new ArrayList<>();
        try {
            for (int i = 0; i < 2 * MIGRATORS; i++) {
                Connection connection = pooled.getConnection();
                connections.add(connection);
                connection.setAutoCommit(false);
                try (Statement statement = connection.createStatement();
                        ResultSet changed = statement.executeQuery("""
                                SELECT name, setting FROM pg_settings
                                 WHERE setting IS DISTINCT FROM reset_val
                                   AND name IN ('search_path', 'lock_timeout', 'statement_timeout', 'role',
                                       'synchronous_commit', 'default_transaction_isolation',
                                       'default_transaction_read_only', 'standard_conforming_strings')""")) {
                    assertThat(changed.next()).isFalse();
                }
            }
        } finally {
            for (Connection connection : connections) {
                connection.close();
            }
        }
    }
}
