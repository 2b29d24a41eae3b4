package dev.tenantmigrator.internal.deploy;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.internal.Events;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.jdbc.TenantLock;
import dev.tenantmigrator.internal.run.RunContext;
import dev.tenantmigrator.internal.tracking.TenantSchemas;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantOutcome.Step;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Runs migrations of one tenant in one direction, one after the other, and decides what becomes of the tenant when one cannot
 * be run now, or fails.
 */
final class MigrationSteps implements FleetRun.TenantWork {

    enum Result {
        DONE,
        /** Another instance holds the tenant; nothing was done. */
        HELD,
        /** The recorded versions are not those that were read; nothing was done. */
        CHANGED
    }

    private static final String LOCK_TIMEOUT = "55P03";

    /** Lock timeout, deadlock, serialization failure: nothing was kept, and the same may succeed in a moment. */
    private static final Set<String> TRANSIENT = Set.of(LOCK_TIMEOUT, "40P01", "40001");

    /** What only turns out when it runs: a {@code REINDEX} of a partitioned table, a procedure that commits. */
    private static final Set<String> NOT_IN_TRANSACTION = Set.of("25001", "2D000");

    private static final int TRIES = 5;

    private final RunContext run;
    private final Direction direction;
    private final TrackingStore store;
    private final List<Step> done = new ArrayList<>();
    private TenantState state;
    private Optional<SQLException> lost = Optional.empty();
    private boolean oneByOne;
    private boolean held;
    private int tries;

    MigrationSteps(RunContext run, Direction direction, TenantState state) {
        this.run = run;
        this.direction = direction;
        this.store = run.config().store();
        this.state = state;
    }

    @Override
    public String schema() {
        return state.schema();
    }

    @Override
    public List<Step> done() {
        return done;
    }

    @Override
    public Failure withoutConnection(Failure reason) {
        if (lost.isEmpty()) {
            return FleetRun.TenantWork.super.withoutConnection(reason);
        }
        Migration migration = direction.next(state).get(0);
        return reason.withMessage("the connection was lost while the script ran, and whether it was committed could not"
                        + " be asked (" + reason.message() + "); run again, what is done is not done twice")
                .ofVersion(migration.version())
                .inFile(direction.script(migration).location());
    }

    @Override
    public Optional<TenantOutcome> tryOn(Session session) throws SQLException {
        if (lost.isPresent()) {
            Optional<TenantOutcome> failed = afterLostConnection(session, lost.get());
            if (lost.isPresent() || failed.isPresent()) {
                return failed;
            }
        }
        if (held && !session.tryLock(schema())) {
            return Optional.empty();
        }
        held = false;
        Optional<TenantOutcome> outcome = direction.outcome(state, done);
        while (outcome.isEmpty()) {
            Migration next = direction.next(state).get(0);
            long start = System.nanoTime();
            switch (run(session, next)) {
                case DONE -> ran(next, Duration.ofNanos(System.nanoTime() - start));
                case CHANGED -> reread(session);
                case HELD -> {
                    return Optional.empty();
                }
            }
            outcome = direction.outcome(state, done);
        }
        return outcome;
    }

    private Result run(Session session, Migration migration) throws SQLException {
        return run.isTransactional(direction.script(migration))
                ? inTransaction(session, migration)
                : outsideTransaction(session, migration);
    }

    private Result outsideTransaction(Session session, Migration migration) throws SQLException {
        try {
            Result result = new OutsideTransaction(run, direction, state, migration).run(session);
            held = result == Result.HELD;
            return result;
        } catch (MigrationFailedException e) {
            boolean again = e.failure().sqlState().filter(TRANSIENT::contains).isPresent() && ++tries < TRIES;
            if (again) {
                return Result.HELD;
            }
            throw e;
        }
    }

