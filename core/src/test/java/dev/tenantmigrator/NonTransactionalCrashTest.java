package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.rollout.Cancellation;
import dev.tenantmigrator.rollout.Rollout;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** Runners that die, and several at once, outside of a transaction. */
@PostgresTest
class NonTransactionalCrashTest {

    private static final Migration TABLES = Migration.of("20240101_tables", """
            CREATE TABLE item (id int PRIMARY KEY, code text);
            CREATE TABLE log (id int, at date) PARTITION BY RANGE (at);
            CREATE TABLE log_2024 PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
            INSERT INTO item SELECT n, n::text FROM generate_series(1, 100) n
            """);

    private static final Migration INDEX = Migration.of("20240102_index", """
            CREATE INDEX CONCURRENTLY item_code ON item (code);
            CREATE UNIQUE INDEX CONCURRENTLY item_lower ON item (lower(code)) WHERE id > 0;
            ALTER TABLE log DETACH PARTITION log_2024 CONCURRENTLY;
            """);

    private final TestDatabase database;

    NonTransactionalCrashTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void drop() {
        TenantMigrator migrator = Samples.with(database, TABLES);
        migrator.tenants().parallelStream().forEach(schema -> migrator.dropTenant(schema));
        database.assertNoLeaks();
    }

    private String invalid() {
        return database.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid");
    }

    private String builder(String statement) {
        return database.awaitRow(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'"
                        + " AND wait_event_type = 'Lock' AND query LIKE '" + statement + "%'");
    }

    private static String unfinished(TenantMigrator migrator) {
        return migrator.status().tenants().get(0).findings().get(0).message();
    }

    @Test
    void aRunnerThatIsKilledIsReportedAndTheNextDeployGoesOn() throws SQLException {
        String tenant = Samples.create(database, "a", TABLES);
        TenantMigrator migrator = Samples.with(database, TABLES, INDEX);
        FleetReport report;
        try (Connection reader = database.rawDataSource().getConnection()) {
            // The build waits for this transaction.
            reader.setAutoCommit(false);
            reader.createStatement().execute("INSERT INTO " + tenant + ".item VALUES (0, 'x')");
            CompletableFuture<FleetReport> run = CompletableFuture.supplyAsync(migrator::deployAll);
            String runner = builder("CREATE INDEX CONCURRENTLY");
            assertThat(unfinished(migrator)).isEqualTo("20240102_index is running now");
            assertThat(migrator.verify().outcomes().toString())
                    .contains("is running now")
                    .doesNotContain("ended early");
            database.execute("SELECT pg_terminate_backend(?)", Integer.valueOf(runner));
            report = run.join();
            reader.rollback();
        }
        assertThat(report.failed()).singleElement().satisfies(failed -> {
            assertThat(failed.failure().message())
                    .contains("the connection was lost")
                    .contains("the next deploy continues with it");
            assertThat(failed.failure().sqlState()).contains("57P01");
        });
        assertThat(invalid()).isEqualTo("1");
        assertThat(unfinished(migrator))
                .isEqualTo("20240102_index was started, and its run ended early: the next deploy continues it");

        migrator.deployAll().throwIfFailed();

        assertThat(invalid()).isEqualTo("0");
        assertThat(migrator.verify().successful()).isTrue();
    }

    @Test
    void aBuildThatWaitsForOthersIsCancelledOnlyWhenTheRunIsCancelledAgain() throws SQLException {
        String tenant = Samples.create(database, "a", TABLES);
        TenantMigrator migrator = Samples.with(database, TABLES, INDEX);
        Cancellation cancellation = new Cancellation();
        DeployOptions options = DeployOptions.builder()
                .rollout(Rollout.builder().cancellation(cancellation).build())
                .build();
        FleetReport report;
        try (Connection reader = database.rawDataSource().getConnection()) {
            reader.setAutoCommit(false);
            reader.createStatement().execute("INSERT INTO " + tenant + ".item VALUES (0, 'x')");
            CompletableFuture<FleetReport> run =
                    CompletableFuture.supplyAsync(() -> migrator.deploy(Tenants.all(), options));
            String runner = builder("CREATE INDEX CONCURRENTLY");
            cancellation.cancel();
            assertThat(builder("CREATE INDEX CONCURRENTLY")).isEqualTo(runner);
            cancellation.cancelNow();
            database.awaitRow("SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE state = 'active'"
                    + " AND query LIKE 'CREATE INDEX CONCURRENTLY%')");
            reader.rollback();
            report = run.join();
        }
        assertThat(report.failed()).singleElement().satisfies(failed -> {
            assertThat(failed.failure().sqlState()).contains("57014");
            assertThat(failed.failure().message()).contains("nothing of the script was kept");
        });
        assertThat(invalid()).isEqualTo("0");

        migrator.deployAll().throwIfFailed();
        assertThat(migrator.verify().successful()).isTrue();
    }

