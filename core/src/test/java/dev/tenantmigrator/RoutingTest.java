package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Checks the statements of {@code core/docs/routing.md} on PostgreSQL, its driver and HikariCP. */
@PostgresTest
class RoutingTest {

    private final TestDatabase database;

    RoutingTest(TestDatabase database) {
        this.database = database;
    }

    /** Two tenants, one of which is behind. */
    @BeforeEach
    void createTenants() {
        database.execute("""
                DROP SCHEMA IF EXISTS ada, bob CASCADE; DROP TABLE IF EXISTS public.users;
                CREATE TABLE public.users (id int);
                CREATE SCHEMA ada; CREATE TABLE ada.note (id int); INSERT INTO ada.note VALUES (1);
                CREATE SCHEMA bob; CREATE TABLE bob.note (id int, flag boolean); INSERT INTO bob.note VALUES (2, true);
                """);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String path(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SHOW search_path")) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Test
    void setSchemaLosesTheSharedSchema() throws SQLException {
        try (HikariDataSource pool = Samples.pool(database, 1);
                Connection connection = pool.getConnection()) {
            connection.setSchema("ada");
            execute(connection, "SELECT id FROM note");
            assertThatThrownBy(() -> execute(connection, "SELECT id FROM users"))
                    .hasMessageContaining("users");
        }
    }

    @Test
    void hikariDoesNotResetThePath() throws SQLException {
        try (HikariDataSource pool = Samples.pool(database, 1)) {
            try (Connection connection = pool.getConnection()) {
                connection.setSchema("ada");
            }
            try (Connection connection = pool.getConnection()) {
                assertThat(path(connection)).isEqualTo("ada");
                execute(connection, "SET search_path TO bob, public");
            }
            try (Connection connection = pool.getConnection()) {
                assertThat(path(connection)).isEqualTo("bob, public");
            }
        }
    }

    @Test
    void hikariWithASchemaOfItsOwnResetsSetSchemaButNoStatement() throws SQLException {
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setDataSource(database.rawDataSource());
            pool.setSchema("public");
            pool.setMaximumPoolSize(1);

            try (Connection connection = pool.getConnection()) {
                connection.setSchema("ada");
            }
            try (Connection connection = pool.getConnection()) {
                assertThat(path(connection)).isEqualTo("public");
                execute(connection, "SET search_path TO bob, public");
            }
            try (Connection connection = pool.getConnection()) {
                assertThat(path(connection)).isEqualTo("bob, public");
            }
        }
    }

    @Test
    void setLocalEndsWithTheTransaction() throws SQLException {
        try (HikariDataSource pool = Samples.pool(database, 1);
                Connection connection = pool.getConnection()) {
            String before = path(connection);
            connection.setAutoCommit(false);
            execute(connection, "SET LOCAL search_path TO ada, public");
            execute(connection, "SELECT * FROM note, users");
            connection.commit();
            assertThat(path(connection)).isEqualTo(before);
            connection.rollback();
        }
    }

    @Test
    void aResetThatIsRolledBackIsNone() throws SQLException {
        try (HikariDataSource pool = Samples.pool(database, 1);
                Connection connection = pool.getConnection()) {
            execute(connection, "SET search_path TO ada, public");
            connection.setAutoCommit(false);
            execute(connection, "RESET search_path");
            connection.rollback();
            assertThat(path(connection)).isEqualTo("ada, public");
            connection.rollback();
        }
    }

    /** The driver prepares on the server from the fifth execution on, and gives that up when it sends SET. */
    @Test
    void aPreparedStatementFollowsSetLocal() throws SQLException {
        try (HikariDataSource pool = Samples.pool(database, 1);
                Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < 10; i++) {
                read(connection, "SET LOCAL search_path TO ada, public");
            }
            assertThatCode(() -> read(connection, "SET LOCAL search_path TO bob, public"))
                    .doesNotThrowAnyException();
        }
    }

    /** PostgreSQL 18 reports a change of the path to the driver, older servers do not. */
    @Test
    void aPreparedStatementDoesNotFollowAFunctionBeforePostgresql18() throws SQLException {
        try (HikariDataSource pool = Samples.pool(database, 1);
                Connection connection = pool.getConnection()) {
            assumeTrue(connection.getMetaData().getDatabaseMajorVersion() < 18);
            connection.setAutoCommit(false);
            for (int i = 0; i < 10; i++) {
                read(connection, "SELECT set_config('search_path', 'ada, public', true)");
            }
            assertThatThrownBy(() -> read(connection, "SELECT set_config('search_path', 'bob, public', true)"))
                    .hasMessageContaining("cached plan must not change result type");
        }
    }

    private static void read(Connection connection, String path) throws SQLException {
        execute(connection, path);
        try (PreparedStatement query = connection.prepareStatement("SELECT * FROM note");
                ResultSet rows = query.executeQuery()) {
            assertThat(rows.next()).isTrue();
        }
        connection.commit();
    }
}
