package dev.tenantmigrator.spring.routing;

import static dev.tenantmigrator.spring.routing.Router.execute;
import static dev.tenantmigrator.spring.routing.Router.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenantmigrator.support.PgBouncer;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts, over all connections and tenants, reads that found another tenant's row: none may. */
@PostgresTest
class LoadTest {

    private static final int TENANTS = 50;
    private static final int THREADS = 25;
    private static final int CONNECTIONS = 5;
    private static final int BORROWS = 120;
    private static final String MARK = "SELECT tenant FROM mark";

    private final TestDatabase database;

    LoadTest(TestDatabase database) {
        this.database = database;
    }

    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger foreign = new AtomicInteger();
    private final Map<String, String> borrowed = new ConcurrentHashMap<>();
    private final AtomicInteger shared = new AtomicInteger();

    private void read(Connection connection, String tenant) throws SQLException {
        reads.incrementAndGet();
        if (!tenant.equals(value(connection, MARK))) {
            foreign.incrementAndGet();
        }
    }

    @Test
    void noConnectionServesTwoTenants() throws Exception {
        try (Router router = Router.on(database.rawDataSource(), CONNECTIONS, false)) {
            List<String> tenants = router.createTenants(TENANTS);
            run(tenants, (tenant, random) -> {
                try (Connection connection = router.routed().getConnection()) {
                    String pid = value(connection, "SELECT pg_backend_pid()");
                    shared.addAndGet(borrowed.putIfAbsent(pid, tenant) == null ? 0 : 1);
                    try {
                        misbehave(connection, tenant, random.nextInt(40));
                    } finally {
                        borrowed.remove(pid);
                    }
                }
                return true;
            });
            assertNone();
            for (int i = 0; i < CONNECTIONS; i++) {
                try (Connection connection = router.pool().getConnection()) {
                    assertThat(value(connection, "SHOW search_path")).isEqualTo("\"$user\", public");
                }
            }
        }
    }

    /** Prints the time of borrowing, reading one row and returning. */
    @Test
    void theRouterCostsTwoRoundTrips() throws Exception {
        try (Router router = Router.on(database.rawDataSource(), 1, false)) {
            String tenant = router.createTenants(1).get(0);
            long[] pool = new long[1001];
            long[] routed = new long[1001];
            for (int i = 0; i < 2 * pool.length; i++) {
                int round = i % pool.length; // the first round warms up
                long begin = System.nanoTime();
                try (Connection connection = router.pool().getConnection()) {
                    assertThat(value(connection, "SELECT tenant FROM " + tenant + ".mark"))
                            .isEqualTo(tenant);
                }
                long middle = System.nanoTime();
                assertThat(router.read(tenant, MARK)).isEqualTo(tenant);
                pool[round] = middle - begin;
                routed[round] = System.nanoTime() - middle;
            }
            Arrays.sort(pool);
            Arrays.sort(routed);
            System.out.printf(
                    Locale.ROOT,
                    "MEASURED one read: %.3f ms on the pool's connection, %.3f ms on a routed one (medians)%n",
                    pool[500] / 1e6,
                    routed[500] / 1e6);
        }
    }

    /** Leaves the connection in another state each time. */
    private void misbehave(Connection connection, String tenant, int kind) throws SQLException {
        read(connection, tenant);
        switch (kind) {
            case 0 -> {
                connection.setAutoCommit(false);
                read(connection, tenant);
                connection.commit();
                read(connection, tenant);
            }
            case 1 -> {
                connection.setAutoCommit(false);
                execute(connection, "INSERT INTO mark VALUES ('open')");
            }
            case 2 -> {
                connection.setAutoCommit(false);
                fails(connection, "SELECT 1/0");
            }
            case 3 -> execute(connection, "SET search_path TO tenant7, public");
            case 4 -> execute(connection, "CREATE TEMP TABLE mark AS SELECT 'temporary' AS tenant");
            case 5 -> execute(connection, "BEGIN; SET LOCAL search_path TO tenant8");
            case 6 -> {
                connection.setAutoCommit(false);
                execute(connection, "SET search_path TO tenant9");
                connection.commit();
            }
            case 7 -> fails(connection, "SELECT pg_terminate_backend(pg_backend_pid())");
            default -> read(connection, tenant);
        }
    }

    private static void fails(Connection connection, String sql) {
        assertThatThrownBy(() -> execute(connection, sql)).isInstanceOf(SQLException.class);
    }

    @Test
    void noConnectionServesTwoTenantsBehindATransactionPooler(@TempDir Path directory) throws Exception {
        assumeTrue(PgBouncer.isInstalled(), "LEFT OUT: there is no program pgbouncer on this machine");
        try (PgBouncer pooler = PgBouncer.start(directory, database);
                Router router = Router.on(pooler.dataSource(), 2 * CONNECTIONS, true)) {
            List<String> tenants = router.createTenants(TENANTS);
            run(tenants, (tenant, random) -> {
                try (Connection connection = router.routed().getConnection()) {
                    fails(connection, MARK);
                    connection.setAutoCommit(false);
                    for (int transaction = 0; transaction < 3; transaction++) {
                        inTransaction(connection, tenant, random.nextInt(5));
                    }
                }
                return true;
            });
            assertNone();
        }
    }

    private void inTransaction(Connection connection, String tenant, int kind) throws SQLException {
        switch (kind) {
            case 0 -> {
                read(connection, tenant);
                connection.commit();
            }
            case 1 -> {
                Savepoint savepoint = connection.setSavepoint();
                read(connection, tenant);
                connection.rollback(savepoint);
                read(connection, tenant);
                connection.rollback();
            }
            case 2 -> {
                fails(connection, "SELECT 1/0");
                connection.rollback();
                read(connection, tenant);
            }
            case 3 -> {
                fails(connection, "COMMIT");
                read(connection, tenant);
                connection.setAutoCommit(true);
                fails(connection, MARK);
                connection.setAutoCommit(false);
            }
            default -> read(connection, tenant);
        }
    }

    private interface Borrow {
        boolean run(String tenant, Random random) throws SQLException;
    }

    private void run(List<String> tenants, Borrow borrow) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Random random = new Random(i);
                tasks.add(() -> {
                    for (int j = 0; j < BORROWS; j++) {
                        String tenant = tenants.get(random.nextInt(tenants.size()));
                        TenantContext.call(tenant, () -> borrow.run(tenant, random));
                    }
                    return true;
                });
            }
            for (Future<Boolean> task : threads.invokeAll(tasks)) {
                task.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void assertNone() {
        assertThat(foreign).hasValue(0);
        assertThat(shared).hasValue(0);
        assertThat(reads).hasValueGreaterThan(THREADS * BORROWS);
        System.out.println("MEASURED reads of " + TENANTS + " tenants on few connections, none foreign: " + reads);
    }
}
