package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.containment.AllowList;
import dev.tenantmigrator.internal.jdbc.LockHolders;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.internal.tracking.PartProgress;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Runs a script that cannot run in one transaction: marks its row as started, runs the script's parts, then marks the row as
 * finished. A part is a transaction, which also records that the part is done; or statements that PostgreSQL refuses in a transaction,
 * one by one. The connection that runs them holds a session lock, which shows other instances that the script is running. After a
 * crash the lock is gone, and the next run continues with the part at which the script stopped.
 */
final class NonTransactionalRun {

    private final MigrationRun run;
    private final Direction direction;
    private final Recorder recorder;
    private final TenantState state;
    private final String schema;
    private final Migration migration;
    private final boolean hidesEffects;
    private final PreparedScript prepared;
    private final MigrationScript script;
    private final ScriptProgress progress;
    private boolean repeatable;

    NonTransactionalRun(MigrationRun run, TenantState state, Migration migration, boolean hidesEffects) {
        this.run = run;
        this.direction = run.direction();
        this.recorder = run.recorder();
        this.state = state;
        this.schema = state.schema();
        this.migration = migration;
        this.hidesEffects = hidesEffects;
        this.prepared = run.script(migration);
        this.script = prepared.file();
        this.progress = new ScriptProgress(direction, migration, prepared);
    }

    /** The data source for scripts outside of a transaction, when it is another one. */
    private static Optional<DataSource> otherSource(Config config) {
        return config.directDataSource().filter(direct -> direct != config.dataSource());
    }

    /**
     * Runs the script.
     *
     * @return whether the script is done, the tenant is locked, or its rows have changed since they were read
     * @throws MigrationFailedException when a statement failed, or the connection was lost
     */
    MigrationAttempt.Result run(Session worker) throws SQLException {
        List<Optional<NonTransactionalSteps>> steps = new ArrayList<>();
        for (PreparedScript part : prepared.parts()) {
            steps.add(
                    part.isTransactional()
                            ? Optional.empty()
                            : Optional.of(NonTransactionalSteps.read(schema, migration, part)));
        }
        Optional<DataSource> other = otherSource(run.config());
        if (other.isEmpty()) {
            return runOn(worker, steps);
        }
        try (Session session = Session.open(other.get())) {
            return runOn(session, steps);
        }
    }

    /** Whether a script that failed can be attempted again, because nothing was kept that another attempt would repeat. */
    boolean isRepeatable() {
        return repeatable;
    }

