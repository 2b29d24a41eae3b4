package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The migrator returns its connections as it got them, and its errors say why a connection is of no use. */
@PostgresTest
class ConnectionTest {

    private final TestDatabase database;

    ConnectionTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    @Test
    void openTransactionIsRefusedAndStaysAsItWas() throws SQLException {
        String a = Samples.create(database, "a", MEMBERS);
        try (Connection connection = database.rawDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (boolean byStatement : new boolean[] {true, false}) {
                connection.setAutoCommit(byStatement);
                statement.execute(byStatement ? "BEGIN" : "SELECT 1");
                statement.execute("CREATE TABLE public.hosts_own (id int)");
                TenantMigrator migrator = TenantMigrator.builder(lending(connection))
                        .migrations(MigrationSource.of(MEMBERS, NOTES))
                        .build();

                assertThatThrownBy(migrator::deployAll)
                        .isInstanceOf(TenantMigratorException.class)
                        .hasMessageContaining("open transaction");

                statement.execute("SELECT * FROM public.hosts_own");
                statement.execute("ROLLBACK");
                connection.setAutoCommit(true);
            }
        }
        assertThat(database.value("SELECT to_regclass('public.hosts_own')")).isNull();
        assertThat(database.value("SELECT count(*) FROM " + a + ".schema_migrations"))
                .isEqualTo("1");
    }

