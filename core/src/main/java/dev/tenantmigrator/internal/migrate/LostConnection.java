package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.util.Optional;

/**
 * State after losing the connection while a migration ran: only the tracking table, read on another connection, knows whether
 * it was committed.
 */
final class LostConnection {

    /** A server that restarts ends each connection once or twice; more often means that something else is wrong. */
    private static final int MOST_WHILE_IDLE = 5;

    private Optional<SQLException> reason = Optional.empty();
    private int whileIdle;

    /** Records that the connection was lost while a migration ran, possibly at its commit. */
    void duringMigration(SQLException e) {
        reason = Optional.of(e);
    }

    /** Whether to try again after losing a connection that ran no migration. */
    boolean mayRetry() {
        return ++whileIdle < MOST_WHILE_IDLE;
    }

    /** The error of the lost connection, until the tracking table has been read. */
    Optional<SQLException> reason() {
        return reason;
    }

    /** Records that the tracking table has been read. */
    void settle() {
        reason = Optional.empty();
    }

    /** The failure to report when the tracking table could not be read, with the reason. */
    static Failure unknown(Failure whyNot, Migration migration, MigrationScript script) {
        return whyNot.withMessage(
                        "the connection was lost while the script ran, and the tracking table could not be read to"
                                + " see whether it was committed (" + whyNot.message()
                                + "); run it again: completed migrations are not repeated")
                .ofVersion(migration.version())
                .inFile(script.location());
    }

    /** The failure to report when the tracking table shows that the migration was not committed. */
    static Failure rolledBack(SQLException reason, String schema, Migration migration, MigrationScript script) {
        return SqlErrors.failure(reason)
                .withMessage("the connection was lost (" + SqlErrors.message(reason)
                        + "); the script was rolled back and nothing of it was kept; run it again")
                .inTenant(schema)
                .ofVersion(migration.version())
                .inFile(script.location());
    }
}
