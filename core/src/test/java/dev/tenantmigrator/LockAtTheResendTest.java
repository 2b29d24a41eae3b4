package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.rollout.Rollout;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A script that failed is sent again, one statement after the other, and then meets a lock that was not there before. */
@PostgresTest
class LockAtTheResendTest {

    private static final Migration DIVIDES = Migration.of(
            "20240105_divides",
            "ALTER TABLE public.team_member ADD COLUMN age int;\nSELECT 1 / count(*) FROM team_member");

    private final TestDatabase database;
    private final List<TenantEvent> events = new CopyOnWriteArrayList<>();
    private String locked = "";
    private Connection other;

    LockAtTheResendTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() throws SQLException {
        release();
        Samples.dropAll(database);
        database.execute("DROP TABLE IF EXISTS public.users");
        database.assertNoLeaks();
    }

    private void release() throws SQLException {
        if (other != null) {
            other.close();
            other = null;
        }
    }

    /** Locks the table when the first transaction that failed was rolled back. */
    private void lock() throws SQLException {
        if (!locked.isEmpty()) {
            other = database.rawDataSource().getConnection();
            other.setAutoCommit(false);
            try (Statement statement = other.createStatement()) {
                statement.execute("LOCK TABLE " + locked);
            }
            locked = "";
        }
    }

    private DataSource locking(String rollback) {
        return proxy(
                DataSource.class,
                database.dataSource(),
                connection -> proxy(
                        Connection.class,
                        (Connection) connection,
                        statement -> !(statement instanceof Statement)
                                ? statement
                                : Proxy.newProxyInstance(
                                        getClass().getClassLoader(),
                                        new Class<?>[] {
                                            statement instanceof java.sql.PreparedStatement
                                                    ? java.sql.PreparedStatement.class
                                                    : Statement.class
                                        },
                                        (self, method, arguments) -> {
                                            Object result = invoke(statement, method, arguments);
                                            if (method.getName().equals("execute")
                                                    && arguments != null
                                                    && arguments[0].toString().startsWith(rollback)) {
                                                lock();
                                            }
                                            return result;
                                        })));
    }

    private interface Wrap {
        Object of(Object result) throws SQLException;
    }

    private static <T> T proxy(Class<T> type, T target, Wrap wrap) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader() == null ? LockAtTheResendTest.class.getClassLoader() : type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> {
                    Object result = invoke(target, method, arguments);
                    return result instanceof Connection || result instanceof Statement ? wrap.of(result) : result;
                }));
    }

    private static Object invoke(Object target, java.lang.reflect.Method method, Object... arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private FleetReport deploy(int tries, Migration... migrations) {
        return TenantMigrator.builder(locking("ROLLBACK; SELECT"))
                .migrations(MigrationSource.of(migrations))
                .listener(event -> {
                    events.add(event);
                    if (event instanceof TenantEvent.MigrationRetried) {
                        try {
                            release();
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                })
                .build()
                .deploy(
                        Tenants.all(),
                        DeployOptions.builder()
                                .rollout(Rollout.builder()
                                        .lockTimeout(Duration.ofMillis(50))
                                        .tries(tries)
                                        .build())
                                .build());
    }

    private List<TenantEvent> retried() {
        return events.stream()
                .filter(TenantEvent.MigrationRetried.class::isInstance)
                .toList();
    }

    @Test
    void theAttemptIsRepeatedAndFindsTheCause() {
        locked = Samples.create(database, "a", MEMBERS) + ".team_member";

        FleetReport report = deploy(3, MEMBERS, DIVIDES);

        Failure failure = report.failed().get(0).failure();
        assertThat(failure.sqlState()).contains("22012");
        assertThat(failure.line()).hasValue(2);
        assertThat(retried()).hasSize(1);
    }

    @Test
    void theLastAttemptReportsTheCauseWithoutItsLine() {
        locked = Samples.create(database, "a", MEMBERS) + ".team_member";

        FleetReport report = deploy(1, MEMBERS, DIVIDES);

        Failure failure = report.failed().get(0).failure();
        assertThat(failure.sqlState()).contains("22012");
        assertThat(failure.message()).contains("division by zero", "the line is not known", "lock timeout");
        assertThat(failure.file().orElseThrow()).endsWith("migration.sql");
        assertThat(failure.version()).contains(DIVIDES.version());
        assertThat(retried()).isEmpty();
    }

    /** A sequence keeps its value when the transaction is rolled back, so the script fails once. */
    @Test
    void aScriptThatSucceedsAtTheRepetitionIsApplied() {
        Migration sequence = Migration.of("20240104_sequence", "CREATE SEQUENCE once");
        locked = Samples.create(database, "a", MEMBERS, sequence) + ".team_member";
        Migration once = Migration.of(
                "20240105_once",
                "ALTER TABLE public.team_member ADD COLUMN age int;\nSELECT 1 / (nextval('once') - 1)");

        deploy(3, MEMBERS, sequence, once).throwIfFailed();

        assertThat(retried()).hasSize(1);
    }

    @Test
    void aForeignObjectIsReportedWithoutItsLine() {
        database.execute("CREATE TABLE public.users (id int PRIMARY KEY)");
        locked = Samples.create(database, "a", MEMBERS) + ".team_member";
        Migration reaches = Migration.of(
                "20240105_reaches",
                "ALTER TABLE public.team_member ADD COLUMN age int;\n"
                        + TwoTenants.HIDDEN.formatted(HiddenSql.expression("INSERT INTO public.users VALUES (1)")));

        FleetReport report = deploy(1, MEMBERS, reaches);

        assertThat(report.failed().get(0).failure().message())
                .contains("table public.users, outside of its tenant's schema", "the line is not known");
    }

    @Test
    void aCreationReportsTheCauseToo() {
        database.execute("CREATE TABLE public.users (id int PRIMARY KEY)");
        locked = "public.users";
        Migration refers = Migration.of(
                "20240105_refers",
                "SET lock_timeout = '50ms'; CREATE TABLE t (u int REFERENCES public.users);\nSELECT 1 / count(*) FROM t");
        TenantMigrator migrator = TenantMigrator.builder(locking("ROLLBACK TO"))
                .migrations(MigrationSource.of(refers))
                .sharedObjects("users")
                .build();

        assertThatThrownBy(() -> migrator.createTenant(TenantName.forUser("a")))
                .isInstanceOf(MigrationFailedException.class)
                .hasMessageContaining("division by zero")
                .hasMessageContaining("the line is not known")
                .hasMessageContaining("lock timeout");
    }
}
