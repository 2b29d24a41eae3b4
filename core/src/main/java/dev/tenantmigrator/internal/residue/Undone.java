package dev.tenantmigrator.internal.residue;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import java.sql.Connection;
import java.sql.SQLException;

/** Runs work in a savepoint, and always rolls back to it: settings and changes of the work are undone, and an error too. */
final class Undone {

    private static final String SAVEPOINT = "tenant_migrator_residue";

    private Undone() {}

    /** Work in a savepoint. */
    interface Work<T> {
        T run() throws SQLException;
    }

    static <T> T run(Connection connection, Work<T> work) throws SQLException {
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
