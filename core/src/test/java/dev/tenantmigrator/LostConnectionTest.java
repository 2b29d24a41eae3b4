package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Report and database after a connection was lost, also during the commit. */
@PostgresTest
class LostConnectionTest {

    private final TestDatabase database;

    LostConnectionTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    @Test
    void terminatedInMidScriptLeavesNoHalfState() throws Exception {
        String a = Samples.create(database, "a", MEMBERS);
        Migration slow = Migration.of(
                "20240108_slow", "CREATE TABLE half (id int); SELECT pg_sleep(60); CREATE TABLE half2 (id int)");
        TenantMigrator migrator = Samples.with(database, MEMBERS, slow);
        CompletableFuture<FleetReport> run = CompletableFuture.supplyAsync(migrator::deployAll);
        database.awaitRow("SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity"
                + " WHERE wait_event = 'PgSleep' AND datname = current_database() OFFSET 0) sleeping");

        FleetReport report = run.get();

        assertThat(report.failed()).singleElement().satisfies(failed -> {
            assertThat(failed.failure().message())
                    .contains("the connection was lost")
                    .contains("nothing of it was kept");
            assertThat(failed.failure().sqlState()).contains("57P01");
            assertThat(failed.failure().version()).contains(slow.version());
        });
        assertThat(database.values("SELECT tablename::text FROM pg_tables WHERE schemaname = '" + a + "' ORDER BY 1"))
                .containsExactly("schema_migrations", "team_member");
        assertThat(database.value("SELECT count(*) FROM " + a + ".schema_migrations"))
                .isEqualTo("1");
    }

    @Test
    void aConnectionLostAfterTheCommitIsReportedAsApplied() throws SQLException {
        String a = Samples.create(database, "a", MEMBERS);
        List<String> seen = new ArrayList<>();
        boolean[] lose = {true};
        DataSource losing = (DataSource) Proxy.newProxyInstance(
                LostConnectionTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> {
                    Connection connection = database.rawDataSource().getConnection();
                    return losingAfterBatch(connection, lose);
                });

        FleetReport report = TenantMigrator.builder(losing)
                .migrations(MigrationSource.of(MEMBERS, NOTES))
                .listener(event -> seen.add(event.getClass().getSimpleName()))
                .build()
                .deployAll();

        assertThat(seen).containsExactly("TenantStarted", "MigrationApplied", "TenantFinished");

        assertThat(lose[0]).isFalse();
        assertThat(report.throwIfFailed().of(TenantOutcome.Migrated.class))
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.applied())
                        .extracting(TenantOutcome.Step::version)
                        .containsExactly(NOTES.version()));
        assertThat(database.value("SELECT count(*) FROM " + a + ".schema_migrations"))
                .isEqualTo("2");
    }

    @Test
    void aTenantWhoseCommitWasNotAnsweredIsLookedFor() {
        for (boolean committed : new boolean[] {true, false}) {
            boolean[] lose = {true};
            DataSource losing = (DataSource) Proxy.newProxyInstance(
                    LostConnectionTest.class.getClassLoader(),
                    new Class<?>[] {DataSource.class},
                    (proxy, method, arguments) ->
                            losingCommit(database.rawDataSource().getConnection(), lose, committed));
            TenantMigrator migrator = TenantMigrator.builder(losing)
                    .migrations(MigrationSource.of(MEMBERS))
                    .build();
            if (committed) {
                String schema = migrator.createTenant(TenantName.forUser("a")).schema();
                assertThat(migrator.exists(schema)).isTrue();
            } else {
                assertThatThrownBy(() -> migrator.createTenant(TenantName.forUser("b")))
                        .isInstanceOf(TenantMigratorException.class)
                        .hasMessageContaining("lost at the commit")
                        .hasMessageContaining("the tenant does not exist");
            }
            assertThat(lose[0]).isFalse();
        }
        assertThat(Samples.with(database, MEMBERS).tenants()).hasSize(1);
    }

    @Test
    void theConnectionThatLooksForATenantMayGoAsWell() {
        for (int refused : new int[] {1, Integer.MAX_VALUE}) {
            boolean[] lose = {true};
            int[] lookers = {0};
            DataSource losing = (DataSource) Proxy.newProxyInstance(
                    LostConnectionTest.class.getClassLoader(),
                    new Class<?>[] {DataSource.class},
                    (proxy, method, arguments) -> {
                        Connection connection = database.rawDataSource().getConnection();
                        if (!lose[0] && lookers[0]++ < refused) {
                            connection.abort(Runnable::run);
                        }
                        return losingCommit(connection, lose, true);
                    });
            TenantMigrator migrator = TenantMigrator.builder(losing)
                    .migrations(MigrationSource.of(MEMBERS))
                    .build();
            TenantName name = TenantName.exactly("looked_for_" + (refused == 1 ? "again" : "in_vain"));
            if (refused == 1) {
                assertThat(migrator.createTenant(name).schema()).isEqualTo("looked_for_again");
            } else {
                assertThatThrownBy(() -> migrator.createTenant(name))
                        .isInstanceOf(TenantMigratorException.class)
                        .hasMessageContaining("lost at the commit")
                        .hasMessageContaining("could not be asked whether the tenant exists")
                        .hasMessageContaining("looked_for_in_vain");
            }
        }
        assertThat(Samples.with(database, MEMBERS).tenants()).containsExactly("looked_for_again", "looked_for_in_vain");
    }

    /** The first COMMIT is sent, or not, and its answer never arrives. */
    private static Connection losingCommit(Connection connection, boolean[] lose, boolean send) {
        return (Connection) proxy(Connection.class, connection, (method, result) -> {
            if (!(result instanceof Statement statement) || !method.equals("createStatement")) {
                return result;
            }
            return Proxy.newProxyInstance(
                    LostConnectionTest.class.getClassLoader(),
                    new Class<?>[] {Statement.class},
                    (proxy, called, arguments) -> {
                        boolean commit = lose[0]
                                && called.getName().equals("execute")
                                && String.valueOf(arguments[0]).endsWith("COMMIT");
                        if (commit && !send) {
                            connection.abort(Runnable::run);
                        } else {
                            Object value = called.invoke(statement, arguments);
                            if (!commit) {
                                return value;
                            }
                        }
                        lose[0] = false;
                        connection.abort(Runnable::run);
                        throw new SQLException("An I/O error occurred while sending to the backend.", "08006");
                    });
        });
    }

    /** The first batch is done by the server, and its answer never arrives. */
    private static Connection losingAfterBatch(Connection connection, boolean[] lose) {
        return (Connection) proxy(Connection.class, connection, (method, result) -> {
            if (!(result instanceof Statement statement) || !method.equals("createStatement")) {
                return result;
            }
            return proxy(Statement.class, statement, (called, value) -> {
                if (called.equals("executeBatch") && lose[0]) {
                    lose[0] = false;
                    connection.abort(Runnable::run);
                    throw new SQLException("An I/O error occurred while sending to the backend.", "08006");
                }
                return value;
            });
        });
    }

    private interface After {
        Object apply(String method, Object result) throws SQLException;
    }

    private static Object proxy(Class<?> type, Object target, After after) {
        return Proxy.newProxyInstance(
                LostConnectionTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        return after.apply(method.getName(), method.invoke(target, arguments));
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
