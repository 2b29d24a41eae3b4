package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.jdbc.TenantLock;
import dev.tenantmigrator.internal.recording.Recording;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * Tries one migration of a tenant once, in a transaction or outside of one, tells what is no failure from what is one, and
 * keeps for the next try how to go about it.
 */
final class MigrationAttempt {

    enum Result {
        DONE,
        /** Another session holds the tenant; nothing was done. */
        HELD,
        /** The recorded versions are not those that were read; nothing was done. */
        CHANGED,
        /** Nothing was kept, and the same may succeed after a pause. */
        AGAIN,
        /** The connection went, or was closed by a pool at an error; {@link LostConnection} says whether that may have been a commit. */
        OTHER_CONNECTION
    }

    private final MigrationRun run;
    private final TenantProgress steps;
    private final LostConnection lostConnection;
    private final String schema;
    private final AttemptCounter tries = new AttemptCounter();
    private boolean oneByOne;
    private boolean full;
    private boolean codeHides;
    private Duration pause = Duration.ZERO;

    /** @param lostConnection is told when the connection went while a migration was sent */
    MigrationAttempt(MigrationRun run, TenantProgress steps, LostConnection lostConnection) {
        this.run = run;
        this.steps = steps;
        this.lostConnection = lostConnection;
        this.schema = steps.state().schema();
        this.codeHides = run.containment().mayHideCode(schema);
    }

    /**
     * Tries it once.
     *
     * @throws MigrationFailedException when it failed, and is not tried again
     * @throws SQLException when what only reads failed
     */
    Result run(Session session, Migration migration) throws SQLException {
        tries.begin();
        PreparedScript script = run.script(migration);
        // Also for those that follow it, which can call what it has made; another instance ran others.
        codeHides |= steps.wasChanged() || script.effects().hidden();
        Recording.Span<Result> span = Recording.migration(schema, migration.version(), tries.failed());
        try {
            if (!script.isTransactional()) {
                return span.done(outsideTransaction(session, migration));
            }
            TransactionalRun transaction = new TransactionalRun(run, steps.state(), migration, codeHides, session);
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

    /** The pause before the next try, after {@link Result#AGAIN}. */
    Duration pause() {
        return pause;
    }

    /** The migration is done; the next begins anew. */
    void succeeded() {
        oneByOne = false;
        full = false;
        tries.succeeded();
    }

    private Result outsideTransaction(Session session, Migration migration) throws SQLException {
        NonTransactionalRun outside = new NonTransactionalRun(run, steps.state(), migration);
        try {
            return outside.run(session);
        } catch (MigrationFailedException e) {
            if (outside.isRepeatable() && mayTryAgain(migration, e.failure())) {
                // It may have been recorded as begun.
                steps.become(steps.read(session));
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
        if (mayTryAgain(migration, SqlErrors.failure(e))) {
            return Result.AGAIN;
        }
        // Some pools close a connection at certain errors; then the next attempt sends one by one on another.
        oneByOne = session.isLost();
        return oneByOne ? Result.OTHER_CONNECTION : sendOneByOne(session, transaction, migration);
    }

    /** Once more, one statement after the other, because a flight does not tell which one failed. */
    private Result sendOneByOne(Session session, TransactionalRun transaction, Migration migration)
            throws SQLException {
        try {
            return transaction.sendOneByOne(full) ? Result.DONE : Result.HELD;
        } catch (SQLException e) {
            Optional<Result> known = expected(e, session, migration);
            if (known.isPresent()) {
                return known.get();
            }
            throw failure(e, session, migration);
        }
    }

    private Optional<Result> expected(SQLException e, Session session, Migration migration) throws SQLException {
        if (SqlErrors.isConnectionLost(e)) {
            lostConnection.duringMigration(e);
            return Optional.of(Result.OTHER_CONNECTION);
        }
        if (!full && !codeHides && !(e instanceof ScriptFailure) && TenantLock.isHeld(e)) {
            // The full check asks for the lock by itself: no script can make an error that looks like this one then.
            full = true;
            return Optional.of(Result.HELD);
        }
        boolean others = !(e instanceof ScriptFailure) && SqlErrors.says(e, TransactionalRun.CHANGED);
        boolean gone = MigrationErrors.mayBeGone(e) && !steps.isTracked(session);
        return others || gone || failedOnOldRows(session, migration) ? Optional.of(Result.CHANGED) : Optional.empty();
    }

    /**
     * Above READ COMMITTED the check after the lock sees the rows as they were when the lock was asked for. Then what another
     * instance did meanwhile makes the script fail, at the latest at its tracking row, whose version is unique.
     */
    private boolean failedOnOldRows(Session session, Migration migration) throws SQLException {
        if (run.script(migration).adapted().isolationLevel().isEmpty() || session.isLost()) {
            return false;
        }
        return !steps.isSame(steps.read(session));
    }

    /** Whether a migration that failed is tried again, because the reason may pass; after a pause then. */
    private boolean mayTryAgain(Migration migration, Failure failure) {
        int most = run.script(migration).tries();
        Optional<Duration> next = tries.afterFailure(run, migration, failure, schema, most);
        pause = next.orElse(Duration.ZERO);
        return next.isPresent();
    }

    private MigrationFailedException failure(SQLException e, Session session, Migration migration) {
        return MigrationErrors.of(e, run, schema, migration, session, tries);
    }
}
