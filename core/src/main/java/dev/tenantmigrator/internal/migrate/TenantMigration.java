package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.internal.config.Events;
import dev.tenantmigrator.internal.fleet.TenantJob;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.recording.Recording;
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
public final class TenantMigration implements TenantJob {

    private final MigrationRun run;
    private final TenantProgress steps;
    private final MigrationAttempt migrationTry;
    private final LostConnection lostConnection = new LostConnection();
    private boolean changed;
    private Optional<Long> heldSince = Optional.empty();
    private Runnable waitRecorded = () -> {};

    TenantMigration(MigrationRun run, TenantState state) {
        this.run = run;
        this.steps = new TenantProgress(run, state);
        this.migrationTry = new MigrationAttempt(run, steps, lostConnection);
    }

    @Override
    public String schema() {
        return steps.state().schema();
    }

    @Override
    public List<Step> done() {
        return steps.done();
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
    public TenantOutcome ended(String reason) {
        if (lostConnection.reason().isPresent()) {
            return failed(withoutConnection(Failure.of(reason)));
        }
        return done().isEmpty() ? TenantJob.super.ended(reason) : failed(Failure.of(reason));
    }

    @Override
    public Failure withoutConnection(Failure reason) {
        if (lostConnection.reason().isEmpty()) {
            return TenantJob.super.withoutConnection(reason);
        }
        return LostConnection.unknown(reason, steps.next(), run.direction().script(steps.next()));
    }

    @Override
    public Attempt tryOn(Session session) throws SQLException {
        try {
            changed = false;
            if (lostConnection.reason().isPresent()) {
                Optional<TenantOutcome> failed =
                        afterLostConnection(session, lostConnection.reason().get());
                if (failed.isPresent()) {
                    return new Attempt.Over(failed.get());
                }
                if (lostConnection.reason().isPresent()) {
                    return new Attempt.Held();
                }
            }
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
                switch (migrationTry.run(session, next)) {
                    case DONE -> ran(next, Duration.ofNanos(System.nanoTime() - start));
                    case CHANGED -> reread(session);
                    case HELD -> {
                        heldSince = Optional.of(System.nanoTime());
                        waitRecorded = Recording.lockWait(schema());
                        return new Attempt.Held();
                    }
                    case AGAIN -> {
                        return new Attempt.Again(migrationTry.pause());
                    }
                    case OTHER_CONNECTION -> {
                        return new Attempt.Lost();
                    }
                }
                outcome = steps.outcome();
            }
            return new Attempt.Over(outcome.get());
        } catch (SQLException e) {
            // Only what reads ends here.
            if (SqlErrors.isConnectionLost(e) && lostConnection.mayRetry()) {
                session.markLost();
                return new Attempt.Lost();
            }
            if (lostConnection.reason().isPresent()) {
                return new Attempt.Over(failed(withoutConnection(SqlErrors.failure(e))));
            }
            throw e;
        }
    }

    private void ran(Migration migration, Duration duration) {
        migrationTry.succeeded();
        steps.ran(migration, duration);
    }

    private void reread(Session session) throws SQLException {
        if (!steps.isTracked(session)) {
            throw new TenantNotFoundException(TenantSchemas.gone(schema()));
        }
        if (!steps.become(steps.read(session))) {
            throw new TenantMigratorException(
                    Failure.of("the tracking table shows different rows inside a transaction and outside"));
        }
        changed = true;
    }

    /**
     * The connection was lost, possibly at the commit: only the tracking table knows what happened. It is asked under the
     * tenant's lock, which the lost transaction holds as long as the server still works on it.
     *
     * @return the failure when the migration was not committed; empty when it was, or ({@link #lostConnection} still open) when
     *     the lock is held
     */
    private Optional<TenantOutcome> afterLostConnection(Session session, SQLException e) throws SQLException {
        Optional<List<RecordedVersion>> rows = session.inTransactionIfFree(schema(), connection -> steps.read(session));
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        Migration migration = steps.next();
        lostConnection.settle();
        steps.become(rows.get());
        if (steps.isRecorded(migration)) {
            ran(migration, Duration.ZERO);
            return Optional.empty();
        }
        return Optional.of(failed(LostConnection.rolledBack(
                e, schema(), migration, run.direction().script(migration))));
    }
}
