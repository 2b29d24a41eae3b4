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
 * Runs a script that PostgreSQL refuses in a transaction: its row is marked as begun, the statements run one by one, then the
 * row is marked as done. A lock of the session on the connection that runs them tells others that the runner is alive; once
 * it is gone, they go on where it stopped.
 */
final class NonTransactionalRun {

    /**
     * Has the server end a statement whose client is gone, which would otherwise hold the tenant's lock as long as it waits
     * (PostgreSQL documentation, {@code client_connection_check_interval}). Servers elsewhere may refuse the setting.
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

    /** The data source for such scripts, when it is not the usual one. */
    private static Optional<DataSource> otherSource(Config config) {
        return config.directDataSource().filter(direct -> direct != config.dataSource());
    }

    /**
     * Runs it.
     *
     * @return whether it is done, the tenant is held, or what was read of it is out of date
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

    /** Whether what failed can be tried again: nothing of the statement was kept, and none is done twice that must not be. */
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
                                        + direction.goOn()),
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
        ConcurrentDdl progress = new ConcurrentDdl(connection, schema);
        ReachCheck reach = new ReachCheck(
                session, schema, run.scripts().path(), AllowList.of(run.config(), direction.sharedSchemaChanges()));
        boolean resumed = state.has(migration.version())
                && !state.row(migration.version()).finished();
        if (!resumed) {
            steps.refuseWhatWillFail(progress, reach);
            record(session, direction.start(schema, migration));
        }
        int process = progress.process();
        for (int i = 0; i < steps.steps().size(); i++) {
            String what = schema + ": " + script.location() + ":"
                    + steps.steps().get(i).statement().line();
            WaitReminder waits =
                    WaitReminder.on(what, process, direction.rollout().cancellation(), connection);
            try {
                runStep(session, progress, reach, steps, i, resumed);
            } finally {
                waits.close();
            }
        }
        record(session, direction.end(schema, migration));
        return MigrationAttempt.Result.DONE;
    }

    private void runStep(
            Session session,
            ConcurrentDdl progress,
            ReachCheck reach,
            NonTransactionalSteps steps,
            int number,
            boolean resumed)
            throws SQLException {
        Step step = steps.steps().get(number);
        boolean begun = false;
        try {
            // Before each, because DO and CALL can change the session.
            setSession(session.connection(), step);
            Jdbc.execute(session.connection(), LOOK_FOR_CLIENT);
            refuseWhatReachesOut(reach, step);
            begun = true;
            if (progress.settle(step.what(), resumed)) {
                return;
            }
            setSession(session.connection(), step);
            new Pipeline()
                    .addStatement(migration.version(), script, step.statement())
                    .sendOneByOne(session.connection());
            Optional<String> missing = progress.missing(step.what());
            if (missing.isPresent()) {
                throw new SQLException(missing.get());
            }
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                throw e;
            }
            boolean undone = !begun || undo(progress, step, e);
            repeatable = undone && !steps.runsCodeBefore(number);
            boolean clean = undone && number == 0 && !resumed && cancel(session, e);
            Failure failure = e instanceof ScriptFailure failed
                    ? failed.failure()
                    : SqlErrors.failure(e)
                            .inFile(script.location())
                            .onLine(step.statement().line());
            String kept =
                    clean ? "nothing of the script was kept; fix the cause and run it again" : KEPT + direction.goOn();
            throw failed(failure.withMessage(failure.message() + "; " + kept), e);
        }
    }

    /** Once more, because what an earlier statement or another session did may have changed what there is. */
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
     * A concurrent form waits for the transactions that are open as it waits for locks; nobody waits behind it, and one that
     * gives up leaves half a work.
     */
    private String lockTimeout(Step step) {
        ScriptSettings settings = prepared.settings();
        return step.what().concurrently().isPresent()
                ? settings.askedLockTimeout().orElse("0")
                : settings.lockTimeout();
    }

    private static boolean undo(ConcurrentDdl progress, Step step, SQLException reason) {
        try {
            return progress.undo(step.what());
        } catch (SQLException e) {
            reason.addSuppressed(SqlErrors.withoutDetail(e));
            return false;
        }
    }

    /** Forgets that the script was begun, so that its file may be mended. */
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
     * Changes the record in a transaction of the library's own, whatever the host's defaults are, and with the library's search
     * path, because the script may have left another.
     */
    private static void record(Session session, Pipeline change) throws SQLException {
        session.inTransaction(connection -> {
            new Pipeline().add(Containment.OWN_PATH).addAll(change).send(connection);
            return change;
        });
    }
}
