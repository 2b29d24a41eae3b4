package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.internal.tracking.store.PipelinedStore;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome.Migrated;
import dev.tenantmigrator.report.TenantOutcome.UpToDate;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The isolation level that a script asks for is that of its transaction. */
@PostgresTest
class IsolationLevelTest {

    private static final int MIGRATORS = 8;
    private static final int TENANTS = 30;

    private final TestDatabase database;

    IsolationLevelTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', textBlock = """
                    SET TRANSACTION ISOLATION LEVEL SERIALIZABLE                 ¦ serializable
                    BEGIN ISOLATION LEVEL REPEATABLE READ                        ¦ repeatable read
                    START TRANSACTION ISOLATION LEVEL READ UNCOMMITTED           ¦ read committed
                    """)
    void holdsOnDeployAndIsAbsorbedInCreation(String statement, String level) {
        Migration asks = Migration.of(
                "20240201_asks",
                "SELECT 1; " + statement
                        + "; CREATE TABLE level AS SELECT current_setting('transaction_isolation') AS level; COMMIT;",
                statement + "; INSERT INTO team_member (name) SELECT current_setting('transaction_isolation');"
                        + " DROP TABLE level");
        String a = Samples.create(database, "a", MEMBERS);

        Samples.with(database, MEMBERS, asks).deployAll().throwIfFailed();
        assertThat(database.value("SELECT level FROM " + a + ".level")).isEqualTo(level);

        Samples.with(database, MEMBERS, asks)
                .rollback(Tenants.named(a), asks.version(), RollbackOptions.defaults())
                .throwIfFailed();
        assertThat(database.value("SELECT name FROM " + a + ".team_member")).isEqualTo(level);

        String b = Samples.create(database, "b", MEMBERS, asks);
        assertThat(database.value("SELECT level FROM " + b + ".level")).isEqualTo("read committed");
    }

    @Test
    void whatTheTransactionBeforeHasReadIsNotTakenForATouch() throws Exception {
        List<String> tenants = List.of(
                Samples.create(database, "a", MEMBERS),
                Samples.create(database, "b", MEMBERS),
                Samples.create(database, "c", MEMBERS));
        Migration reads = Migration.of(
                "20240201_reads",
                "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM team_member;"
                        + " CREATE TABLE made AS SELECT pg_backend_pid() AS pid");
        try (Connection open = database.rawDataSource().getConnection()) {
            // As long as this one is open, what others that are serializable have read is kept.
            open.setAutoCommit(false);
            open.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            open.createStatement().execute("SELECT pg_current_xact_id()");

            Samples.with(database, MEMBERS, reads).deployAll().throwIfFailed();
            open.rollback();
        }
        // A connection on which something was suspicious is not used again.
        assertThat(tenants.stream()
                        .map(schema -> database.value("SELECT pid FROM " + schema + ".made"))
                        .distinct())
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"SERIALIZABLE", "REPEATABLE READ"})
    void eightMigratorsAtOnceApplyEachMigrationExactlyOnce(String level) throws Exception {
        List<Migration> migrations = new ArrayList<>(List.of(MEMBERS));
        for (int i = 0; i < 5; i++) {
            migrations.add(Migration.of(
                    "20240201_" + i,
                    "SET TRANSACTION ISOLATION LEVEL " + level
                            + "; CREATE TABLE IF NOT EXISTS ran (version text); INSERT INTO ran VALUES ('" + i + "')"));
        }
        for (int i = 0; i < TENANTS; i++) {
            Samples.create(database, "t" + i, MEMBERS);
        }
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(MIGRATORS);
        List<Future<FleetReport>> runs = new ArrayList<>();
        try {
            for (int i = 0; i < MIGRATORS; i++) {
                TenantMigrator migrator = Samples.migrator(database, migrations.toArray(Migration[]::new))
                        .parallelism(2)
                        .build();
                runs.add(threads.submit(() -> {
                    start.await();
                    return migrator.deployAll();
                }));
            }
            start.countDown();
            int applied = 0;
            for (Future<FleetReport> run : runs) {
                applied += run.get().throwIfFailed().of(Migrated.class).stream()
                        .mapToInt(outcome -> outcome.applied().size())
                        .sum();
            }
            assertThat(applied).isEqualTo(5 * TENANTS);
        } finally {
            threads.shutdownNow();
        }
        for (String schema : Samples.with(database, MEMBERS).tenants()) {
            assertThat(database.values("SELECT version FROM " + schema + ".ran ORDER BY 1"))
                    .containsExactly("0", "1", "2", "3", "4");
        }
    }

    /** The check after the lock looks at the time when the lock was asked for, as if it had passed. */
    @ParameterizedTest
    @CsvSource({"SERIALIZABLE", "REPEATABLE READ"})
    void whatAnotherInstanceCommitsWhileTheLockIsAskedForIsNotDoneTwice(String level) {
        Migration asks = Migration.of(
                "20240201_asks",
                "SET TRANSACTION ISOLATION LEVEL " + level + "; INSERT INTO team_member (name) VALUES ('once')");
        String a = Samples.create(database, "a", MEMBERS);
        AtomicBoolean first = new AtomicBoolean(true);
        TrackingStore store = TrackingStore.perSchema();
        TrackingStore meanwhile = (TrackingStore) Proxy.newProxyInstance(
                PipelinedStore.class.getClassLoader(),
                new Class<?>[] {PipelinedStore.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("assertRecordedSql") && first.getAndSet(false)) {
                        Samples.with(database, MEMBERS, asks)
                                .deploy(Tenants.named(a))
                                .throwIfFailed();
                        return "1";
                    }
                    return method.invoke(store, arguments);
                });

        FleetReport report = Samples.migrator(database, MEMBERS, asks)
                .trackingStore(meanwhile)
                .build()
                .deploy(Tenants.named(a));

        assertThat(report.throwIfFailed().of(UpToDate.class)).hasSize(1);
        assertThat(database.values("SELECT name FROM " + a + ".team_member")).containsExactly("once");
    }

    @Test
    void savepointsOfAScriptDivideItsTransaction() {
        Migration divides = Migration.of("20240201_divides", """
                SAVEPOINT a;
                INSERT INTO team_member (name) VALUES ('taken back');
                CREATE TABLE taken_back (id int);
                ROLLBACK TO SAVEPOINT a;
                INSERT INTO team_member (name) VALUES ('kept');
                RELEASE a""");
        String a = Samples.create(database, "a", MEMBERS);

        Samples.with(database, MEMBERS, divides).deployAll().throwIfFailed();
        String b = Samples.create(database, "b", MEMBERS, divides);

        for (String schema : List.of(a, b)) {
            assertThat(database.values("SELECT name FROM " + schema + ".team_member"))
                    .containsExactly("kept");
            assertThat(database.value("SELECT to_regclass('" + schema + ".taken_back')::text"))
                    .isNull();
        }
    }
}
