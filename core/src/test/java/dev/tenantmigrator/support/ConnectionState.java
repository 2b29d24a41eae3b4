package dev.tenantmigrator.support;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * The state that a borrower must restore on a connection: autocommit and the driver's other properties, the role, every
 * setting that PostgreSQL lists, session-level advisory locks, and that no transaction is open.
 *
 * <p>A setting made under an unlisted name ({@code SET my.own = ...}) is not seen.
 */
final class ConnectionState {

    // Only what differs from the value at connection, so a setting that was put back is no change.
    private static final String QUERY = """
            SELECT 'role', current_setting('role')
            UNION ALL SELECT 'session_user', session_user::text
            UNION ALL SELECT 'search_path', current_setting('search_path')
            UNION ALL SELECT name, setting FROM pg_settings
             WHERE setting IS DISTINCT FROM reset_val AND name NOT LIKE 'transaction\\_%'
            UNION ALL SELECT 'advisory locks of the session', string_agg(l, ', ' ORDER BY l)
              FROM (SELECT format('(%s, %s, %s) %s', classid, objid, objsubid, mode) AS l
                      FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory' AND granted) AS locks
            """;

    private final Map<String, String> values;

    private ConnectionState(Map<String, String> values) {
        this.values = values;
    }

    static ConnectionState of(Connection connection) throws SQLException {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("autocommit", Boolean.toString(connection.getAutoCommit()));
        values.put("read-only", Boolean.toString(connection.isReadOnly()));
        values.put("holdability", Integer.toString(connection.getHoldability()));
        values.put("network timeout", Integer.toString(connection.getNetworkTimeout()));
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(QUERY)) {
            while (rows.next()) {
                values.put(rows.getString(1), rows.getString(2));
            }
        }
        if (!connection.getAutoCommit()) {
            connection.rollback();
        }
        return new ConnectionState(values);
    }

    /** The differences, in words, and nothing if there are none. */
    String changesTo(Connection connection) throws SQLException {
        // Asked of the driver, not the server, which would begin a transaction to answer.
        TransactionState transaction = connection.unwrap(BaseConnection.class).getTransactionState();
        if (transaction != TransactionState.IDLE) {
            return "a transaction is " + (transaction == TransactionState.OPEN ? "open" : "open and failed");
        }
        Map<String, String> now = of(connection).values;
        TreeSet<String> names = new TreeSet<>(values.keySet());
        names.addAll(now.keySet());
        StringBuilder changes = new StringBuilder();
        for (String name : names) {
            String before = values.get(name);
            String after = now.get(name);
            if (!Objects.equals(before, after)) {
                changes.append(changes.isEmpty() ? "" : "; ")
                        .append(name)
                        .append(" was ")
                        .append(before == null ? "as at connection" : before)
                        .append(", is ")
                        .append(after == null ? "as at connection" : after);
            }
        }
        return changes.toString();
    }

    /** Whether the error says that the connection is gone: SQLState 08xxx, or the server ended it. */
    static boolean isDead(SQLException e) {
        String state = Objects.requireNonNullElse(e.getSQLState(), "");
        return state.startsWith("08") || state.startsWith("57P");
    }
}
