package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The server's table of locks, which all sessions share: a transaction has a place in it for everything that it made or
 * changed, until it ends.
 *
 * @param perTransaction the setting that it is made bigger with
 * @param transactions by how many it is multiplied
 */
public record LockTable(int perTransaction, int transactions) {

    private static final String SETTING = "max_locks_per_transaction";
    private static final String OUT_OF_MEMORY = "53200";

    private static final String QUERY = """
            SELECT pg_catalog.current_setting('max_locks_per_transaction')::int,
                   pg_catalog.current_setting('max_connections')::int
                       + pg_catalog.current_setting('max_prepared_transactions')::int""";

    /** Asks the server. */
    public static LockTable read(Connection connection) throws SQLException {
        return Jdbc.queryOne(connection, QUERY, row -> new LockTable(row.getInt(1), row.getInt(2)));
    }

    private int size() {
        return perTransaction * transactions;
    }

    /** Whether a statement failed because there was no place left. The hint names the setting in every language. */
    public static boolean isFull(SQLException e) {
        return SqlErrors.state(e).equals(OUT_OF_MEMORY) && SqlErrors.message(e).contains(SETTING);
    }

    /** Whether that is why something failed. */
    public static boolean isFull(Failure failure) {
        return failure.sqlState().filter(OUT_OF_MEMORY::equals).isPresent()
                && failure.message().contains(SETTING);
    }

    /** What it has room for, in words. */
    public String describe() {
        return "the server's lock table has room for about " + size() + " locks of all sessions together (" + SETTING
                + " is " + perTransaction + ", times " + transactions + " transactions)";
    }
}
