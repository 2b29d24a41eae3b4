package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.ScriptFile;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.util.Optional;

/**
 * That a connection went while one tenant was worked on: then only the tracking table, asked on another connection, knows what
 * was committed.
 */
final class LostConnection {

    /** How often a connection may go while nothing is in flight. */
    private static final int MOST = 5;

    private Optional<SQLException> reason = Optional.empty();
    private boolean inFlight;
    private int whileNothingFlew;

    /** The connection went while a migration was sent, possibly at its commit. */
    void whileFlying(SQLException e) {
        reason = Optional.of(e);
        inFlight = true;
    }

    /** The connection went before what was committed was known to be on the disk. */
    void beforeFlush(SQLException e) {
        reason = Optional.of(e);
        inFlight = false;
    }

    /** Whether to try once more, because a connection went while nothing was in flight. */
    boolean mayTryAgain() {
        return ++whileNothingFlew < MOST;
    }

    /** Why it went, as long as nobody has looked at what was committed. */
    Optional<SQLException> reason() {
        return reason;
    }

    /** Whether a migration was in flight, so that it may or may not have been committed. */
    boolean isInFlight() {
        return inFlight;
    }

    /** Somebody has looked. */
    void settle() {
        reason = Optional.empty();
        inFlight = false;
    }

    /** What is reported when nobody could look at what was not known to be on the disk, and why not. */
    static Failure unflushed(Failure whyNot) {
        return whyNot.withMessage("the connection was lost before what was done was known to be on the server's disk,"
                + " and whether it is could not be asked (" + whyNot.message()
                + "); run again, what is done is not done twice");
    }

    /** What is reported when nobody could look whether a migration was committed, and why not. */
    static Failure unknown(Failure whyNot, Migration flown, ScriptFile script) {
        return whyNot.withMessage("the connection was lost while the script ran, and whether it was committed could not"
                        + " be asked (" + whyNot.message() + "); run again, what is done is not done twice")
                .ofVersion(flown.version())
                .inFile(script.location());
    }

    /** What is reported when it was looked at, and a migration that flew was not committed. */
    static Failure rolledBack(SQLException reason, String schema, Migration flown, ScriptFile script) {
        return SqlErrors.failure(reason)
                .withMessage("the connection was lost (" + SqlErrors.message(reason)
                        + "); the script was rolled back and nothing of it was kept; run again")
                .inTenant(schema)
                .ofVersion(flown.version())
                .inFile(script.location());
    }
}
