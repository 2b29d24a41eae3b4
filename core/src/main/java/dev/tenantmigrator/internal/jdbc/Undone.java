package dev.tenantmigrator.internal.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** Runs work in a savepoint, and always rolls back to it: settings and changes of the work are undone, and an error too. */
public final class Undone {

    private static final String SAVEPOINT = "tenant_migrator_undone";

    private Undone() {}

    /** Work in a savepoint. */
    @FunctionalInterface
    public interface Work<T> {
        /** Works on the connection, without ending the transaction. */
        T run() throws SQLException;
    }

    /** Runs work in a transaction. */
    public static <T> T run(Connection connection, Work<T> work) throws SQLException {
        Jdbc.execute(connection, "SAVEPOINT " + SAVEPOINT);
        try {
            T result = work.run();
            undo(connection);
            return result;
        } catch (SQLException | RuntimeException e) {
            try {
                undo(connection);
            } catch (SQLException notUndone) {
                e.addSuppressed(notUndone);
            }
            throw e;
        }
    }

    /** Of savepoints with one name, the innermost is meant. */
    private static void undo(Connection connection) throws SQLException {
        Jdbc.execute(connection, "ROLLBACK TO SAVEPOINT " + SAVEPOINT + "; RELEASE SAVEPOINT " + SAVEPOINT);
    }
}
