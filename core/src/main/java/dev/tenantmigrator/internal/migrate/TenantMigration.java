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
import dev.tenantmigrator.internal.jfr.FlightRecording;
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
 * Runs the migrations of one tenant in one direction, one after the other, and decides how to continue when one cannot run now or
 * fails.
 */
public final class TenantMigration implements TenantJob {

    private final MigrationRun run;
    private final TenantProgress progress;
    private final MigrationAttempt migrationAttempt;
    private final LostConnection lostConnection = new LostConnection();
    private boolean changed;
    private Optional<Long> lockedSince = Optional.empty();
    private Runnable waitRecorded = () -> {};

    TenantMigration(MigrationRun run, TenantState state) {
        this.run = run;
        this.progress = new TenantProgress(run, state);
        this.migrationAttempt = new MigrationAttempt(run, progress, lostConnection);
    }

    @Override
    public String schema() {
        return progress.state().schema();
    }

    @Override
    public List<Step> done() {
        return progress.done();
    }

    @Override
    public boolean foundOthersWork() {
        return changed;
    }

    @Override
    public Optional<TenantOutcome> decide(List<RecordedVersion> rows) {
        progress.become(rows);
        return progress.outcome();
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
        return LostConnection.unknown(reason, progress.next(), run.direction().script(progress.next()));
    }

    @Override
    public Result tryOn(Session session) throws SQLException {
        try {
            changed = false;
            if (lostConnection.reason().isPresent()) {
                Optional<TenantOutcome> failed =
                        afterLostConnection(session, lostConnection.reason().get());
                if (failed.isPresent()) {
                    return new Result.Finished(failed.get());
                }
                if (lostConnection.reason().isPresent()) {
                    return new Result.Locked();
                }
            }
            if (lockedSince.isPresent()) {
                if (!session.tryLock(schema())) {
                    return new Result.Locked();
                }
                Duration waited = Duration.ofNanos(System.nanoTime() - lockedSince.get());
                lockedSince = Optional.empty();
                waitRecorded.run();
                Events.publish(run.config(), new TenantEvent.TenantWaitedFor(schema(), waited));
            }
            Optional<TenantOutcome> outcome = progress.outcome();
            while (outcome.isEmpty()) {
                Migration next = progress.next();
                long start = System.nanoTime();
                switch (migrationAttempt.run(session, next)) {
                    case DONE -> ran(next, Duration.ofNanos(System.nanoTime() - start));
                    case CHANGED -> reread(session);
                    case HELD -> {
                        lockedSince = Optional.of(System.nanoTime());
                        waitRecorded = FlightRecording.lockWait(schema());
                        return new Result.Locked();
                    }
                    case AGAIN -> {
                        return new Result.RetryLater(migrationAttempt.pause());
                    }
                    case OTHER_CONNECTION -> {
                        return new Result.ConnectionLost();
                    }
                }
                outcome = progress.outcome();
            }
            return new Result.Finished(outcome.get());
        } catch (SQLException e) {
            // Only statements that read throw this exception; a failed script is handled before.
            if (SqlErrors.isConnectionLost(e) && lostConnection.mayRetry()) {
                session.markLost();
                return new Result.ConnectionLost();
            }
            if (lostConnection.reason().isPresent()) {
                return new Result.Finished(failed(withoutConnection(SqlErrors.failure(e))));
            }
            throw e;
        }
    }

    private void ran(Migration migration, Duration duration) {
        migrationAttempt.succeeded();
        progress.ran(migration, duration);
    }

    private void reread(Session session) throws SQLException {
        if (!progress.isTracked(session)) {
            throw new TenantNotFoundException(TenantSchemas.gone(schema()));
        }
        if (!progress.become(progress.read(session))) {
            throw new TenantMigratorException(
                    Failure.of("the tracking table shows different rows inside a transaction and outside"));
        }
        changed = true;
    }

    /**
     * Reads from the tracking table whether a migration was committed whose connection was lost. It reads under the tenant's lock,
     * which the lost transaction holds as long as the server still works on it.
     *
     * @return the failure when the migration was not committed; empty when it was, or, with {@link #lostConnection} unsettled, when
     *     another session has the lock
     */
    private Optional<TenantOutcome> afterLostConnection(Session session, SQLException e) throws SQLException {
        Optional<List<RecordedVersion>> rows = session.inTransactionIfFree(schema(), progress::readWithin);
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        Migration migration = progress.next();
        lostConnection.settle();
        progress.become(rows.get());
        if (progress.isRecorded(migration)) {
            ran(migration, Duration.ZERO);
            return Optional.empty();
        }
        return Optional.of(failed(LostConnection.rolledBack(
                e, schema(), migration, run.direction().script(migration))));
    }
}
