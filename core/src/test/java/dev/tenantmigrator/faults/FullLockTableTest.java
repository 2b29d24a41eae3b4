package dev.tenantmigrator.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server's lock table is full (53200): what is made in one transaction has a place in it until the end. */
@PostgresTest
class FullLockTableTest {

    private static final Logger LOG = LoggerFactory.getLogger(FullLockTableTest.class);
    private static final int CREATIONS = 8;
    private static final MigrationSource LONG_HISTORY = MigrationSource.of(
            IntStream.rangeClosed(1, 800).mapToObj(FullLockTableTest::migration).toArray(Migration[]::new));

    private final TestDatabase database;

    FullLockTableTest(TestDatabase database) {
        this.database = database;
    }

    /** Each third makes a table, the others change it. */
    private static Migration migration(int step) {
        int table = step - (step - 1) % 3;
        return Migration.of(
                CountedFleet.version(step),
                step == table
                        ? "CREATE TABLE t" + table + " (id serial PRIMARY KEY, name text)"
                        : "ALTER TABLE t" + table + " ADD COLUMN c" + step + " int");
    }

    private TenantMigrator migrator() {
        return TenantMigrator.builder(database.dataSource())
                .migrations(LONG_HISTORY)
                .build();
    }

    @AfterEach
    void drop() {
        TenantMigrator migrator = migrator();
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
    }

    @Test
    void creationsAtOnceAllSucceed() throws Exception {
        TenantMigrator migrator = migrator();
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(CREATIONS);
        List<Future<CreatedTenant>> all = new ArrayList<>();
        try {
            for (int i = 1; i <= CREATIONS; i++) {
                TenantName name = TenantName.exactly("together" + i);
                all.add(threads.submit(() -> {
                    start.await();
                    return migrator.createTenant(name);
                }));
            }
            long begin = System.nanoTime();
            start.countDown();
            for (Future<CreatedTenant> created : all) {
                created.get(2, TimeUnit.MINUTES);
            }
            LOG.warn(
                    "FIGURES {} creations of 800 migrations at once, lock table of {} x {}: none failed, {} ms",
                    CREATIONS,
                    database.value("SHOW max_locks_per_transaction"),
                    database.value("SHOW max_connections"),
                    (System.nanoTime() - begin) / 1_000_000);
        } finally {
            threads.shutdownNow();
        }
        assertThat(migrator.tenants()).hasSize(CREATIONS);
    }

    @Test
    void aHistoryThatFailsHoldsNobodyBack() {
        TenantMigrator migrator = TenantMigrator.builder(database.dataSource())
                .migrations(MigrationSource.of(Migration.of("v1", "SELECT 1/0")))
                .build();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> migrator.createTenant(TenantName.exactly("bad")))
                    .isInstanceOf(MigrationFailedException.class)
                    .hasMessageContaining("division by zero");
        }
    }

    @Test
    void aCreationThatWaitsForItsNextAttemptCanBeInterrupted() throws Exception {
        try (Connection full = fill()) {
            CompletableFuture<CreatedTenant> created = new CompletableFuture<>();
            Thread waiting = new Thread(() -> {
                try {
                    created.complete(TenantMigrator.builder(database.dataSource())
                            .migrations(LONG_HISTORY)
                            .build()
                            .createTenant(TenantName.exactly("impatient")));
                } catch (TenantMigratorException e) {
                    created.completeExceptionally(e);
                }
            });
            waiting.start();
            while (waiting.getState() != Thread.State.TIMED_WAITING) {
                assertThat(waiting.isAlive()).isTrue();
                Thread.onSpinWait();
            }
            waiting.interrupt();
            assertThatThrownBy(() -> created.get(1, TimeUnit.MINUTES))
                    .hasMessageContaining("max_locks_per_transaction is ");
            full.rollback();
        }
        assertThat(migrator().tenants()).isEmpty();
    }

    @Test
    void aFullTableThatEmptiesIsTriedAgain() throws SQLException {
        try (Connection full = fill()) {
            AtomicInteger borrowed = new AtomicInteger();
            DataSource emptying = (DataSource) Proxy.newProxyInstance(
                    FullLockTableTest.class.getClassLoader(),
                    new Class<?>[] {DataSource.class},
                    (proxy, method, arguments) -> {
                        if (borrowed.incrementAndGet() == 2) {
                            full.rollback();
                        }
                        return database.dataSource().getConnection();
                    });
            TenantMigrator.builder(emptying)
                    .migrations(LONG_HISTORY)
                    .build()
                    .createTenant(TenantName.exactly("patient"));
            assertThat(borrowed).hasValue(2);
        }
        assertThat(migrator().tenants()).containsExactly("patient");
    }

    @Test
    void theErrorNamesTheSettingItsValueAndWhatToDo() throws SQLException {
        try (Connection full = fill();
                Connection own = database.rawDataSource().getConnection()) {
            assertThatThrownBy(() -> migrator().createTenant(TenantName.exactly("late")))
                    .isInstanceOf(MigrationFailedException.class)
                    .hasMessageContaining(
                            "max_locks_per_transaction is " + database.value("SHOW max_locks_per_transaction") + ",")
                    .hasMessageContaining("the 800 migrations of a new tenant")
                    .hasMessageContaining("raise the setting")
                    .hasMessageContaining("nothing of the tenant was kept");
            own.setAutoCommit(false);
            assertThatThrownBy(() -> migrator().createTenant(own, TenantName.exactly("late")))
                    .isInstanceOf(MigrationFailedException.class)
                    .hasMessageContaining("max_locks_per_transaction is ");
            // The caller's transaction goes on.
            execute(own, "SELECT 1");
            own.rollback();
            full.rollback();
        }
        assertThat(migrator().tenants()).isEmpty();
    }

    @Test
    void theErrorOfADeployNamesTheSettingToo() throws SQLException {
        TenantMigrator.builder(database.dataSource())
                .migrations(MigrationSource.of(Migration.of("v1", "SELECT 1")))
                .build()
                .createTenant(TenantName.exactly("deployed"));
        String many =
                "DO $$ BEGIN FOR i IN 1..2000 LOOP EXECUTE 'CREATE TABLE many' || i || ' (id int)'; END LOOP; END $$";
        try (Connection full = fill()) {
            assertThat(TenantMigrator.builder(database.dataSource())
                            .migrations(MigrationSource.of(Migration.of("v1", "SELECT 1"), Migration.of("v2", many)))
                            .build()
                            .deployAll()
                            .failed())
                    .singleElement()
                    .satisfies(failed -> assertThat(failed.failure().message())
                            .contains("nothing of the script was kept")
                            .contains("raise max_locks_per_transaction"));
            full.rollback();
        }
    }

    /** A transaction that leaves room for what is asked before a script runs, and for little else. */
    private Connection fill() throws SQLException {
        Connection connection = database.rawDataSource().getConnection();
        connection.setAutoCommit(false);
        try (Connection room = database.rawDataSource().getConnection()) {
            room.setAutoCommit(false);
            execute(room, "SELECT pg_advisory_xact_lock(-n) FROM generate_series(1, 200) AS n");
            execute(connection, """
                    DO $$
                    BEGIN
                        FOR i IN 1 .. 100000 LOOP
                            BEGIN
                                PERFORM pg_advisory_xact_lock(100 * i + n) FROM generate_series(1, 100) AS n;
                            EXCEPTION WHEN out_of_memory THEN
                                EXIT;
                            END;
                        END LOOP;
                    END
                    $$""");
            room.rollback();
        }
        return connection;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
