package dev.tenantmigrator.internal.deploy;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.ScriptFile;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.internal.Events;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.jdbc.TenantLock;
import dev.tenantmigrator.internal.recording.Recording;
import dev.tenantmigrator.internal.run.RunContext;
import dev.tenantmigrator.internal.tracking.TenantSchemas;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantOutcome.Step;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Runs migrations of one tenant in one direction, one after the other, and decides what becomes of the tenant when one cannot
 * be run now, or fails.
 */
final class MigrationSteps implements TenantWork {

    enum Result {
        DONE,
        /** Another session holds the tenant; nothing was done. */
        HELD,
        /** The recorded versions are not those that were read; nothing was done. */
        CHANGED,
        /** Nothing was kept, and the same may succeed after a pause. */
        AGAIN,
        /** The connection went, or was closed by a pool at an error; {@link #loss} says whether that may have been a commit. */
        OTHER_CONNECTION
    }

    private final RunContext run;
    private final Direction direction;
    private final Containment containment;
    private final TrackingStore store;
    private final TenantSteps steps;
    private final Tries tries = new Tries();
    private final Loss loss = new Loss();
    private boolean oneByOne;
    private boolean changed;
    private Optional<Long> heldSince = Optional.empty();
    private Runnable waitRecorded = () -> {};
    private Duration pause = Duration.ZERO;

    MigrationSteps(RunContext run, Direction direction, Containment containment, TenantState state) {
        this.run = run;
        this.direction = direction;
        this.containment = containment;
        this.store = run.config().store();
        this.steps = new TenantSteps(run, direction, state);
    }

    @Override
    public String schema() {
        return steps.state().schema();
    }

    @Override
    public List<Step> done() {
        return loss.reason().isPresent() ? steps.confirmedOnly() : steps.done();
    }

    @Override
    public boolean foundOthersWork() {
        return changed;
    }

    @Override
    public Optional<TenantOutcome> decide(List<RecordedVersion> rows) {
        steps.become(rows);
        return steps.outcome();
    }

    @Override
    public boolean isUnconfirmed() {
        return loss.reason().isEmpty() && steps.isUnconfirmed();
    }

    @Override
    public void confirmed() {
        steps.confirm();
    }

    @Override
    public Optional<TenantOutcome> doubt(SQLException reason) {
        loss.beforeFlush(reason);
        return loss.mayTryAgain()
                ? Optional.empty()
                : Optional.of(failed(withoutConnection(SqlErrors.failure(reason))));
    }

    @Override
    public TenantOutcome ended(String reason) {
        if (loss.reason().isPresent()) {
            return failed(withoutConnection(Failure.of(reason)));
        }
        return done().isEmpty() ? TenantWork.super.ended(reason) : failed(Failure.of(reason));
    }

    @Override
    public Failure withoutConnection(Failure reason) {
        if (loss.reason().isEmpty()) {
            return TenantWork.super.withoutConnection(reason);
        }
        if (!loss.isInFlight()) {
            return Loss.unflushed(reason);
        }
        return Loss.unknown(reason, steps.next(), direction.script(steps.next()));
    }

    @Override
    public Attempt tryOn(Session session) throws SQLException {
        try {
            return attempt(session);
        } catch (SQLException e) {
            // Only what reads ends here.
            if (SqlErrors.isConnectionLost(e) && loss.mayTryAgain()) {
                session.discard();
                return new Attempt.Lost();
            }
            if (loss.reason().isPresent()) {
                return new Attempt.Over(failed(withoutConnection(SqlErrors.failure(e))));
            }
            throw e;
        }
    }

    private Attempt attempt(Session session) throws SQLException {
        changed = false;
        if (loss.reason().isPresent()) {
            Optional<TenantOutcome> failed =
                    afterLostConnection(session, loss.reason().get());
            if (failed.isPresent()) {
                return new Attempt.Over(failed.get());
            }
            if (loss.reason().isPresent()) {
                return new Attempt.Held();
            }
        }
        boolean wasFree = heldSince.isPresent();
        if (heldSince.isPresent()) {
            if (!session.tryLock(schema())) {
                return new Attempt.Held();
            }
            Duration waited = Duration.ofNanos(System.nanoTime() - heldSince.get());
            heldSince = Optional.empty();
            waitRecorded.run();
            Events.publish(run.config(), new TenantEvent.TenantWaitedFor(schema(), waited));
        }
        Optional<TenantOutcome> outcome = steps.outcome();
        while (outcome.isEmpty()) {
            Migration next = steps.next();
            long start = System.nanoTime();
            tries.begin();
            switch (Recording.migration(schema(), next.version(), tries.failed(), () -> run(session, next))) {
                case DONE -> ran(next, Duration.ofNanos(System.nanoTime() - start));
                case CHANGED -> reread(session);
                case HELD -> {
                    // A script that makes an error look like ours would wait for ever: told apart statement by
                    // statement.
                    oneByOne = oneByOne || wasFree;
                    heldSince = Optional.of(System.nanoTime());
                    waitRecorded = Recording.lockWait(schema());
                    return new Attempt.Held();
                }
                case AGAIN -> {
                    return new Attempt.Again(pause);
                }
                case OTHER_CONNECTION -> {
                    return new Attempt.Lost();
                }
            }
            outcome = steps.outcome();
        }
        return new Attempt.Over(outcome.get());
    }

