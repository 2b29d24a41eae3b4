package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The server's lock table, which all sessions share. Until it ends, a transaction has an entry in it for each object that it
 * created or changed.
 *
 * @param perTransaction the setting {@code max_locks_per_transaction}, which makes the table bigger
 * @param transactions the number of transactions by which the setting is multiplied
 */
public record LockTable(int perTransaction, int transactions) {

    private static final String SETTING = "max_locks_per_transaction";
    private static final String OUT_OF_MEMORY = "53200";

    private static final String QUERY = """
            SELECT pg_catalog.current_setting('max_locks_per_transaction')::int,
                   pg_catalog.current_setting('max_connections')::int
                       + pg_catalog.current_setting('max_prepared_transactions')::int""";

    /** Reads the settings of the server. */
    public static LockTable read(Connection connection) throws SQLException {
        return Jdbc.queryOne(connection, QUERY, row -> new LockTable(row.getInt(1), row.getInt(2)));
    }

    /** The number of entries that the table has room for at least. */
    private int size() {
        return perTransaction * transactions;
    }

    /** Whether a statement failed because the table was full. The hint names the setting in every language. */
    public static boolean isFull(SQLException e) {
        return SqlErrors.state(e).equals(OUT_OF_MEMORY) && SqlErrors.message(e).contains(SETTING);
    }

    /** Whether something failed because the table was full. */
    public static boolean isFull(Failure failure) {
        return failure.sqlState().filter(OUT_OF_MEMORY::equals).isPresent()
                && failure.message().contains(SETTING);
    }

    /** The table's size in words, for a message. */
    public String describe() {
        return "the server's lock table has room for about " + size() + " locks of all sessions together (" + SETTING
                + " is " + perTransaction + ", times " + transactions + " transactions)";
    }
}
