package dev.tenantmigrator.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A test gets the server it asked for, a database of its own and an ordinary role, and nothing is left behind. */
@PostgresTest
class TestDatabaseTest {

    private final TestDatabase database;

    TestDatabaseTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void theServerIsTheOneAskedFor() {
        assumeTrue(System.getProperty("test.postgres.url") == null, "a server of the caller's has any version");

        assertThat(database.value("SELECT current_setting('server_version_num')::int / 10000"))
                .isEqualTo(System.getProperty("test.postgres.version", "18"));
    }

    @Test
    void theOwnerIsAnOrdinaryRole() {
        assertThat(database.query("SELECT rolname, rolsuper, rolcreaterole, rolbypassrls FROM pg_roles"
                        + " WHERE oid = (SELECT datdba FROM pg_database WHERE datname = current_database())"))
                .containsExactly(List.of(database.user(), false, false, false));
    }

    @Test
    void itIsGoneOnceClosedWhoeverIsStillConnected() throws SQLException {
        TestDatabase other = TestDatabase.create("other");
        Connection stillOpen = other.superuserDataSource().getConnection();

        other.close();

        assertThat(stillOpen.isValid(5)).isFalse();
        assertThat(database.value("SELECT count(*) FROM pg_database WHERE datname = ?", other.name()))
                .isEqualTo("0");
        assertThat(database.value("SELECT count(*) FROM pg_roles WHERE rolname = ?", other.name()))
                .isEqualTo("0");
    }

    @Test
    void aDatabaseWhoseTestsWereKilledIsSwept() throws SQLException {
        String orphan = "tm_00000001_1_killed";
        String running = database.name();
        PostgresServer server = PostgresServer.shared();
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + orphan);
        }

        server.dropDatabasesOfTheDead();

        assertThat(database.values("SELECT datname FROM pg_database WHERE datname LIKE 'tm\\_%'"))
                .contains(running)
                .doesNotContain(orphan);
    }
}
