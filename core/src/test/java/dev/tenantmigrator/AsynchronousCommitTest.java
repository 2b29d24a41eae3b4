package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PgBouncer;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commits that are not waited for one by one: nothing is said of them before it is sure. */
@PostgresTest
class AsynchronousCommitTest {

    private static final DeployOptions ASYNCHRONOUS = DeployOptions.defaults()
            .withRollout(Rollout.builder().asynchronousCommit().build());

    /** A table without a key: a migration that ran twice would show. */
    private static final Migration COUNTED =
            Migration.of("20240103_counted", "CREATE TABLE ran (version text); INSERT INTO ran VALUES ('1')");

    private static final Migration AGAIN = Migration.of("20240104_again", "INSERT INTO ran VALUES ('2')");

    private final TestDatabase database;
    private final List<TenantEvent> events = Collections.synchronizedList(new ArrayList<>());

    AsynchronousCommitTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        TenantMigrator migrator = Samples.with(database, MEMBERS);
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema, schema));
        database.assertNoLeaks();
    }

    private void create(int tenants) {
        for (int i = 0; i < tenants; i++) {
            Samples.create(database, "t" + i, MEMBERS);
        }
    }

    private TenantMigratorBuilder migrator(DataSource source, Migration... migrations) {
        return TenantMigrator.builder(source)
                .migrations(MigrationSource.of(migrations))
                .listener(events::add);
    }

    private List<String> told() {
        return events.stream().map(event -> event.getClass().getSimpleName()).toList();
    }

    private void assertEachRanOnce() {
        for (String schema : Samples.with(database, MEMBERS).tenants()) {
            assertThat(database.values("SELECT version FROM " + schema + ".ran ORDER BY 1"))
                    .as(schema)
                    .containsExactly("1", "2");
        }
    }

    @Test
    void aFlushWaitsForWhatWasCommittedWithoutWaiting() throws SQLException {
        try (Session session = Session.open(database.dataSource())) {
            session.inTransaction(connection -> {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("SET LOCAL synchronous_commit = off; CREATE TABLE flushed (id int)");
                }
                return session;
            });
            String written = database.value("SELECT pg_current_wal_insert_lsn()");

            session.flushCommits();

            assertThat(database.value("SELECT pg_current_wal_flush_lsn() >= ?::pg_lsn", written))
                    .isEqualTo("true");
        }
        database.execute("DROP TABLE flushed");
    }

    @Test
    void nothingIsSaidOfATenantBeforeItIsSure() {
        create(3);
        Migration sees =
                Migration.of("20240105_sees", "CREATE TABLE seen AS SELECT current_setting('synchronous_commit') AS s");

        FleetReport report =
                migrator(database.dataSource(), MEMBERS, NOTES, sees).build().deployAll(ASYNCHRONOUS);

        assertThat(report.throwIfFailed().of(TenantOutcome.Migrated.class))
                .hasSize(3)
                .allSatisfy(migrated -> {
                    assertThat(migrated.applied()).hasSize(2);
                    assertThat(database.value("SELECT s FROM " + migrated.schema() + ".seen"))
                            .isEqualTo("off");
                });
        assertThat(told())
                .startsWith("TenantStarted", "TenantStarted", "TenantStarted", "MigrationApplied", "MigrationApplied")
                .hasSize(12)
                .endsWith("TenantFinished");
    }

    @Test
    void whatTheServerKeptIsReportedAndWhatItLostIsDoneAgain() {
        create(4);
        List<String> tenants = Samples.with(database, MEMBERS).tenants();
        // As after a crash: the tenants that were committed last are as they were.
        DataSource crashing = losing(connection -> tenants.subList(0, 2)
                .forEach(schema -> database.execute("DROP TABLE " + schema + ".ran; DELETE FROM " + schema
                        + ".schema_migrations WHERE version <> '" + MEMBERS.version() + "'")));

        FleetReport report = migrator(crashing, MEMBERS, COUNTED, AGAIN).build().deployAll(ASYNCHRONOUS);

        assertThat(report.throwIfFailed().of(TenantOutcome.Migrated.class))
                .hasSize(4)
                .allSatisfy(migrated -> assertThat(migrated.applied())
                        .extracting(TenantOutcome.Step::version)
                        .containsExactly(COUNTED.version(), AGAIN.version()));
        assertThat(Collections.frequency(told(), "MigrationApplied")).isEqualTo(8);
        assertThat(Collections.frequency(told(), "TenantFinished")).isEqualTo(4);
        assertEachRanOnce();
    }

    /** The first connection that is to wait for its commits goes instead; the one before the run is let through. */
    private DataSource losing(Consumer<Connection> before) {
        AtomicInteger waits = new AtomicInteger();
        return (DataSource) Proxy.newProxyInstance(
                AsynchronousCommitTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> {
                    Connection connection = database.rawDataSource().getConnection();
                    return proxy(Connection.class, connection, (called, result, given) -> {
                        if (!called.equals("createStatement")) {
                            return result;
                        }
                        return proxy(Statement.class, result, (calledThen, value, sql) -> {
                            boolean waiting = calledThen.equals("addBatch")
                                    && sql.toString().contains("pg_logical_emit_message")
                                    && waits.getAndIncrement() == 1;
                            if (waiting) {
                                before.accept(connection);
                                connection.abort(Runnable::run);
                                throw new SQLException("An I/O error occurred while sending to the backend.", "08006");
                            }
                            return value;
                        });
                    });
                });
    }

    private interface After {
        Object apply(String method, Object result, Object argument) throws SQLException;
    }

    private static Object proxy(Class<?> type, Object target, After after) {
        return Proxy.newProxyInstance(
                AsynchronousCommitTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        Object argument = arguments == null ? "" : arguments[0];
                        return after.apply(method.getName(), method.invoke(target, arguments), argument);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void whereTheDiskCanNeverBeWaitedForTheTenantIsReportedAsFailed() {
        create(1);
        AtomicInteger waits = new AtomicInteger();
        DataSource never = (DataSource) Proxy.newProxyInstance(
                AsynchronousCommitTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) ->
                        proxy(Connection.class, database.rawDataSource().getConnection(), (called, result, given) -> {
                            if (!called.equals("createStatement")) {
                                return result;
                            }
                            return proxy(Statement.class, result, (calledThen, value, sql) -> {
                                if (calledThen.equals("addBatch")
                                        && sql.toString().contains("pg_logical_emit_message")
                                        && waits.getAndIncrement() > 0) {
                                    throw new SQLException("No space left on device", "53100");
                                }
                                return value;
                            });
                        }));

        FleetReport report = migrator(never, MEMBERS, COUNTED, AGAIN).build().deployAll(ASYNCHRONOUS);

        assertThat(report.failed().get(0).failure().message())
                .contains("before what was done was known to be on the server's disk")
                .contains("No space left on device")
                .contains("run again, what is done is not done twice");
        migrator(database.dataSource(), MEMBERS, COUNTED, AGAIN)
                .build()
                .deployAll(ASYNCHRONOUS)
                .throwIfFailed();
        assertEachRanOnce();
    }

    @Test
    void backendsThatAreKilledMeanwhileCostNothingButASecondRun() {
        create(40);
        TenantMigrator migrator = migrator(database.rawDataSource(), MEMBERS, COUNTED, AGAIN)
                .parallelism(3)
                .build();
        CompletableFuture<FleetReport> run = CompletableFuture.supplyAsync(() -> migrator.deployAll(ASYNCHRONOUS));
        try (Connection killer = database.superuserDataSource().getConnection();
                Statement statement = killer.createStatement()) {
            for (int i = 0; i < 20 && !run.isDone(); i++) {
                statement.execute(
                        "SELECT pg_terminate_backend(pid), pg_sleep(0.02) FROM pg_stat_activity WHERE datname = '"
                                + database.name() + "' AND pid <> pg_backend_pid() AND query LIKE '%ran%'"
                                // Not what the run asks before it begins.
                                + " AND query NOT LIKE '%grant%' LIMIT 1");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        FleetReport first = run.join();

        assertThat(first.outcomes()).hasSize(40);
        first.of(TenantOutcome.Migrated.class)
                .forEach(migrated -> assertThat(database.value("SELECT count(*) FROM " + migrated.schema() + ".ran"))
                        .isEqualTo("2"));
        Samples.with(database, MEMBERS, COUNTED, AGAIN).deployAll().throwIfFailed();
        assertEachRanOnce();
    }

    @Test
    void aPoolOfOneIsEnough() {
        create(5);
        try (HikariDataSource one = Samples.pool(database, 1)) {
            migrator(one, MEMBERS, COUNTED, AGAIN)
                    .parallelism(3)
                    .build()
                    .deployAll(ASYNCHRONOUS)
                    .throwIfFailed();
        }
        assertEachRanOnce();
    }

    @Test
    void aFailureAfterWhatIsNotSureYetIsReportedWithIt() {
        create(1);
        Migration wrong = Migration.of("20240104_wrong", "SELECT 1/0");

        FleetReport report =
                migrator(database.dataSource(), MEMBERS, COUNTED, wrong).build().deployAll(ASYNCHRONOUS);

        assertThat(report.failed().get(0).done())
                .extracting(TenantOutcome.Step::version)
                .containsExactly(COUNTED.version());
        assertThat(told()).containsExactly("TenantStarted", "MigrationApplied", "TenantFailed");
    }

    @Test
    void behindAPoolerItIsRefused(@TempDir Path directory) throws Exception {
        assumeTrue(PgBouncer.isInstalled(), "LEFT OUT: there is no program pgbouncer on this machine");
        create(1);
        try (PgBouncer pooler = PgBouncer.start(directory, database)) {
            assertThatThrownBy(() -> migrator(pooler.dataSource(), MEMBERS, COUNTED, AGAIN)
                            .build()
                            .deployAll(ASYNCHRONOUS))
                    .isInstanceOf(TenantMigratorException.class)
                    .hasMessageContaining("asynchronous commit")
                    .hasMessageContaining("pooler")
                    .hasMessageContaining("nothing was changed");
        }
        assertThat(events).isEmpty();
    }
}