    private MigrationAttempt.Result runOn(Session session, List<Optional<NonTransactionalSteps>> steps)
            throws SQLException {
        try {
            return session.outsideTransactionIfFree(schema, connection -> locked(session, steps))
                    .orElse(MigrationAttempt.Result.HELD);
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                throw failed(
                        SqlErrors.failure(e)
                                .withMessage("the connection was lost (" + SqlErrors.message(e) + "); "
                                        + progress.keptAfterLoss()),
                        e);
            }
            throw e;
        }
    }

    private MigrationAttempt.Result locked(Session session, List<Optional<NonTransactionalSteps>> steps)
            throws SQLException {
        Connection connection = session.connection();
        if (!prepared.customSettings().isEmpty()) {
            session.closeAfterThisTenant();
        }
        if (!recorder.isTracked(connection, schema)) {
            return MigrationAttempt.Result.CHANGED;
        }
        List<RecordedVersion> rows = recorder.reading(connection, reader -> recorder.history(reader, schema));
        if (!TenantProgress.areSame(rows, state.rows())) {
            return MigrationAttempt.Result.CHANGED;
        }
        boolean started = state.has(migration.version())
                && !state.row(migration.version()).finished();
        int first = 0;
        boolean begun = started;
        if (started) {
            Optional<PartProgress> mark = mark(connection);
            Optional<Failure> refusal = progress.refusal(mark);
            if (refusal.isPresent()) {
                throw new InvalidMigrationException(refusal.get().inTenant(schema));
            }
            first = progress.next(mark);
            begun = progress.isBegun(mark);
            if (progress.isOfOtherDirection(mark) && steps.get(first).isPresent()) {
                // Before the first effect, so that no deploy continues what this rollback undoes.
                write(session, record(rows, progress.begun(first)), started(rows), progress.keptBefore(first));
            }
        }
        for (int i = first; i < steps.size(); i++) {
            boolean last = i == steps.size() - 1;
            List<RecordedVersion> after = last ? direction.rowsAfter(rows, migration) : started(rows);
            if (steps.get(i).isEmpty()) {
                Pipeline change = last ? end(rows) : record(rows, progress.done(i));
                RecordedScript part = new RecordedScript(prepared.parts().get(i), rows, change, after, true);
                if (!runTransaction(session, part, i)) {
                    return MigrationAttempt.Result.CHANGED;
                }
            } else {
                runOutside(session, steps.get(i).get(), i, begun, rows);
                Pipeline change = last ? direction.end(schema, migration) : record(started(rows), progress.done(i));
                write(session, change, after, progress.keptWithin(i));
            }
            rows = after;
            begun = false;
        }
        return MigrationAttempt.Result.DONE;
    }

    private Optional<PartProgress> mark(Connection connection) throws SQLException {
        return progress.mark(recorder.reading(connection, reader -> recorder.rows(reader, schema)));
    }

    /** The change of the record at the end of a script, whose row may not have been written yet. */
    private Pipeline end(List<RecordedVersion> rows) {
        boolean unfinished =
                rows.stream().anyMatch(row -> row.version().equals(migration.version()) && !row.finished());
        return unfinished ? direction.end(schema, migration) : direction.recordChange(schema, migration);
    }

    /** The change of the record that says how far the script got. */
    private Pipeline record(List<RecordedVersion> rows, String description) {
        boolean written = rows.stream().anyMatch(row -> row.version().equals(migration.version()));
        return written
                ? recorder.reopen(schema, migration.version(), description)
                : direction.start(schema, migration, description);
    }

    private List<RecordedVersion> started(List<RecordedVersion> rows) {
        List<RecordedVersion> started = new ArrayList<>(rows);
        started.removeIf(row -> row.version().equals(migration.version()));
        started.add(new RecordedVersion(
                migration.version(), Optional.of(migration.up().checksum()), false));
        return started;
    }

    /** @return false when the recorded versions have changed, so that nothing was done */
    private boolean runTransaction(Session session, RecordedScript part, int number) throws SQLException {
        TransactionalRun transaction = new TransactionalRun(run, schema, migration, part, hidesEffects, session);
        try {
            // One by one, because a failure must have its place at once: the part may not run again in this attempt.
            return transaction.sendOneByOne(false);
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                throw e;
            }
            if (SqlErrors.says(e, TransactionalRun.CHANGED)) {
                return false;
            }
            repeatable = true;
            Failure failure = MigrationErrors.explained(e, script, recorder, "");
            throw failed(failure.withMessage(failure.message() + "; " + progress.keptBefore(number)), e);
        }
    }

    private void runOutside(
            Session session, NonTransactionalSteps steps, int number, boolean begun, List<RecordedVersion> rows)
            throws SQLException {
        OutsidePart part = new OutsidePart(
                session,
                migration,
                steps,
                new ConcurrentDdl(session.connection(), schema),
                new OutsideObjectCheck(
                        session,
                        schema,
                        run.scripts().path(),
                        AllowList.of(run.config(), direction.sharedSchemaChanges())));
        if (!begun) {
            try {
                part.refuseWhatWillFail();
            } catch (InvalidMigrationException e) {
                throw number == 0 ? e : new InvalidMigrationException(progress.refused(e.failure(), number));
            }
            write(session, record(rows, progress.begun(number)), started(rows), progress.keptBefore(number));
        }
        try {
            part.run(begun, direction.rollout().cancellation());
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                throw e;
            }
            repeatable = part.isRepeatable();
            boolean clean = part.nothingKept() && !begun && cancel(session, number, rows, e);
            String kept = clean ? progress.keptBefore(number) : progress.keptWithin(number);
            String holders = LockHolders.isTimeout(e)
                    ? ". "
                            + MigrationErrors.holders(
                                    session, schema, run.config().sharedSchema())
                    : "";
            throw failed(part.failure().withMessage(part.failure().message() + "; " + kept + holders), e);
        }
    }

    /** Removes the mark that the part was begun, so that its file may be edited. */
    private boolean cancel(Session session, int number, List<RecordedVersion> rows, SQLException reason) {
        Optional<Pipeline> cancellation = number == 0
                ? direction.cancel(schema, migration)
                : Optional.of(recorder.reopen(schema, migration.version(), progress.done(number - 1)));
        try {
            if (cancellation.isPresent()) {
                new ProgressRecord(run, schema, session).write(cancellation.get(), rows);
            }
            return cancellation.isPresent();
        } catch (SQLException e) {
            reason.addSuppressed(SqlErrors.withoutDetail(e));
            return false;
        }
    }

    private MigrationFailedException failed(Failure failure, SQLException e) {
        Failure where = failure.file().isPresent() ? failure : failure.inFile(script.location());
        return new MigrationFailedException(
                run.config().detailed(where.inTenant(schema).ofVersion(migration.version()), e),
                SqlErrors.withoutDetail(e));
    }

    /** @param kept the end of a message: what was kept when the record cannot be changed */
    private void write(Session session, Pipeline change, List<RecordedVersion> after, String kept) throws SQLException {
        ProgressRecord record = new ProgressRecord(run, schema, session);
        try {
            record.write(change, after);
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                throw e;
            }
            Failure failure = record.failure(e, script);
            throw failed(failure.withMessage(failure.message() + "; " + kept), e);
        }
    }
}