    private Result inTransaction(Session session, Migration migration) throws SQLException {
        InTransaction transaction = new InTransaction(run, direction, state, migration, session);
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
                throw failure(e, migration);
            }
            if (SqlErrors.isConnectionLost(e)) {
                lost = Optional.of(e);
                return Result.HELD;
            }
            if (TRANSIENT.contains(SqlErrors.state(e)) && ++tries < TRIES) {
                return Result.HELD;
            }
            // Some pools close a connection at certain errors; then the next try walks on another.
            oneByOne = session.isBroken();
            return oneByOne ? Result.HELD : walk(session, transaction, migration);
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
            if (SqlErrors.isConnectionLost(e)) {
                lost = Optional.of(e);
                return Result.HELD;
            }
            throw failure(e, migration);
        }
    }

    private Optional<Result> expected(SQLException e, Session session, Migration migration) throws SQLException {
        if (!(e instanceof ScriptFailure) && TenantLock.isHeld(e)) {
            held = true;
            return Optional.of(Result.HELD);
        }
        boolean changed = !(e instanceof ScriptFailure) && SqlErrors.says(e, InTransaction.CHANGED);
        return changed || failedOnOldRows(e, session, migration) ? Optional.of(Result.CHANGED) : Optional.empty();
    }

    /**
     * Above READ COMMITTED the check after the lock sees the rows as they were when the lock was asked for. Then what another
     * instance did meanwhile makes the script fail, at the latest at its tracking row, whose version is unique.
     */
    private boolean failedOnOldRows(SQLException e, Session session, Migration migration) throws SQLException {
        if (run.isolationLevel(direction.script(migration)).isEmpty()
                || SqlErrors.isConnectionLost(e)
                || session.isBroken()) {
            return false;
        }
        List<RecordedVersion> rows =
                store.histories(session.connection(), List.of(schema())).getOrDefault(schema(), List.of());
        return !versions(rows).equals(versions(state.rows()));
    }

    private MigrationFailedException failure(SQLException e, Migration migration) {
        Failure failure = e instanceof ScriptFailure script
                ? script.failure()
                : SqlErrors.failure(e).inFile(direction.script(migration).location());
        if (LOCK_TIMEOUT.equals(SqlErrors.state(e))) {
            failure = failure.withMessage("another session kept a lock that the script needs, " + TRIES + " times for "
                    + run.lockTimeout(direction.script(migration))
                    + "; nothing of the script was kept. End that session's"
                    + " transaction (pg_stat_activity shows it), or run again when it is done");
        }
        if (NOT_IN_TRANSACTION.contains(SqlErrors.state(e))) {
            failure = failure.withMessage(
                    failure.message() + "; nothing of the script was kept. PostgreSQL runs this only"
                            + " outside of a transaction: begin the file with \"-- tenant-migrator: no-transaction\"");
        }
        if (SqlErrors.says(e, InTransaction.SPOILED)) {
            failure = Failure.of(
                            "the script itself changes what is recorded in the tracking table, or keeps it from being"
                                    + " changed; remove that from the script")
                    .inFile(direction.script(migration).location());
        }
        return new MigrationFailedException(
                failure.inTenant(schema()).ofVersion(migration.version()), SqlErrors.withoutDetail(e));
    }

    private void ran(Migration migration, Duration duration) {
        done.add(new Step(migration.version(), duration));
        oneByOne = false;
        tries = 0;
        become(direction.after(state.rows(), migration));
        Events.publish(run.config(), direction.event(schema(), migration.version(), duration));
    }

    private void become(List<RecordedVersion> rows) {
        state = TenantState.of(schema(), rows, run.catalog());
    }

    private void reread(Session session) throws SQLException {
        if (!store.isTracked(session.connection(), schema())) {
            throw new TenantNotFoundException(TenantSchemas.notFound(schema()));
        }
        List<RecordedVersion> before = state.rows();
        become(store.histories(session.connection(), List.of(schema())).getOrDefault(schema(), List.of()));
        if (versions(before).equals(versions(state.rows()))) {
            throw new TenantMigratorException(
                    Failure.of("the tracking table shows other rows inside a transaction than outside"));
        }
    }

    /** What {@link TrackingStore#assertRecordedSql} compares. */
    static Set<String> versions(List<RecordedVersion> rows) {
        return rows.stream().map(row -> row.version() + row.finished()).collect(Collectors.toSet());
    }

    /**
     * The connection was lost, possibly at the commit: only the tracking table knows what happened. It is asked under the
     * tenant's lock, which the lost transaction holds as long as the server still works on it.
     *
     * @return the failure when the migration was not committed; empty when it was, or ({@link #lost} still present) when
     *     the lock is held
     */
    private Optional<TenantOutcome> afterLostConnection(Session session, SQLException e) throws SQLException {
        Optional<List<RecordedVersion>> rows = session.inTransactionIfFree(
                schema(),
                connection -> store.histories(connection, List.of(schema())).getOrDefault(schema(), List.of()));
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        lost = Optional.empty();
        Migration migration = direction.next(state).get(0);
        String version = migration.version();
        boolean before = state.has(version);
        become(rows.get());
        if (state.has(version) != before) {
            done.add(new Step(version, Duration.ZERO));
            Events.publish(run.config(), direction.event(schema(), version, Duration.ZERO));
            return Optional.empty();
        }
        Failure failure = SqlErrors.failure(e)
                .withMessage("the connection was lost (" + SqlErrors.message(e)
                        + "); the script was rolled back and nothing of it was kept; run again")
                .inTenant(schema())
                .ofVersion(version)
                .inFile(direction.script(migration).location());
        return Optional.of(new TenantOutcome.Failed(schema(), done, failure));
    }
}
