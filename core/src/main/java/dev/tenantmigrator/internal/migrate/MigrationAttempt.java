package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.internal.jdbc.PassingErrors;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.jdbc.TenantLock;
import dev.tenantmigrator.internal.jfr.FlightRecording;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * Attempts one migration of a tenant, inside or outside of a transaction, and tells failures from results that need another
 * attempt. Between attempts it remembers whether to send statements one by one and whether to use the full check.
 */
final class MigrationAttempt {

    /** The result of one attempt. Flight recordings show the names of these constants, so they must not change. */
    enum Result {
        DONE,
        /** Another session has locked the tenant; nothing was done. */
        HELD,
        /** The recorded versions differ from those that were read; nothing was done. */
        CHANGED,
        /** Nothing was kept, and another attempt may succeed after a pause. */
        AGAIN,
        /**
         * The connection was lost, or a pool closed it after an error; {@link LostConnection} knows whether a commit was
         * possible.
         */
        OTHER_CONNECTION
    }

    private final MigrationRun run;
    private final TenantProgress progress;
    private final LostConnection lostConnection;
    private final String schema;
    private final AttemptCounter attempts = new AttemptCounter();
    private boolean oneByOne;
    private boolean full;
    private boolean hidesEffects;
    private Duration pause = Duration.ZERO;
    /** The error of a pipeline that will not pass, until its statement is found. */
    private Optional<SQLException> unplaced = Optional.empty();

    /** @param lostConnection records that the connection was lost while a migration ran */
    MigrationAttempt(MigrationRun run, TenantProgress progress, LostConnection lostConnection) {
        this.run = run;
        this.progress = progress;
        this.lostConnection = lostConnection;
        this.schema = progress.state().schema();
        this.hidesEffects = run.containment().mayHideEffects(schema);
    }

    /**
     * Makes one attempt.
     *
     * @throws MigrationFailedException when the migration failed and there is no further attempt
     * @throws SQLException when a statement that only reads failed
     */
    Result run(Session session, Migration migration) throws SQLException {
        attempts.begin();
        PreparedScript script = run.script(migration);
        // Later migrations can call code that this one made, and progress may come from another instance; so it stays
        // set.
        hidesEffects |= progress.wasChanged() || script.effects().hidden();
        FlightRecording.Span<Result> span = FlightRecording.migration(schema, migration.version(), attempts.failed());
        try {
            if (!script.isTransactional()) {
                return span.done(outsideTransaction(session, migration));
            }
            TransactionalRun transaction = new TransactionalRun(
                    run, schema, migration, RecordedScript.of(run, progress.state(), migration), hidesEffects, session);
            if (oneByOne) {
                return span.done(sendOneByOne(session, transaction, migration));
            }
            try {
                return span.done(transaction.send(full) ? Result.DONE : Result.HELD);
            } catch (SQLException e) {
                return span.done(afterError(e, session, transaction, migration));
            }
        } catch (Throwable e) {
            span.failed(e);
            throw e;
        }
    }

    /** The pause before the next attempt, after {@link Result#AGAIN}. */
    Duration pause() {
        return pause;
    }

    /** Records that the migration is done; the next one starts without what this one has learned. */
    void succeeded() {
        oneByOne = false;
        full = false;
        unplaced = Optional.empty();
        attempts.succeeded();
    }

    private Result outsideTransaction(Session session, Migration migration) throws SQLException {
        NonTransactionalRun outside = new NonTransactionalRun(run, progress.state(), migration, hidesEffects);
        try {
            return outside.run(session);
        } catch (MigrationFailedException e) {
            if (outside.isRepeatable() && mayRetry(migration, e.failure())) {
                // The script may have been recorded as started.
                progress.become(progress.read(session));
                return Result.AGAIN;
            }
            throw e;
        }
    }

    private Result afterError(SQLException e, Session session, TransactionalRun transaction, Migration migration)
            throws SQLException {
        Optional<Result> known = expected(e, session, migration);
        if (known.isPresent()) {
            return known.get();
        }
        if (e instanceof ScriptFailure) {
            throw failure(e, session, migration);
        }
        if (mayRetry(migration, SqlErrors.failure(e))) {
            return Result.AGAIN;
        }
        if (!PassingErrors.mayPass(e)) {
            unplaced = Optional.of(e);
        }
        // Some pools close a connection at certain errors; then the next attempt sends one by one on another.
        oneByOne = session.isLost();
        return oneByOne ? Result.OTHER_CONNECTION : sendOneByOne(session, transaction, migration);
    }

    /** Sends the statements again, one by one, because a pipeline does not tell which one failed. */
    private Result sendOneByOne(Session session, TransactionalRun transaction, Migration migration)
            throws SQLException {
        try {
            return transaction.sendOneByOne(full) ? Result.DONE : Result.HELD;
        } catch (SQLException e) {
            Optional<Result> known = expected(e, session, migration);
            if (known.isPresent()) {
                return known.get();
            }
            if (unplaced.isEmpty() || !PassingErrors.mayPass(e)) {
                throw failure(e, session, migration);
            }
            // Another session's lock, which was not there before.
            Failure again = e instanceof ScriptFailure script ? script.failure() : SqlErrors.failure(e);
            if (mayRetry(migration, again)) {
                return Result.AGAIN;
            }
            MigrationFailedException cause = failure(unplaced.get(), session, migration);
            throw new MigrationFailedException(PassingErrors.withoutPlace(cause.failure(), e), cause);
        }
    }

    private Optional<Result> expected(SQLException e, Session session, Migration migration) throws SQLException {
        if (SqlErrors.isConnectionLost(e)) {
            lostConnection.duringMigration(e);
            return Optional.of(Result.OTHER_CONNECTION);
        }
        if (!full && !hidesEffects && !(e instanceof ScriptFailure) && TenantLock.isHeld(e)) {
            // A script can forge this error. The full check asks for the lock in a statement before the script, where
            // it cannot.
            full = true;
            return Optional.of(Result.HELD);
        }
        boolean others = !(e instanceof ScriptFailure) && SqlErrors.says(e, TransactionalRun.CHANGED);
        boolean gone = MigrationErrors.mayBeGone(e) && !progress.isTracked(session);
        return others || gone || failedOnOldRows(session, migration) ? Optional.of(Result.CHANGED) : Optional.empty();
    }

    /**
     * Whether a script failed because another instance ran it meanwhile. Above READ COMMITTED, the check after the lock still sees
     * the rows of the moment when the lock was requested. The script then fails later, at the latest at its tracking row, whose
     * version is unique.
     */
    private boolean failedOnOldRows(Session session, Migration migration) throws SQLException {
        if (run.script(migration).adapted().isolationLevel().isEmpty() || session.isLost()) {
            return false;
        }
        return !progress.isSame(progress.read(session));
    }

    /** Whether there is another attempt, after {@link #pause}, because the cause may pass. */
    private boolean mayRetry(Migration migration, Failure failure) {
        int most = run.script(migration).tries();
        Optional<Duration> next = attempts.afterFailure(run, migration, failure, schema, most);
        pause = next.orElse(Duration.ZERO);
        return next.isPresent();
    }

    private MigrationFailedException failure(SQLException e, Session session, Migration migration) {
        return MigrationErrors.of(e, run, schema, migration, session, attempts);
    }
}
