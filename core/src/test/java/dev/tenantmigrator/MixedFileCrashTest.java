package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.internal.jdbc.TenantLock;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runners of a file in parts that die at any moment, and several at once. */
@PostgresTest
class MixedFileCrashTest extends MixedFile {

    private static final Migration MIXED = later("""
            INSERT INTO seen VALUES ('1');
            CREATE INDEX CONCURRENTLY item_code ON item (code);
            DROP INDEX CONCURRENTLY item_at;
            INSERT INTO seen VALUES ('3');
            ALTER TYPE mood ADD VALUE 'great';
            INSERT INTO item VALUES (1, 'x', NULL, 'great')""", """
            DROP INDEX CONCURRENTLY item_code;
            DELETE FROM item;
            INSERT INTO seen VALUES ('down 2');
            CREATE INDEX CONCURRENTLY item_at ON item (at);
            INSERT INTO seen VALUES ('down 4')""");

    MixedFileCrashTest(TestDatabase database) {
        super(database);
    }

    private TenantMigrator killing(KillingDataSource source) {
        return TenantMigrator.builder(source.dataSource())
                .migrations(MigrationSource.of(TABLES, MIXED))
                .trackingStore(store)
                .build();
    }

    private void assertDone() {
        assertThat(seen()).containsExactly("1", "3");
        assertThat(index("item_code")).isEqualTo("valid");
        assertThat(index("item_at")).isEmpty();
        assertThat(database.values("SELECT id FROM " + tenant + ".item WHERE mood = 'great'"))
                .containsExactly("1");
        assertThat(row()).isEqualTo("later work | finished");
        assertThat(with(TABLES, MIXED).verify().successful()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("stores")
    void aRunnerKilledBeforeAnyOfItsCallsIsContinued(TrackingStore store) {
        List<String> stops = new ArrayList<>();
        // With every store it stops somewhere else; all places take a minute.
        int step = store == TrackingStore.perSchema() ? 1 : 4;
        for (int calls = 0; ; calls += step) {
            create(store, TABLES);
            KillingDataSource source = new KillingDataSource(database, calls);
            try {
                killing(source).deployAll();
            } catch (TenantMigratorException e) {
                // The connection was lost before the fleet was read.
                assertThat(row()).isEmpty();
            }
            String stop = progress();
            if (!stops.contains(stop)) {
                stops.add(stop);
            }
            deploy(MIXED).throwIfFailed();
            assertDone();
            with(TABLES).dropTenant(tenant);
            if (source.survived()) {
                break;
            }
        }
        assertThat(stops)
                .as("the states in which a runner can stop")
                .startsWith("")
                .contains("later work | finished")
                .hasSizeGreaterThan(step == 1 ? 5 : 3)
                .isSubsetOf(
                        "",
                        "later work [part 1 of 4 done] | started",
                        "later work [part 2 of 4 begun] | started",
                        "later work [part 2 of 4 done] | started",
                        "later work [part 3 of 4 done] | started",
                        "later work | finished");
    }

    @ParameterizedTest
    @MethodSource("stores")
    void aRollbackKilledBeforeAnyOfItsCallsIsContinued(TrackingStore store) {
        List<String> stops = new ArrayList<>();
        // With every store it stops somewhere else; all places take a minute.
        int step = store == TrackingStore.perSchema() ? 1 : 4;
        for (int calls = 0; ; calls += step) {
            create(store, TABLES, MIXED);
            KillingDataSource source = new KillingDataSource(database, calls);
            try {
                killing(source).rollback(Tenants.all(), MIXED.version());
            } catch (TenantMigratorException e) {
                assertThat(row()).isEqualTo("later work | finished");
            }
            String stop = progress();
            if (!stops.contains(stop)) {
                stops.add(stop);
            }
            TenantMigrator migrator = with(TABLES, MIXED);
            if (stop.contains("rollback")) {
                assertThat(migrator.deployAll().failed().get(0).failure().message())
                        .contains("was being rolled back")
                        .contains("run the rollback again to continue; nothing was changed");
                assertThat(migrator.verify().outcomes().toString())
                        .contains("run the rollback again to continue (part ");
            }
            migrator.rollback(Tenants.all(), MIXED.version()).throwIfFailed();
            assertThat(seen()).containsExactly("1", "3", "down 2", "down 4");
            assertThat(index("item_code")).isEmpty();
            assertThat(index("item_at")).isEqualTo("valid");
            assertThat(row()).isEmpty();
            with(TABLES).dropTenant(tenant);
            if (source.survived()) {
                break;
            }
        }
        assertThat(stops)
                .startsWith("later work | finished")
                .contains("")
                .hasSizeGreaterThan(step == 1 ? 6 : 3)
                .isSubsetOf(
                        "later work | finished",
                        "later work [rollback: part 1 of 4 begun] | started",
                        "later work [rollback: part 1 of 4 done] | started",
                        "later work [rollback: part 2 of 4 done] | started",
                        "later work [rollback: part 3 of 4 begun] | started",
                        "later work [rollback: part 3 of 4 done] | started",
                        "");
    }

    @Test
    void aRunnerKilledInTheMiddleOfAStatementIsContinued() throws SQLException {
        create(store, TABLES);
        FleetReport report;
        try (Connection writer = database.rawDataSource().getConnection()) {
            // The build waits for this transaction.
            writer.setAutoCommit(false);
            writer.createStatement().execute("INSERT INTO " + tenant + ".item VALUES (0, 'x')");
            CompletableFuture<FleetReport> run = CompletableFuture.supplyAsync(() -> deploy(MIXED));
            String process = database.awaitRow("SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                    + " AND wait_event_type = 'Lock' AND query LIKE 'CREATE INDEX CONCURRENTLY%'");
            assertThat(with(TABLES, MIXED).verify().outcomes().toString())
                    .contains("is running now (part 2 of 4 was begun)");
            database.execute("SELECT pg_terminate_backend(" + process + ")");
            report = run.join();
            writer.rollback();
        }
        assertThat(report.failed().get(0).failure().message())
                .contains("the connection was lost")
                .contains("runs in 4 parts, so earlier parts are kept; the next deploy continues with it");
        assertThat(index("item_code")).isEqualTo("INVALID");

        deploy(MIXED).throwIfFailed();

        assertDone();
    }

    @Test
    void aPartThatWaitedForALockIsTriedAgainInTheSameRun() throws SQLException {
        create(store, TABLES);
        Migration later = later("-- tenant-migrator: lock_timeout=10ms tries=200\n"
                + "INSERT INTO seen VALUES ('1'); VACUUM item; ALTER TABLE item ADD COLUMN a int");
        try (Connection reader = database.rawDataSource().getConnection()) {
            reader.setAutoCommit(false);
            reader.createStatement().execute("SELECT count(*) FROM " + tenant + ".item");
            CountDownLatch failed = new CountDownLatch(1);
            CompletableFuture<FleetReport> run =
                    CompletableFuture.supplyAsync(() -> Samples.migrator(database, TABLES, later)
                            .listener(event -> {
                                if (event instanceof TenantEvent.MigrationRetried) {
                                    failed.countDown();
                                }
                            })
                            .build()
                            .deployAll());
            failed.await();
            reader.rollback();
            run.join().throwIfFailed();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        assertThat(seen()).containsExactly("1");
    }

    /** The full check of a part takes away what a script may have left on the connection, session locks included. */
    @Test
    void othersWaitAlsoBehindAPartWithTheFullCheck() throws SQLException {
        create(store, TABLES);
        Migration later = later("""
                DO $$ BEGIN EXECUTE 'INSERT INTO seen VALUES (1)'; END $$;
                CREATE INDEX CONCURRENTLY item_code ON item (code);
                INSERT INTO seen VALUES ('3')""");
        try (Connection writer = database.rawDataSource().getConnection()) {
            writer.setAutoCommit(false);
            writer.createStatement().execute("INSERT INTO " + tenant + ".item VALUES (0, 'x')");
            CompletableFuture<FleetReport> first = CompletableFuture.supplyAsync(() -> deploy(later));
            database.awaitRow("SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                    + " AND wait_event_type = 'Lock' AND query LIKE 'CREATE INDEX CONCURRENTLY%'");
            assertThat(seen()).containsExactly("1");
            assertThat(database.value(TenantLock.tryQuery(tenant))).isEqualTo("false");
            CompletableFuture<FleetReport> second = CompletableFuture.supplyAsync(() -> deploy(later));
            writer.rollback();
            assertThat(first.join().throwIfFailed().of(TenantOutcome.Migrated.class))
                    .hasSize(1);
            assertThat(second.join().throwIfFailed().of(TenantOutcome.UpToDate.class))
                    .hasSize(1);
        }
        assertThat(seen()).containsExactly("1", "3");
    }

    @ParameterizedTest
    @MethodSource("stores")
    void severalInstancesRunEachPartOnce(TrackingStore store) throws Exception {
        create(store, TABLES);

        List<FleetReport> reports = CustomStore.atOnce(4, number -> deploy(MIXED));

        int migrated = 0;
        for (FleetReport report : reports) {
            migrated += report.throwIfFailed().of(TenantOutcome.Migrated.class).size();
        }
        assertThat(migrated).isEqualTo(1);
        assertDone();
    }

    @Test
    void severalInstancesContinueOnce() throws Exception {
        for (int calls : new int[] {20, 40, 60}) {
            create(store, TABLES);
            killing(new KillingDataSource(database, calls)).deployAll();

            CustomStore.atOnce(4, number -> deploy(MIXED)).forEach(FleetReport::throwIfFailed);

            assertDone();
            with(TABLES).dropTenant(tenant);
        }
    }
}
