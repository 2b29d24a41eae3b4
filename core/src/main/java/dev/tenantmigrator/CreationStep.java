package dev.tenantmigrator;

import java.sql.Connection;
import java.sql.SQLException;

/** The host application's own step at the end of a creation, e.g. inserting the first team member. */
@FunctionalInterface
public interface CreationStep {

    /** A step that does nothing. */
    CreationStep NONE = (connection, schema) -> {};

    /**
     * Runs in the creation's transaction, with {@code search_path} set to the new tenant and then the shared schema.
     *
     * <p>After a statement that failed, PostgreSQL commits nothing of the transaction, also when the step catches the error: the creation
     * fails. Use a savepoint around a statement that may fail.
     *
     * @param connection the creation's connection; do not commit, roll back or close it
     * @param schema the new tenant's schema
     * @throws SQLException ends the creation, which leaves nothing behind; so does any other exception
     */
    void run(Connection connection, String schema) throws SQLException;
}
