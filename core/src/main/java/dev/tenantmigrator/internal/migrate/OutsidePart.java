package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.fleet.WaitReminder;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.migrate.NonTransactionalSteps.Step;
import dev.tenantmigrator.internal.script.ScriptSettings;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.rollout.Cancellation;
import java.sql.SQLException;
import java.util.Optional;

/** Runs the statements of one part outside of a transaction, one by one, and cleans up behind one that fails. */
final class OutsidePart {

    /**
     * Lets the server end a statement whose client is gone, which would otherwise keep the tenant's lock while it waits (PostgreSQL
     * documentation, {@code client_connection_check_interval}). Only on Linux, because other systems may refuse the setting.
     */
    private static final String LOOK_FOR_CLIENT =
            "SELECT pg_catalog.set_config('client_connection_check_interval', '2s', false)"
                    + " WHERE pg_catalog.version() OPERATOR(pg_catalog.~) 'linux'";

    private final Session session;
    private final Migration migration;
    private final NonTransactionalSteps steps;
    private final ConcurrentDdl concurrentDdl;
    private final OutsideObjectCheck reach;
    private boolean repeatable;
    private boolean nothingKept;
    private Failure failure = Failure.of("");

    OutsidePart(
            Session session,
            Migration migration,
            NonTransactionalSteps steps,
            ConcurrentDdl concurrentDdl,
            OutsideObjectCheck reach) {
        this.session = session;
        this.migration = migration;
        this.steps = steps;
        this.concurrentDdl = concurrentDdl;
        this.reach = reach;
    }

    /** Refuses the part if one of its statements will fail or reach another schema, while the part has changed nothing. */
    void refuseWhatWillFail() throws SQLException {
        steps.refuseWhatWillFail(concurrentDdl, reach);
    }

    /**
     * Runs the statements.
     *
     * @param resumed whether the part was begun before: an existing object then counts as a statement's own
     * @throws SQLException when the connection was lost, or a statement failed; then there is a {@link #failure}
     */
    void run(boolean resumed, Cancellation cancellation) throws SQLException {
        int process = concurrentDdl.process();
        for (int i = 0; i < steps.steps().size(); i++) {
            SqlStatement statement = steps.steps().get(i).statement();
            String place = steps.schema() + ": " + steps.prepared().file().location() + ":" + statement.line();
            WaitReminder waits = WaitReminder.on(place, process, cancellation, session.connection());
            try {
                runStep(i, resumed);
            } finally {
                waits.close();
            }
        }
    }

    /** The failed statement's error, with its place. */
    Failure failure() {
        return failure;
    }

    /** Whether a part that failed can run again: nothing of the failed statement was kept, and no {@code DO} or {@code CALL} ran. */
    boolean isRepeatable() {
        return repeatable;
    }

    /** Whether the part failed at its first statement, of which nothing was kept. */
    boolean nothingKept() {
        return nothingKept;
    }

    private void runStep(int number, boolean resumed) throws SQLException {
        Step step = steps.steps().get(number);
        boolean begun = false;
        try {
            // Before each statement, because DO and CALL can change the session.
            setSession(step);
            Jdbc.execute(session.connection(), LOOK_FOR_CLIENT);
            refuseWhatReachesOut(step);
            begun = true;
            if (concurrentDdl.settle(step.what(), resumed)) {
                return;
            }
            setSession(step);
            Pipeline pipeline = new Pipeline();
            step.settings().forEach(set -> pipeline.addStatement(migration.version(), file(), set));
            pipeline.addStatement(migration.version(), file(), step.statement()).sendOneByOne(session.connection());
            Optional<String> missing = concurrentDdl.missing(step.what());
            if (missing.isPresent()) {
                throw new SQLException(missing.get());
            }
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                throw e;
            }
            boolean undone = !begun || undo(step, e);
            repeatable = undone && !steps.runsCodeBefore(number);
            nothingKept = undone && number == 0;
            failure = e instanceof ScriptFailure failed
                    ? failed.failure()
                    : SqlErrors.failure(e)
                            .inFile(file().location())
                            .onLine(step.statement().line());
            throw e;
        }
    }

    private MigrationScript file() {
        return steps.prepared().file();
    }

    /** Checks again directly before the statement, because an earlier statement or another session may have changed the objects. */
    private void refuseWhatReachesOut(Step step) throws SQLException {
        Optional<String> refusal = reach.refusal(step.what(), step.statement().sql());
        if (refusal.isPresent()) {
            throw new SQLException(refusal.get());
        }
    }

    private void setSession(Step step) throws SQLException {
        Jdbc.execute(session.connection(), steps.prepared().settings().sessionSql(steps.schema(), lockTimeout(step)));
    }

    /**
     * The lock timeout of a statement. A concurrent statement has none unless the script asks for one: it waits for open transactions,
     * nobody queues behind it, and one that gives up leaves an unfinished object.
     */
    private String lockTimeout(Step step) {
        ScriptSettings settings = steps.prepared().settings();
        return step.what().concurrently().isPresent()
                ? settings.askedLockTimeout().orElse("0")
                : settings.lockTimeout();
    }

    private boolean undo(Step step, SQLException reason) {
        try {
            return concurrentDdl.undo(step.what());
        } catch (SQLException e) {
            reason.addSuppressed(SqlErrors.withoutDetail(e));
            return false;
        }
    }
}
