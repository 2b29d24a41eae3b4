package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.internal.jdbc.Session.Work;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Reads tables of tenants so that nothing can be written, and everything that was set is taken back. Planning a query evaluates the
 * constant parts of a table's index expressions, checks and statistics, so reading a table can run code of its tenant, which no
 * check watches. No lock is waited for without limit: somebody may be changing a table at this moment.
 */
public final class ReadOnlyTransaction {

    private static final String SAVEPOINT = "tenant_migrator_read";

    private ReadOnlyTransaction() {}

    /** Reads in a transaction of its own, on a connection without one. */
    public static <T> T run(Connection connection, Duration lockTimeout, Work<T> work) throws SQLException {
        return run(connection, "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY", lockTimeout, work, "ROLLBACK");
    }

    /** Reads in an open transaction, which can write again afterwards. */
    public static <T> T within(Connection connection, Duration lockTimeout, Work<T> work) throws SQLException {
        return run(
                connection,
                "SAVEPOINT " + SAVEPOINT + "; SET TRANSACTION READ ONLY",
                lockTimeout,
                work,
                "ROLLBACK TO SAVEPOINT " + SAVEPOINT + "; RELEASE SAVEPOINT " + SAVEPOINT);
    }

    private static <T> T run(Connection connection, String begin, Duration lockTimeout, Work<T> work, String end)
            throws SQLException {
        Jdbc.execute(connection, begin + "; SET LOCAL lock_timeout TO " + lockTimeout.toMillis());
        T result;
        try {
            result = work.run(connection);
        } catch (SQLException | RuntimeException | Error e) {
            end(connection, end, e);
            throw e;
        }
        Jdbc.execute(connection, end);
        return result;
    }

    private static void end(Connection connection, String end, Throwable reason) {
        try {
            Jdbc.execute(connection, end);
        } catch (SQLException e) {
            reason.addSuppressed(SqlErrors.withoutDetail(e));
        }
    }
}
