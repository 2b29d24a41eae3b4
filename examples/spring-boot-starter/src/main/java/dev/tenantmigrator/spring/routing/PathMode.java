package dev.tenantmigrator.spring.routing;

import static dev.tenantmigrator.spring.routing.RoutedConnection.INVALID_TRANSACTION_STATE;

import dev.tenantmigrator.spring.routing.TenantContext.Scope;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** When the path of a {@link RoutedConnection} is set and reset. */
interface PathMode {

    void begin() throws SQLException;

    void beforeStatement() throws SQLException;

    default void checkText(String sql) throws SQLException {}

    default void transactionEnds() {}

    void end() throws SQLException;

    /** The driver refuses the call in a transaction, and sends nothing otherwise. */
    private static boolean inTransaction(Connection connection) throws SQLException {
        boolean readOnly = connection.isReadOnly();
        try {
            connection.setReadOnly(readOnly);
            return false;
        } catch (SQLException e) {
            return true;
        }
    }

    /** Ends what the borrower began, also a transaction that failed. */
    private static void rollBack(Connection connection) throws SQLException {
        if (!connection.getAutoCommit()) {
            connection.rollback();
            connection.setAutoCommit(true);
        }
        if (inTransaction(connection)) {
            throw new SQLException("a transaction was begun by a statement's text", INVALID_TRANSACTION_STATE);
        }
    }

    /** PostgreSQL ignores schemas that do not exist, and a table would be made, or found, in the shared schema. */
    private static void checkFirst(ResultSet current, Scope scope, String first) throws SQLException {
        current.next();
        if (!first.equals(current.getString(1))) {
            throw TenantRoutingDataSource.unknown(scope);
        }
    }

    /** One round trip when the connection is borrowed, and one when it goes back. */
    final class PerSession implements PathMode {

        private final Connection target;
        private final Scope scope;
        private final String first;
        private final String path;
        private boolean autoCommit;
        private @Nullable String lentPath;
        private @Nullable String lentRole;

        PerSession(Connection target, Scope scope, String first, String path) {
            this.target = target;
            this.scope = scope;
            this.first = first;
            this.path = path;
        }

        @Override
        public void begin() throws SQLException {
            autoCommit = target.getAutoCommit();
            if (!autoCommit) {
                target.setAutoCommit(true);
            }
            try (Statement statement = target.createStatement()) {
                statement.setEscapeProcessing(false);
                // The driver drops its prepared statements when it sees SET with a new path.
                statement.execute("SELECT pg_catalog.current_setting('search_path'),"
                        + " pg_catalog.concat(session_user, ' ', pg_catalog.current_setting('role'));"
                        + " SET search_path TO " + path + "; SELECT pg_catalog.current_schema()");
                try (ResultSet lent = statement.getResultSet()) {
                    lent.next();
                    lentPath = lent.getString(1);
                    lentRole = lent.getString(2);
                }
                statement.getMoreResults();
                statement.getMoreResults();
                try (ResultSet current = statement.getResultSet()) {
                    checkFirst(current, scope, first);
                }
            }
            if (!autoCommit) {
                target.setAutoCommit(false);
            }
        }

        @Override
        public void beforeStatement() {
            // The path is set.
        }

        @Override
        public void end() throws SQLException {
            rollBack(target);
            if (lentPath == null) {
                throw new SQLException("the path was not read", INVALID_TRANSACTION_STATE);
            }
            try (PreparedStatement statement = target.prepareStatement(
                    "SELECT pg_catalog.set_config('search_path', ?, false),"
                            + " pg_catalog.concat(session_user, ' ', pg_catalog.current_setting('role')); DISCARD TEMP; DISCARD SEQUENCES; CLOSE ALL")) {
                statement.setString(1, lentPath);
                statement.execute();
                try (ResultSet row = statement.getResultSet()) {
                    row.next();
                    if (!row.getString(2).equals(lentRole)) {
                        throw new SQLException("the role was changed", INVALID_TRANSACTION_STATE);
                    }
                }
            }
            if (!autoCommit) {
                target.setAutoCommit(false);
            }
        }
    }

    /** One round trip more for each transaction. */
    final class PerTransaction implements PathMode {

        private static final String NO_ACTIVE_TRANSACTION = "25P01";

        private static final Pattern QUOTED = Pattern.compile(
                "'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\\n]*|/\\*.*?\\*/|\\$([a-zA-Z_]*)\\$.*?\\$\\1\\$",
                Pattern.DOTALL);

        /** At the beginning of a text or of a later statement; {@code ROLLBACK TO} a savepoint stays in the transaction. */
        private static final Pattern ENDS_TRANSACTION = Pattern.compile(
                "(?i)(?:^|;)\\s*(?:BEGIN|START\\s+TRANSACTION|COMMIT|END|ABORT|ROLLBACK(?!\\s+(?:(?:WORK|TRANSACTION)\\s+)?TO\\b))\\s*"
                        + "(?:;|$|(?:WORK|TRANSACTION|AND|PREPARED|ISOLATION|READ|NOT|DEFERRABLE)\\b)");

        private final Connection target;
        private final Scope scope;
        private final String first;
        private final String path;
        private final boolean autoCommit;
        private boolean pathSet;

        PerTransaction(Connection target, Scope scope, String first, String path) throws SQLException {
            this.target = target;
            this.scope = scope;
            this.first = first;
            this.path = path;
            this.autoCommit = target.getAutoCommit();
        }

        @Override
        public void begin() {
            // The first statement of a transaction sets the path.
        }

        @Override
        public void beforeStatement() throws SQLException {
            if (target.getAutoCommit()) {
                throw new SQLException(
                        "Statements outside of a transaction are refused, because a pooler in transaction mode could run them in"
                                + " another schema: use @Transactional or setAutoCommit(false)"
                                + " (tenant-migrator.routing.transaction-pooler) [" + scope + "]",
                        NO_ACTIVE_TRANSACTION);
            }
            // The driver may have begun a transaction by itself, for a question of its own.
            if (pathSet && inTransaction(target)) {
                return;
            }
            try (Statement statement = target.createStatement()) {
                statement.setEscapeProcessing(false);
                statement.execute("SET LOCAL search_path TO " + path + "; SELECT pg_catalog.current_schema()");
                statement.getMoreResults();
                try (ResultSet current = statement.getResultSet()) {
                    checkFirst(current, scope, first);
                }
                pathSet = true;
            } catch (SQLException | RuntimeException e) {
                target.rollback();
                throw e;
            }
        }

        /** The path would be gone in the transaction that such a statement begins, or that the next one finds. */
        @Override
        public void checkText(String sql) throws SQLException {
            if (ENDS_TRANSACTION.matcher(QUOTED.matcher(sql).replaceAll(" ")).find()) {
                throw new SQLException(
                        "A transaction is begun and ended by the methods of the connection, or by @Transactional, not by a statement"
                                + " (tenant-migrator.routing.transaction-pooler) [" + scope + "]",
                        INVALID_TRANSACTION_STATE);
            }
        }

        @Override
        public void transactionEnds() {
            pathSet = false;
        }

        @Override
        public void end() throws SQLException {
            rollBack(target);
            if (!autoCommit) {
                target.setAutoCommit(false);
            }
        }
    }
}
