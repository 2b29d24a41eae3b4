package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.containment.AllowList;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.fleet.WaitReminder;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.migrate.NonTransactionalSteps.Step;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.internal.script.ScriptSettings;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Runs a script that PostgreSQL refuses in a transaction: marks its row as started, runs the statements one by one, then marks the
 * row as finished. The connection that runs them holds a session lock, which shows other instances that the script is running.
 * After a crash the lock is gone, and the next run continues where the script stopped.
 */
final class NonTransactionalRun {

    /**
     * Lets the server end a statement whose client is gone, which would otherwise keep the tenant's lock while it waits (PostgreSQL
     * documentation, {@code client_connection_check_interval}). Only on Linux, because other systems may refuse the setting.
     */
    private static final String LOOK_FOR_CLIENT =
            "SELECT pg_catalog.set_config('client_connection_check_interval', '2s', false)"
                    + " WHERE pg_catalog.version() OPERATOR(pg_catalog.~) 'linux'";

    private static final String KEPT = "the script runs outside of a transaction, so earlier statements are kept; ";

    private final MigrationRun run;
    private final Direction direction;
    private final Recorder recorder;
    private final TenantState state;
    private final String schema;
    private final Migration migration;
    private final PreparedScript prepared;
    private final MigrationScript script;
    private boolean repeatable;

    NonTransactionalRun(MigrationRun run, TenantState state, Migration migration) {
        this.run = run;
        this.direction = run.direction();
        this.recorder = run.recorder();
        this.state = state;
        this.schema = state.schema();
        this.migration = migration;
        this.prepared = run.script(migration);
        this.script = prepared.file();
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
        NonTransactionalSteps steps = NonTransactionalSteps.read(schema, migration, prepared);
        Optional<DataSource> other = otherSource(run.config());
        if (other.isEmpty()) {
            return runOn(worker, steps);
        }
        try (Session session = Session.open(other.get())) {
            return runOn(session, steps);
        }
    }

    /**
     * Whether a failed script can be attempted again: nothing of the failed statement was kept, and no {@code DO} or {@code
     * CALL} ran.
     */
    boolean isRepeatable() {
        return repeatable;
    }

    private MigrationAttempt.Result runOn(Session session, NonTransactionalSteps steps) throws SQLException {
        try {
            return session.outsideTransactionIfFree(schema, connection -> locked(session, steps))
                    .orElse(MigrationAttempt.Result.HELD);
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                throw failed(
                        SqlErrors.failure(e)
                                .withMessage("the connection was lost (" + SqlErrors.message(e) + "); " + KEPT
                                        + direction.continuation()),
                        e);
            }
            throw e;
        }
    }

    private MigrationAttempt.Result locked(Session session, NonTransactionalSteps steps) throws SQLException {
        Connection connection = session.connection();
        if (prepared.leavesCustomSettings()) {
            session.closeAfterThisTenant();
        }
        if (!recorder.isTracked(connection, schema)) {
            return MigrationAttempt.Result.CHANGED;
        }
        List<RecordedVersion> rows = recorder.history(connection, schema);
        if (!TenantProgress.areSame(rows, state.rows())) {
            return MigrationAttempt.Result.CHANGED;
        }
        ConcurrentDdl concurrentDdl = new ConcurrentDdl(connection, schema);
        ReachCheck reach = new ReachCheck(
                session, schema, run.scripts().path(), AllowList.of(run.config(), direction.sharedSchemaChanges()));
        boolean resumed = state.has(migration.version())
                && !state.row(migration.version()).finished();
        if (!resumed) {
            steps.refuseWhatWillFail(concurrentDdl, reach);
            record(session, direction.start(schema, migration));
        }
        int process = concurrentDdl.process();
        for (int i = 0; i < steps.steps().size(); i++) {
            String place = schema + ": " + script.location() + ":"
                    + steps.steps().get(i).statement().line();
            WaitReminder waits =
                    WaitReminder.on(place, process, direction.rollout().cancellation(), connection);
            try {
                runStep(session, concurrentDdl, reach, steps, i, resumed);
            } finally {
                waits.close();
            }
        }
        record(session, direction.end(schema, migration));
        return MigrationAttempt.Result.DONE;
    }

    private void runStep(
            Session session,
            ConcurrentDdl concurrentDdl,
            ReachCheck reach,
            NonTransactionalSteps steps,
            int number,
            boolean resumed)
            throws SQLException {
        Step step = steps.steps().get(number);
        boolean begun = false;
        try {
            // Before each statement, because DO and CALL can change the session.
            setSession(session.connection(), step);
            Jdbc.execute(session.connection(), LOOK_FOR_CLIENT);
            refuseWhatReachesOut(reach, step);
            begun = true;
            if (concurrentDdl.settle(step.what(), resumed)) {
                return;
            }
            setSession(session.connection(), step);
            new Pipeline()
                    .addStatement(migration.version(), script, step.statement())
                    .sendOneByOne(session.connection());
            Optional<String> missing = concurrentDdl.missing(step.what());
            if (missing.isPresent()) {
                throw new SQLException(missing.get());
            }
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                throw e;
            }
            boolean undone = !begun || undo(concurrentDdl, step, e);
            repeatable = undone && !steps.runsCodeBefore(number);
            boolean clean = undone && number == 0 && !resumed && cancel(session, e);
            Failure failure = e instanceof ScriptFailure failed
                    ? failed.failure()
                    : SqlErrors.failure(e)
                            .inFile(script.location())
                            .onLine(step.statement().line());
            String kept = clean
                    ? "nothing of the script was kept; fix the cause and run it again"
                    : KEPT + direction.continuation();
            throw failed(failure.withMessage(failure.message() + "; " + kept), e);
        }
    }

    /** Checks again directly before the statement, because an earlier statement or another session may have changed the objects. */
    private static void refuseWhatReachesOut(ReachCheck reach, Step step) throws SQLException {
        Optional<String> refusal = reach.refusal(step.what(), step.statement().sql());
        if (refusal.isPresent()) {
            throw new SQLException(refusal.get());
        }
    }

    private void setSession(Connection connection, Step step) throws SQLException {
        Jdbc.execute(connection, prepared.settings().sessionSql(schema, lockTimeout(step)));
    }

    /**
     * The lock timeout of a statement. A concurrent statement has none unless the script asks for one: it waits for open transactions,
     * nobody queues behind it, and one that gives up leaves an unfinished object.
     */
    private String lockTimeout(Step step) {
        ScriptSettings settings = prepared.settings();
        return step.what().concurrently().isPresent()
                ? settings.askedLockTimeout().orElse("0")
                : settings.lockTimeout();
    }

    private static boolean undo(ConcurrentDdl concurrentDdl, Step step, SQLException reason) {
        try {
            return concurrentDdl.undo(step.what());
        } catch (SQLException e) {
            reason.addSuppressed(SqlErrors.withoutDetail(e));
            return false;
        }
    }

    /** Removes the mark that the script was started, so that its file may be edited. */
    private boolean cancel(Session session, SQLException reason) {
        Optional<Pipeline> cancellation = direction.cancel(schema, migration);
        try {
            if (cancellation.isPresent()) {
                record(session, cancellation.get());
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

    /**
     * Changes the record in a transaction of the library's own, whatever defaults the connection has, and with the library's search
     * path, because the script may have left another one.
     */
    private static void record(Session session, Pipeline change) throws SQLException {
        session.inTransaction(connection -> {
            new Pipeline().add(Containment.LIBRARY_SETTINGS).addAll(change).send(connection);
            return change;
        });
    }
}
