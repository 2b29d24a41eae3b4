package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Exactly once, proven by counting what was done. */
@PostgresTest
class ConcurrencyTest {

    private static final int MIGRATORS = 8;
    private static final int TENANTS = 50;

    private final TestDatabase database;

    ConcurrencyTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void eightMigratorsAtOnceApplyEachMigrationExactlyOnce() throws Exception {
        // A table without a key: a migration that ran twice would show.
        Migration counted =
                Migration.of("20240102_counted", "CREATE TABLE ran (version text); INSERT INTO ran VALUES ('1')");
        Migration again = Migration.of("20240103_again", "INSERT INTO ran VALUES ('2')");
        for (int i = 0; i < TENANTS; i++) {
            Samples.create(database, "once" + i, MEMBERS);
        }
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(MIGRATORS);
        List<Future<FleetReport>> runs = new ArrayList<>();
        try {
            for (int i = 0; i < MIGRATORS; i++) {
                TenantMigrator migrator = Samples.migrator(database, MEMBERS, counted, again)
                        .tenants(Tenants.all().where(schema -> schema.startsWith("once")))
                        .parallelism(1 + i % 3)
                        .build();
                runs.add(threads.submit(() -> {
                    start.await();
                    return migrator.deployAll();
                }));
            }
            start.countDown();
            int applied = 0;
            for (Future<FleetReport> run : runs) {
                FleetReport report = run.get(1, TimeUnit.MINUTES).throwIfFailed();
                assertThat(report.outcomes()).hasSize(TENANTS);
                applied += report.of(TenantOutcome.Migrated.class).stream()
                        .mapToInt(outcome -> outcome.applied().size())
                        .sum();
            }
            assertThat(applied).isEqualTo(2 * TENANTS);
        } finally {
            threads.shutdownNow();
        }
        for (String schema : Samples.with(database, MEMBERS).tenants()) {
            if (!schema.startsWith("once")) {
                continue;
            }
            assertThat(database.values("SELECT version FROM " + schema + ".ran ORDER BY 1"))
                    .containsExactly("1", "2");
        }
    }

    @Test
    void aTenantThatAnotherTransactionHoldsIsDoneAfterTheOthersAndWaitsForNothingElse() throws Exception {
        Migration more = Migration.of("20240104_more", "CREATE TABLE more (id int)");
        String held = Samples.with(database, MEMBERS)
                .createTenant(TenantName.exactly("aaa_held"))
                .schema();
        String free = Samples.with(database, MEMBERS)
                .createTenant(TenantName.exactly("bbb_free"))
                .schema();
        CountDownLatch freeIsDone = new CountDownLatch(1);
        TenantMigrator migrator = Samples.migrator(database, MEMBERS, more)
                .tenants(Tenants.all().where(schema -> schema.equals(held) || schema.equals(free)))
                .listener(event -> {
                    if (event.schema().equals(free)) {
                        freeIsDone.countDown();
                    }
                    throw new IllegalStateException("a listener's failure changes nothing");
                })
                .build();
        try (Connection holder = database.rawDataSource().getConnection()) {
            holder.setAutoCommit(false);
            takeLock(holder, held);
            CompletableFuture<FleetReport> run = CompletableFuture.supplyAsync(migrator::deployAll);
            assertThat(freeIsDone.await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(run).isNotDone();
            holder.rollback();
            assertThat(run.get(1, TimeUnit.MINUTES).throwIfFailed().of(TenantOutcome.Migrated.class))
                    .hasSize(2);
        }
    }

    @Test
    void anInterruptFinishesWhatRunsAndSkipsTheRest() throws SQLException, ExecutionException, InterruptedException {
        Migration more = Migration.of("20240105_more", "CREATE TABLE even_more (id int)");
        for (String name : List.of("int_1", "int_2", "int_3")) {
            Samples.with(database, MEMBERS).createTenant(TenantName.exactly(name));
        }
        TenantMigrator migrator = Samples.migrator(database, MEMBERS, more)
                .tenants(Tenants.all().where(schema -> schema.startsWith("int_")))
                .listener(event -> Thread.currentThread().interrupt())
                .build();

        boolean[] interrupted = {false};
        FleetReport report = CompletableFuture.supplyAsync(() -> {
                    FleetReport result = migrator.deployAll();
                    interrupted[0] = Thread.interrupted();
                    return result;
                })
                .get();

        assertThat(interrupted[0]).isTrue();
        assertThat(report.of(TenantOutcome.Migrated.class)).hasSize(1);
        assertThat(report.of(TenantOutcome.Skipped.class)).hasSize(2);
        assertThat(report.successful()).isFalse();
    }

    private static void takeLock(Connection connection, String schema) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(dev.tenantmigrator.internal.jdbc.TenantLock.trySql(schema));
        }
    }
}
