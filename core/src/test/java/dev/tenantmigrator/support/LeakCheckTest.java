package dev.tenantmigrator.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedSuccessfully;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.EventConditions.test;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.postgresql.util.PSQLException;

/** The leak check itself: it fails when it should, says what is wrong, and only then. */
@PostgresTest
class LeakCheckTest {

    private final TestDatabase database;

    LeakCheckTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void anUnchangedConnectionPasses() throws SQLException {
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SET LOCAL search_path = pg_catalog");
            connection.commit();
            connection.setAutoCommit(true);
        }
        database.assertNoLeaks();
    }

    @Test
    void aConnectionThatIsNotClosedFails() throws SQLException {
        Connection connection = database.connection();

        assertThatThrownBy(database::assertNoLeaks)
                .isInstanceOf(AssertionError.class)
                .hasMessage("a connection was not closed")
                .hasStackTraceContaining("aConnectionThatIsNotClosedFails");
        assertThat(connection.isClosed()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SET search_path = pg_catalog                | search_path
            SET ROLE leak_check_role                    | role
            SET statement_timeout = 1000                | statement_timeout
            SET lock_timeout = 1000                     | lock_timeout
            SET default_transaction_isolation = 'serializable' | default_transaction_isolation
            SET client_min_messages = error             | client_min_messages
            SELECT pg_advisory_lock(7)                  | advisory locks of the session
            """)
    void aChangedSessionFails(String sql, String what) throws SQLException {
        allowRole("leak_check_role");

        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
        assertThatThrownBy(database::assertNoLeaks)
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("a connection came back changed: " + what + " was ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SET search_path = pg_catalog", "SET statement_timeout = 1000"})
    void aSettingThatWasPutBackPasses(String sql) throws SQLException {
        String name = sql.split(" ", -1)[1];
        String before = database.value("SELECT current_setting(?)", name);

        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
            statement.execute("SELECT set_config('" + name + "', '" + before + "', false)");
        }
        database.assertNoLeaks();
    }

    @Test
    void autocommitLeftOffFails() throws SQLException {
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
        }
        assertThatThrownBy(database::assertNoLeaks).hasMessageContaining("autocommit was true, is false");
    }

    @ParameterizedTest
    @CsvSource({"SELECT 1, a transaction is open", "SELECT 1/0, a transaction is open and failed"})
    void anOpenTransactionFails(String sql, String message) throws SQLException {
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            assertThatCode(() -> statement.execute(sql))
                    .satisfiesAnyOf(
                            e -> assertThat(e).isNull(), e -> assertThat(e).isInstanceOf(PSQLException.class));
        }
        assertThatThrownBy(database::assertNoLeaks).hasMessageEndingWith(message);
    }

    @Test
    void aTransactionBegunInTheTextFails() throws SQLException {
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            statement.execute("BEGIN");
        }
        assertThatThrownBy(database::assertNoLeaks).hasMessageEndingWith("a transaction is open");
    }

    @Test
    void anAbortedConnectionPasses() throws SQLException {
        Connection connection = database.connection();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET search_path = pg_catalog");
        }
        connection.abort(Runnable::run);

        database.assertNoLeaks();
        assertThat(connection.isClosed()).isTrue();
    }

    @Test
    void aConnectionThatTheServerEndedPasses() throws SQLException {
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("SELECT pg_terminate_backend(pg_backend_pid())"))
                    .isInstanceOf(SQLException.class);
        }
        database.assertNoLeaks();
    }

    @Test
    void theDriversOwnExceptionComesThrough() throws SQLException {
        try (Connection connection = database.connection()) {
            assertThatThrownBy(() -> connection.setSavepoint("s")).isInstanceOf(PSQLException.class);
        }
    }

    @Test
    void aChangedConnectionIsNotLentAgain() throws SQLException {
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET statement_timeout = 1");
        }
        assertThatThrownBy(database::assertNoLeaks).isInstanceOf(AssertionError.class);

        assertThat(database.value("SELECT current_setting('statement_timeout')"))
                .isEqualTo("0");
    }

    @Test
    void aChangeBetweenTwoLoansIsNotBlamedOnTheSecond() throws SQLException {
        database.connection().close();
        database.execute("SET statement_timeout = 1000");

        try (Connection connection = database.connection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT current_setting('statement_timeout')")) {
            row.next();
            assertThat(row.getString(1)).isEqualTo("1s");
        }
        database.assertNoLeaks();
        database.execute("RESET statement_timeout");
    }

    @Test
    void aSecondLoanOfAConnectionIsCheckedToo() throws SQLException {
        database.connection().close();
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET statement_timeout = 1000");
        }
        assertThatThrownBy(database::assertNoLeaks).hasMessageContaining("statement_timeout was ");
    }

    @Test
    void theTestThatLeakedIsTheOneThatFails() {
        EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Leaking.class))
                .execute()
                .testEvents()
                .assertThatEvents()
                .haveExactly(1, event(test("leaks"), finishedWithFailure(message("a connection was not closed"))))
                .haveExactly(1, event(test("doesNotLeak"), finishedSuccessfully()));
    }

    /** Run by the test above only; a nested class is no test class to the build. */
    @PostgresTest
    static class Leaking {

        @Test
        void leaks(TestDatabase database) throws SQLException {
            database.connection();
        }

        @Test
        void doesNotLeak(TestDatabase database) throws SQLException {
            database.connection().close();
        }
    }

    private void allowRole(String role) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP ROLE IF EXISTS " + role);
            statement.execute("CREATE ROLE " + role + " ROLE " + database.user());
        }
    }
}