    @Test
    void theServerEndsWhatAClientBeganThatIsGone() throws SQLException {
        String tenant = Samples.create(database, "a", TABLES);
        List<Connection> lent = new CopyOnWriteArrayList<>();
        PGSimpleDataSource source = new PGSimpleDataSource() {
            private static final long serialVersionUID = 1L;

            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = super.getConnection();
                lent.add(connection);
                return connection;
            }
        };
        source.setUrl(database.jdbcUrl());
        source.setUser(database.user());
        source.setPassword(database.password());
        TenantMigrator migrator = TenantMigrator.builder(source)
                .migrations(MigrationSource.of(TABLES, INDEX))
                .build();
        try (Connection writer = database.rawDataSource().getConnection()) {
            writer.setAutoCommit(false);
            writer.createStatement().execute("INSERT INTO " + tenant + ".item VALUES (0, 'x')");
            CompletableFuture<FleetReport> run = CompletableFuture.supplyAsync(migrator::deployAll);
            String process = builder("CREATE INDEX CONCURRENTLY");
            lent.get(lent.size() - 1).abort(Runnable::run);
            assertThat(run.join().failed()).hasSize(1);

            // Although the transaction that it waits for is open.
            database.awaitRow("SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = " + process + ")");
            writer.rollback();
        }
        Samples.with(database, TABLES, INDEX).deployAll().throwIfFailed();
        assertThat(invalid()).isEqualTo("0");
    }

    @Test
    void aReindexThatIsKilledLeavesNothingThatItsOwnerCanDrop() throws SQLException {
        String tenant = Samples.create(database, "a", TABLES);
        Migration reindex = Migration.of("20240102_reindex", "REINDEX TABLE CONCURRENTLY item");
        TenantMigrator migrator = Samples.with(database, TABLES, reindex);
        try (Connection writer = database.rawDataSource().getConnection()) {
            writer.setAutoCommit(false);
            writer.createStatement().execute("INSERT INTO " + tenant + ".item VALUES (0, 'x')");
            CompletableFuture<FleetReport> run = CompletableFuture.supplyAsync(migrator::deployAll);
            database.execute("SELECT pg_terminate_backend(?)", Integer.valueOf(builder("REINDEX")));
            assertThat(run.join().failed()).hasSize(1);
            writer.rollback();
        }
        String left = "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                + " WHERE NOT indisvalid AND c.relnamespace = ?::regnamespace";
        assertThat(database.value(left, tenant)).isEqualTo("1");

        migrator.deployAll().throwIfFailed();

        assertThat(database.value(left, tenant)).isEqualTo("0");
        // The index of the table's long values, which goes with the table or VACUUM FULL.
        assertThat(invalid()).isEqualTo("1");
    }

    @Test
    void aHalfDetachIsFinished() throws SQLException {
        String tenant = Samples.create(database, "a", TABLES);
        TenantMigrator migrator = Samples.with(database, TABLES, INDEX);
        migrator.deployAll().throwIfFailed();
        // As if all but the last statement had been done.
        database.execute("ALTER TABLE " + tenant + ".log ATTACH PARTITION " + tenant
                + ".log_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');"
                + "UPDATE " + tenant + ".schema_migrations SET applied_at = NULL WHERE version = '20240102_index'");
        try (Connection reader = database.rawDataSource().getConnection()) {
            reader.setAutoCommit(false);
            reader.createStatement().execute("SELECT count(*) FROM " + tenant + ".log");
            CompletableFuture<FleetReport> run = CompletableFuture.supplyAsync(migrator::deployAll);
            database.execute("SELECT pg_terminate_backend(?)", Integer.valueOf(builder("ALTER TABLE")));
            assertThat(run.join().failed()).hasSize(1);
            reader.rollback();
        }
        assertThat(database.value(
                        "SELECT inhdetachpending FROM pg_inherits WHERE inhparent = ?::regclass", tenant + ".log"))
                .isEqualTo("true");

        migrator.deployAll().throwIfFailed();

        assertThat(database.value("SELECT count(*) FROM pg_inherits WHERE inhparent = ?::regclass", tenant + ".log"))
                .isEqualTo("0");
    }

    @Test
    void othersWaitWhileTheRunnerIsAlive() throws SQLException {
        String tenant = Samples.create(database, "a", TABLES);
        TenantMigrator migrator = Samples.with(database, TABLES, INDEX);
        try (Connection writer = database.rawDataSource().getConnection()) {
            writer.setAutoCommit(false);
            writer.createStatement().execute("INSERT INTO " + tenant + ".item VALUES (0, 'x')");
            CompletableFuture<FleetReport> first = CompletableFuture.supplyAsync(migrator::deployAll);
            builder("CREATE INDEX CONCURRENTLY");
            CompletableFuture<FleetReport> second = CompletableFuture.supplyAsync(migrator::deployAll);
            // The transactional lock sees it too.
            assertThat(database.value(dev.tenantmigrator.internal.jdbc.TenantLock.tryQuery(tenant)))
                    .isEqualTo("false");
            assertThat(second).isNotDone();
            writer.rollback();
            assertThat(first.join().throwIfFailed().of(TenantOutcome.Migrated.class))
                    .hasSize(1);
            assertThat(second.join().throwIfFailed().of(TenantOutcome.UpToDate.class))
                    .hasSize(1);
        }
    }

    @Test
    void instancesAtOnceBuildEachIndexOnceAndNoneStaysInvalid() throws Exception {
        int tenants = 100;
        IntStream.range(0, tenants).parallel().forEach(i -> Samples.create(database, "many" + i, TABLES));
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<FleetReport>> runs = new ArrayList<>();
        try {
            for (int parallelism : new int[] {4, 4, 1, 2}) {
                TenantMigrator migrator = Samples.migrator(database, TABLES, INDEX)
                        .parallelism(parallelism)
                        .build();
                runs.add(threads.submit(() -> {
                    start.await();
                    return migrator.deployAll();
                }));
            }
            start.countDown();
            int applied = 0;
            for (Future<FleetReport> run : runs) {
                applied += run.get()
                        .throwIfFailed()
                        .of(TenantOutcome.Migrated.class)
                        .size();
            }
            assertThat(applied).isEqualTo(tenants);
        } finally {
            threads.shutdownNow();
        }
        assertThat(invalid()).isEqualTo("0");
        assertThat(database.value("SELECT count(*) FROM pg_class WHERE relname = 'item_lower'"))
                .isEqualTo(String.valueOf(tenants));
    }
}
