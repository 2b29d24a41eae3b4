package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.SpareTenant;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** Sign-ups at the same time, beside other transactions, and on connections that are lost or shared. */
@PostgresTest
class ConcurrentSignUpsTest extends SpareTenants {

    ConcurrentSignUpsTest(TestDatabase database) {
        super(database);
    }

    @Test
    void sixtyFourSignUpsAtOnceTakeSixtyFourSpares() throws Exception {
        TenantMigrator migrator = filled(64, Migration.of("1", "CREATE TABLE t (id serial PRIMARY KEY)"));
        Map<String, Boolean> tenants = new ConcurrentHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Future<?>> signUps = IntStream.range(0, 64)
                    .<Future<?>>mapToObj(i -> threads.submit(() -> {
                        CreatedTenant created = migrator.createTenant(TenantName.forUser("u" + i));
                        return tenants.put(created.schema(), created.fromSpare());
                    }))
                    .toList();
            for (Future<?> signUp : signUps) {
                signUp.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(tenants).hasSize(64).containsValue(true).doesNotContainValue(false);
        assertThat(migrator.tenants()).hasSize(64);
        assertThat(migrator.spares()).isEmpty();
        assertThat(spareEvents).isEmpty();
    }

    @Test
    void anotherSignUpsOpenTransactionIsNotWaitedFor() throws SQLException {
        TenantMigrator migrator = filled(2, MEMBERS);
        TenantMigrator other = migrator(2, MEMBERS);
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            migrator.createTenant(connection, TenantName.forUser("a"));

            assertThat(other.createTenant(TenantName.forUser("b")).fromSpare()).isTrue();
            // The only spare left is the one in the open transaction.
            assertThat(other.createTenant(TenantName.forUser("c")).fromSpare()).isFalse();
            connection.commit();
            connection.setAutoCommit(true);
        }
        assertThat(noSpare()).contains("other sign-ups have taken all spares");
        assertThat(migrator.tenants()).hasSize(3);
    }

    @Test
    void aSpareThatAForgottenTransactionChangesHoldsNobodyUp() throws SQLException {
        TenantMigrator migrator = migrator(1, builder -> builder.lockTimeout(Duration.ofMillis(20)), MEMBERS);
        migrator.maintainSpares();
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("ALTER SCHEMA " + migrator.spares().get(0).schema() + " RENAME TO mine");
            assertThat(migrator.createTenant(TenantName.forUser("a")).fromSpare())
                    .isFalse();
            connection.rollback();
            connection.setAutoCommit(true);
        }
        assertThat(noSpare()).contains("another transaction held a lock");
        assertThat(migrator.createTenant(TenantName.forUser("a")).fromSpare()).isTrue();
    }

    @Test
    void aContestedNameIsWaitedForOnce() throws SQLException {
        TenantMigrator migrator = migrator(3, builder -> builder.lockTimeout(Duration.ofMillis(300)), MEMBERS);
        migrator.maintainSpares();
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("CREATE SCHEMA contested");
            assertThatThrownBy(() -> migrator.createTenant(TenantName.exactly("contested")))
                    .isInstanceOf(TenantMigratorException.class);
            connection.rollback();
            connection.setAutoCommit(true);
        }
        assertThat(noSpare()).contains("another transaction held a lock");
        assertThat(migrator.status().spares().ready()).isEqualTo(3);
        assertThat(migrator.createTenant(TenantName.exactly("contested")).fromSpare())
                .isTrue();
    }

    @Test
    void aLostConnectionDoesNotHandOutAnothersTenant() {
        TenantMigrator migrator = filled(1, MEMBERS);
        migrator.createTenant(TenantName.exactly("acme"));
        migrator.maintainSpares();
        AtomicBoolean broken = new AtomicBoolean();
        TenantMigrator unlucky = TenantMigrator.builder(losing(broken, "createStatement"))
                .migrations(MigrationSource.of(MEMBERS))
                .spares(Spares.keep(1))
                .build();
        broken.set(true);

        assertThatThrownBy(() -> unlucky.createTenant(TenantName.exactly("acme")))
                .isInstanceOf(TenantMigratorException.class)
                .hasMessageContaining("the connection was lost at the commit");
        assertThat(broken).isFalse();
    }

    @Test
    void aConnectionThatIsLostAfterARefusedTakeDoesNotHandOutAnothersTenant() {
        TenantMigrator migrator = filled(2, MEMBERS);
        AtomicBoolean broken = new AtomicBoolean();
        TenantMigrator unlucky = TenantMigrator.builder(losing(broken, "executeQuery"))
                .migrations(MigrationSource.of(MEMBERS))
                .spares(Spares.keep(1))
                .build();
        // Now it knows the other spare, which is somebody else's by the time at which it is tried.
        unlucky.createTenant(TenantName.forUser("a"));
        assertThat(migrator.createTenant(TenantName.exactly("acme")).fromSpare())
                .isTrue();
        broken.set(true);

        assertThatThrownBy(() -> unlucky.createTenant(TenantName.exactly("acme")))
                .isInstanceOf(TenantMigratorException.class);
        assertThat(broken).isFalse();
    }

    /** Connections, the first of which is lost as soon as it has prepared to read the stock, at the next call of a method. */
    private DataSource losing(AtomicBoolean broken, String method) {
        AtomicBoolean reads = new AtomicBoolean();
        return proxy(DataSource.class, (proxy, get, arguments) -> {
            Connection connection = database.rawDataSource().getConnection();
            return proxy(Connection.class, (it, call, values) -> {
                boolean reading = call.getName().equals("prepareStatement")
                        && String.valueOf(values[0]).contains("tenant_migrator_spare_");
                boolean due = reading
                        ? method.equals("executeQuery")
                        : reads.get() && call.getName().equals(method);
                reads.compareAndSet(false, reading && broken.get());
                if (due && broken.getAndSet(false)) {
                    try (Statement statement = connection.createStatement();
                            ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
                        row.next();
                        database.query("SELECT pg_terminate_backend(?, 10000)", row.getInt(1));
                    }
                }
                try {
                    return call.invoke(connection, values);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            });
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(ConcurrentSignUpsTest.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @Test
    void noConnectionOfThePoolKeepsTheNameOfASpare() throws SQLException {
        try (HikariDataSource pool = Samples.pool(database, 2)) {
            TenantMigrator migrator = TenantMigrator.builder(pool)
                    .migrations(MigrationSource.of(MEMBERS, NOTES))
                    .spares(Spares.keep(8))
                    .build();
            migrator.maintainSpares();
            List<String> spares =
                    migrator.spares().stream().map(SpareTenant::schema).toList();
            for (int i = 0; i < 8; i++) {
                assertThat(migrator.createTenant(TenantName.forUser("a"), (connection, schema) -> {})
                                .fromSpare())
                        .isTrue();
            }
            try (Connection first = pool.getConnection();
                    Connection second = pool.getConnection()) {
                for (Connection connection : List.of(first, second)) {
                    assertThat(kept(connection))
                            .isNotEmpty()
                            .noneSatisfy(text -> assertThat(spares)
                                    .anySatisfy(spare -> assertThat(text).contains(spare)));
                }
            }
        }
    }

    /** The search path, and the statements that the connection has prepared. */
    private static List<String> kept(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT current_setting('search_path') UNION ALL"
                        + " SELECT statement FROM pg_prepared_statements")) {
            List<String> kept = new ArrayList<>();
            while (rows.next()) {
                kept.add(rows.getString(1));
            }
            return kept;
        }
    }
}