    /** Lends one connection, again and again, and never closes it. */
    private static DataSource lending(Connection connection) {
        Connection lent = (Connection) Proxy.newProxyInstance(
                ConnectionTest.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        return null;
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        return (DataSource) Proxy.newProxyInstance(
                ConnectionTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> lent);
    }

    @Test
    void comesBackAsItWasLentAfterSuccessAndFailure() throws SQLException {
        Migration leaks = Migration.of(
                "20240109_leaks",
                "DO $$ BEGIN SET search_path = pg_catalog; SET statement_timeout = '1h'; SET work_mem = '1MB'; END $$");
        Migration fails = Migration.of("20240110_fails", leaks.up().text() + "; SELECT 1/0");
        Samples.create(database, "a", MEMBERS);
        try (Connection connection = database.rawDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET search_path = public, pg_temp; SET lock_timeout = '7s'; SET work_mem = '9MB'");
            connection.setAutoCommit(false);
            TenantMigrator migrator = TenantMigrator.builder(lending(connection))
                    .migrations(MigrationSource.of(MEMBERS, leaks, fails))
                    .build();

            FleetReport report = migrator.deployAll();

            assertThat(report.failed().get(0).done())
                    .extracting(TenantOutcome.Step::version)
                    .containsExactly(leaks.version());
            assertThat(connection.getAutoCommit()).isFalse();
            try (var rows = statement.executeQuery(
                    "SELECT current_setting('search_path') || '|' || current_setting('lock_timeout') || '|'"
                            + " || current_setting('work_mem') || '|' || current_setting('statement_timeout')")) {
                rows.next();
                assertThat(rows.getString(1)).isEqualTo("public, pg_temp|7s|9MB|0");
            }
            connection.rollback();
            connection.setAutoCommit(true);
            statement.execute("RESET ALL");
        }
    }

    @Test
    void aSettingOfOneMigrationReachesNeitherTheNextTenantNorTheHost() {
        Migration sets = Migration.of(
                "20240111_sets",
                "DO $$ BEGIN SET work_mem = '1MB'; PERFORM set_config('app.secret', 'x', false); END $$");
        Migration reads = Migration.of(
                "20240112_reads",
                "CREATE TABLE seen AS SELECT current_setting('work_mem') m, current_setting('app.secret', true) s");
        String a = Samples.create(database, "a", MEMBERS);
        String b = Samples.create(database, "b", MEMBERS);
        try (HikariDataSource one = Samples.pool(database, 1)) {
            TenantMigrator migrator = TenantMigrator.builder(one)
                    .migrations(MigrationSource.of(MEMBERS, sets, reads))
                    .build();
            migrator.deployAll().throwIfFailed();
            try (Connection connection = one.getConnection();
                    Statement statement = connection.createStatement();
                    var rows = statement.executeQuery(
                            "SELECT current_setting('work_mem') || coalesce(current_setting('app.secret', true), '')")) {
                rows.next();
                assertThat(rows.getString(1)).isEqualTo("4MB");
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }
        for (String schema : List.of(a, b)) {
            assertThat(database.value("SELECT m FROM " + schema + ".seen")).isEqualTo("4MB");
        }
    }

    @Test
    void theHostsDefaultsForTransactionsDoNotMatter() throws SQLException {
        String a = Samples.create(database, "a", MEMBERS);
        try (Connection connection = database.rawDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "SET default_transaction_deferrable = on; SET default_transaction_isolation = 'serializable';"
                            + " SET standard_conforming_strings = off; SET lock_timeout = '1ms'");
            TenantMigrator migrator = TenantMigrator.builder(lending(connection))
                    .migrations(MigrationSource.of(
                            MEMBERS, Migration.of("20240113_path", "CREATE TABLE p (x text DEFAULT 'C:\\new')")))
                    .build();

            migrator.deployAll().throwIfFailed();

            try (var rows = statement.executeQuery("SELECT current_setting('default_transaction_deferrable')"
                    + " || current_setting('default_transaction_isolation') || current_setting('lock_timeout')")) {
                rows.next();
                assertThat(rows.getString(1)).isEqualTo("onserializable1ms");
            }
            statement.execute("RESET ALL");
        }
        database.execute("INSERT INTO " + a + ".p DEFAULT VALUES");
        assertThat(database.value("SELECT x FROM " + a + ".p")).isEqualTo("C:\\new");
    }

    @Test
    void aPoolThatLeavesATransactionOpenIsToldItsSettings() {
        Samples.create(database, "a", MEMBERS);
        for (boolean schema : new boolean[] {true, false}) {
            HikariConfig config = new HikariConfig();
            config.setDataSource(database.dataSourceOf(database.user(), database.password()));
            config.setMaximumPoolSize(2);
            config.setAutoCommit(false);
            if (schema) {
                config.setSchema("public");
            } else {
                config.setConnectionInitSql("SET work_mem = '4MB'");
            }
            try (HikariDataSource pool = new HikariDataSource(config)) {
                assertThatThrownBy(() -> TenantMigrator.builder(pool)
                                .migrations(MigrationSource.of(MEMBERS))
                                .build()
                                .deployAll())
                        .hasMessageContaining("open transaction")
                        .hasMessageContaining("autoCommit to true")
                        .hasMessageContaining("connectionInitSql");
            }
            HikariConfig corrected = new HikariConfig();
            config.copyStateTo(corrected);
            corrected.setAutoCommit(true);
            try (HikariDataSource pool = new HikariDataSource(corrected)) {
                TenantMigrator.builder(pool)
                        .migrations(MigrationSource.of(MEMBERS))
                        .build()
                        .deployAll()
                        .throwIfFailed();
            }
        }
    }

    @Test
    void aPoolOfOneServesSeveralWorkers() {
        for (int i = 0; i < 5; i++) {
            Samples.create(database, "p" + i, MEMBERS);
        }
        try (HikariDataSource one = Samples.pool(database, 1)) {
            one.setConnectionTimeout(1000);
            FleetReport report = TenantMigrator.builder(one)
                    .migrations(MigrationSource.of(MEMBERS, NOTES))
                    .parallelism(4)
                    .build()
                    .deployAll();
            assertThat(report.throwIfFailed().of(TenantOutcome.Migrated.class)).hasSize(5);
        }
    }

    @Test
    void aRefusedLoginAndMissingPrivilegesAreSaidClearly() {
        DataSource refused = database.dataSourceOf("nobody", "wrong");
        assertThatThrownBy(() -> TenantMigrator.builder(refused)
                        .migrations(MigrationSource.of(MEMBERS))
                        .build()
                        .deployAll())
                .isInstanceOf(TenantMigratorException.class)
                .hasMessageContaining("cannot connect to the database")
                .hasMessageContaining("SQLState 28");

        String role = database.name() + "_reader";
        execute(database.superuserDataSource(), "CREATE ROLE " + role + " LOGIN PASSWORD 'x'");
        try {
            Samples.with(database, MEMBERS).prepare();
            assertThatThrownBy(() -> TenantMigrator.builder(database.dataSourceOf(role, "x"))
                            .migrations(MigrationSource.of(MEMBERS))
                            .build()
                            .createTenant(TenantName.forUser("a")))
                    .isInstanceOf(TenantMigratorException.class)
                    .hasMessageContaining("permission denied for database")
                    .hasMessageContaining("42501");
        } finally {
            execute(database.superuserDataSource(), "DROP ROLE " + role);
        }
    }

    @Test
    void aMissingExtensionThatMayNotBeCreatedIsNamed() {
        assertThatThrownBy(() -> Samples.migrator(database, MEMBERS)
                        .extensions("uuid-ossp", "no such extension")
                        .build()
                        .prepare())
                .isInstanceOf(TenantMigratorException.class)
                .hasMessageContaining("\"no such extension\" is not installed and cannot be created")
                .hasMessageContaining("CREATE EXTENSION IF NOT EXISTS \"no such extension\" WITH SCHEMA \"public\"");
    }

    private static void execute(DataSource dataSource, String sql) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
