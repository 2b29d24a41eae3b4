package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A creation does not wait for ever for a lock that somebody else forgot, and leaves the caller's lock timeout as it was. */
@PostgresTest
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CreationLockTimeoutTest {

    private static final Migration OWNER = Migration.of(
            "20240301_owner", "CREATE TABLE notes (id int);\nCREATE TABLE owned (id int REFERENCES users (id))");

    private static final CreationStep INSERTING =
            (connection, schema) -> execute(connection, "INSERT INTO public.users VALUES (7)");

    private final TestDatabase database;
    private final TenantMigrator migrator;

    CreationLockTimeoutTest(TestDatabase database) {
        this.database = database;
        this.migrator = migrator(database.dataSource(), OWNER);
    }

    @BeforeEach
    void createUsers() {
        database.execute("CREATE TABLE public.users (id int PRIMARY KEY)");
        migrator.prepare();
    }

    @AfterEach
    void dropAll() {
        release();
        Samples.dropAll(database);
        database.execute("DROP TABLE public.users CASCADE");
        database.assertNoLeaks();
    }

    private static TenantMigrator migrator(DataSource source, Migration... migrations) {
        return TenantMigrator.builder(source)
                .migrations(MigrationSource.of(migrations))
                .sharedObjects("users")
                .lockTimeout(Duration.ofMillis(60))
                .build();
    }

    private void forget(String sql) {
        database.execute("BEGIN; " + sql + "; PREPARE TRANSACTION 'forgotten'");
    }

    private void release() {
        if (!database.values(
                        "SELECT 1 FROM pg_prepared_xacts WHERE gid = 'forgotten' AND database = current_database()")
                .isEmpty()) {
            database.execute("ROLLBACK PREPARED 'forgotten'");
        }
    }

    private Failure failure(ThrowingCallable creation) {
        Failure failure =
                catchThrowableOfType(TenantMigratorException.class, creation).failure();
        assertThat(failure.sqlState()).contains("55P03");
        assertThat(failure.message())
                .contains("the prepared transaction forgotten (of " + database.user() + ", since 2")
                .contains("ROLLBACK PREPARED 'forgotten'")
                .contains("nothing of the tenant was kept");
        assertThat(database.values("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'bob%'"))
                .isEmpty();
        return failure;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"INSERT INTO public.users VALUES (1)", "LOCK TABLE public.users", "DROP TABLE public.users"})
    void aCreationOfItsOwnEndsAndNamesWhoHoldsTheLock(String sql) {
        forget(sql);

        Failure failure = failure(() -> migrator.createTenant(TenantName.forUser("bob")));

        assertThat(failure.version()).contains(OWNER.version());
        assertThat(failure.line()).hasValue(2);
        assertThat(failure.message()).contains("tried 3 times");
        release();
        migrator.createTenant(TenantName.forUser("bob"));
    }

    @Test
    void aThrowawayTenantIsACreationToo() {
        forget("LOCK TABLE public.users");
        assertThat(failure(migrator::throwaway).version()).contains(OWNER.version());
    }

    @Test
    void aCreationIsTriedAgainWhenTheLockWasHeldForAMoment() {
        forget("LOCK TABLE public.users");
        AtomicInteger borrowed = new AtomicInteger();
        TenantMigrator counting = migrator(
                counting(() -> {
                    if (borrowed.incrementAndGet() == 2) {
                        release();
                    }
                }),
                OWNER);

        counting.createTenant(TenantName.forUser("bob"));

        assertThat(borrowed).hasValue(2);
    }

    private DataSource counting(Runnable borrowed) {
        return (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (self, method, arguments) -> {
                    borrowed.run();
                    try {
                        return method.invoke(database.dataSource(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** The step is the host's: it may do more than the database can take back. */
    @Test
    void aStepThatWaitsEndsToo() {
        forget("LOCK TABLE public.users");
        AtomicInteger steps = new AtomicInteger();
        TenantMigrator plain = migrator(database.dataSource(), Migration.of("1", "CREATE TABLE notes (id int)"));

        Failure failure = failure(() -> plain.createTenant(TenantName.forUser("bob"), (connection, schema) -> {
            steps.incrementAndGet();
            INSERTING.run(connection, schema);
        }));

        assertThat(failure.message()).contains("the creation step failed");
        assertThat(steps).hasValue(1);
    }

    @Test
    void scriptsThatChangeSettingsDoNotLiftTheLimit() {
        forget("LOCK TABLE public.users");
        for (String sql : List.of(
                "SET lock_timeout = 0",
                "SET work_mem = '5MB'; SET LOCAL lock_timeout = '1h'",
                "DO $$ BEGIN PERFORM set_config('lock_timeout', '0', false); END $$",
                "RESET lock_timeout",
                "-- tenant-migrator: lock_timeout=1h\nCREATE TABLE other (id int)")) {
            TenantMigrator setting = migrator(database.dataSource(), Migration.of("1", sql), OWNER);
            failure(() -> setting.createTenant(TenantName.forUser("bob")));
            inTransaction(connection -> failure(() -> setting.createTenant(connection, TenantName.forUser("bob"))));
        }
    }

    private interface Work {
        void run(Connection connection) throws SQLException;
    }

    private void inTransaction(Work work) {
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            work.run(connection);
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Columns: what the caller set, the limit in the creation, and the caller's setting afterwards. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SELECT 1                          | 60ms | 0
            SET lock_timeout = '20ms'         | 20ms | 20ms
            SET LOCAL lock_timeout = '20ms'   | 20ms | 20ms
            SET lock_timeout = '7s'           | 60ms | 7s
            SET LOCAL lock_timeout = '7s'     | 60ms | 7s
            SET LOCAL lock_timeout = '24d'    | 60ms | 24d""")
    void aShorterLimitOfTheCallerStaysAndAnyIsRestored(String set, String during, String after) throws SQLException {
        List<String> seen = new ArrayList<>();
        CreationStep look = (connection, schema) -> seen.add(lockTimeout(connection));
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            execute(connection, set);
            forget("LOCK TABLE public.users");
            failure(() -> migrator.createTenant(connection, TenantName.forUser("bob"), look));
            assertThat(lockTimeout(connection)).isEqualTo(after);
            release();
            migrator.createTenant(connection, TenantName.forUser("bob"), look);
            assertThat(seen).containsExactly(during);
            assertThat(lockTimeout(connection)).isEqualTo(after);
            connection.commit();
            assertThat(lockTimeout(connection)).isEqualTo(set.contains("LOCAL") ? "0" : after);
            execute(connection, "RESET lock_timeout");
            connection.commit();
            connection.setAutoCommit(true);
        }
        assertThat(migrator.tenants()).hasSize(1);
    }

    /** The role's setting counts, too: a shorter one stays. */
    @ParameterizedTest
    @CsvSource({"20ms, 20ms", "3s, 60ms", "0, 60ms"})
    void aShorterLimitOfTheRoleStays(String ofRole, String during) {
        database.execute("ALTER ROLE CURRENT_USER SET lock_timeout = '" + ofRole + "'");
        try {
            List<String> seen = new ArrayList<>();
            migrator(database.dataSourceOf(database.user(), database.password()), OWNER)
                    .createTenant(TenantName.forUser("ann"), (connection, schema) -> seen.add(lockTimeout(connection)));
            assertThat(seen).containsExactly(during);
        } finally {
            database.execute("ALTER ROLE CURRENT_USER RESET lock_timeout");
        }
    }

    private static String lockTimeout(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SHOW lock_timeout")) {
            row.next();
            return row.getString(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