    private Result run(Session session, Migration migration) throws SQLException {
        return run.isTransactional(direction.script(migration))
                ? inTransaction(session, migration)
                : outsideTransaction(session, migration);
    }

    private Result outsideTransaction(Session session, Migration migration) throws SQLException {
        OutsideTransaction outside = new OutsideTransaction(run, direction, steps.state(), migration);
        try {
            return outside.run(session);
        } catch (MigrationFailedException e) {
            if (outside.isRepeatable() && mayTryAgain(migration, e.failure())) {
                // It may have been recorded as begun.
                steps.become(rows(session));
                return Result.AGAIN;
            }
            throw e;
        }
    }

    private Result inTransaction(Session session, Migration migration) throws SQLException {
        InTransaction transaction = new InTransaction(run, direction, containment, steps.state(), migration, session);
        if (oneByOne) {
            return walk(session, transaction, migration);
        }
        try {
            transaction.send();
            return Result.DONE;
        } catch (SQLException e) {
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
            // Some pools close a connection at certain errors; then the next try walks on another.
            oneByOne = session.isBroken();
            return oneByOne ? Result.OTHER_CONNECTION : walk(session, transaction, migration);
        }
    }

    /** Once more, one statement after the other, because a flight does not tell which one failed. */
    private Result walk(Session session, InTransaction transaction, Migration migration) throws SQLException {
        try {
            transaction.walk();
            return Result.DONE;
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
            loss.whileFlying(e);
            return Optional.of(Result.OTHER_CONNECTION);
        }
        if (!(e instanceof ScriptFailure) && TenantLock.isHeld(e)) {
            return Optional.of(Result.HELD);
        }
        boolean others = !(e instanceof ScriptFailure) && SqlErrors.says(e, InTransaction.CHANGED);
        boolean gone = MigrationErrors.mayBeGone(e) && !store.isTracked(session.connection(), schema());
        return others || gone || failedOnOldRows(session, migration) ? Optional.of(Result.CHANGED) : Optional.empty();
    }

    /**
     * Above READ COMMITTED the check after the lock sees the rows as they were when the lock was asked for. Then what another
     * instance did meanwhile makes the script fail, at the latest at its tracking row, whose version is unique.
     */
    private boolean failedOnOldRows(Session session, Migration migration) throws SQLException {
        if (run.isolationLevel(direction.script(migration)).isEmpty() || session.isBroken()) {
            return false;
        }
        return !steps.isSame(rows(session));
    }

    /** Whether a migration that failed is tried again, because the reason may pass; after a pause then. */
    private boolean mayTryAgain(Migration migration, Failure failure) {
        int most = run.tries(direction.script(migration));
        Optional<Duration> next = tries.afterFailure(run, migration, failure, schema(), most);
        pause = next.orElse(Duration.ZERO);
        return next.isPresent();
    }

    private MigrationFailedException failure(SQLException e, Session session, Migration migration) {
        ScriptFile script = direction.script(migration);
        return MigrationErrors.of(e, run, script, schema(), migration, session, tries);
    }

    private void ran(Migration migration, Duration duration) {
        oneByOne = false;
        tries.succeeded();
        steps.ran(migration, duration);
    }

    private List<RecordedVersion> rows(Session session) throws SQLException {
        return store.histories(session.connection(), List.of(schema())).getOrDefault(schema(), List.of());
    }

    private void reread(Session session) throws SQLException {
        if (!store.isTracked(session.connection(), schema())) {
            throw new TenantNotFoundException(TenantSchemas.gone(schema()));
        }
        if (!steps.become(rows(session))) {
            throw new TenantMigratorException(
                    Failure.of("the tracking table shows other rows inside a transaction than outside"));
        }
        changed = true;
    }

    /**
     * The connection was lost, possibly at the commit: only the tracking table knows what happened. It is asked under the
     * tenant's lock, which the lost transaction holds as long as the server still works on it.
     *
     * @return the failure when the migration was not committed; empty when it was, or ({@link #loss} still open) when
     *     the lock is held
     */
    private Optional<TenantOutcome> afterLostConnection(Session session, SQLException e) throws SQLException {
        Optional<List<RecordedVersion>> rows = session.inTransactionIfFree(schema(), connection -> rows(session));
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        Optional<Migration> flown = loss.isInFlight() ? Optional.of(steps.next()) : Optional.empty();
        loss.settle();
        steps.become(rows.get());
        steps.forgetWhatIsLost();
        if (flown.isEmpty()) {
            return Optional.empty();
        }
        Migration migration = flown.get();
        if (steps.isRecorded(migration)) {
            ran(migration, Duration.ZERO);
            return Optional.empty();
        }
        return Optional.of(failed(Loss.rolledBack(e, schema(), migration, direction.script(migration))));
    }
}
