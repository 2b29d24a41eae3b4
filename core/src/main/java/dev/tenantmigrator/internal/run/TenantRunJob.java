package dev.tenantmigrator.internal.run;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.RunOptions;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.containment.ForeignObjectsException;
import dev.tenantmigrator.internal.containment.OutsideReads;
import dev.tenantmigrator.internal.fleet.Backoff;
import dev.tenantmigrator.internal.fleet.TenantJob;
import dev.tenantmigrator.internal.jdbc.PassingErrors;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.internal.script.SessionLeftovers;
import dev.tenantmigrator.internal.script.TenantPath;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.TenantOutcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One tenant of a run. A run that writes is one transaction under the tenant's lock, which ends with the full check and the
 * check that the record is unchanged. A run that reads is a read-only transaction without the lock, and is rolled back.
 */
final class TenantRunJob implements TenantJob {

    private static final String RECORD_CHANGED = SqlErrors.marker("the run changed the tracking table");

    /** The state of a savepoint or transaction that is not there any more. */
    private static final Set<String> TRANSACTION_ENDED = Set.of("3B001", "25P01");

    private final Config config;
    private final RunOptions options;
    private final Containment containment;
    private final TenantPath path;
    private final PreparedScript prepared;
    private final TenantBody body;
    private final String schema;
    private OutsideReads reads;
    private int failedAttempts;

    TenantRunJob(
            Config config,
            RunOptions options,
            Containment containment,
            TenantPath path,
            PreparedScript prepared,
            TenantBody body,
            String schema) {
        this.config = config;
        this.options = options;
        this.containment = containment;
        this.reads = containment.reads(schema);
        this.path = path;
        this.prepared = prepared;
        this.body = body;
        this.schema = schema;
    }

    @Override
    public String schema() {
        return schema;
    }

    @Override
    public Result tryOn(Session session) throws SQLException {
        try {
            Result result = options.writes()
                    ? Result.finishedOrLocked(session.inTransactionIfFree(schema, connection -> write(session)))
                    : new Result.Finished(session.inRolledBackTransaction(connection -> read(session)));
            reads.warn(session.connection(), prepared.file().location());
            SessionLeftovers.closeIfNotRestored(session, prepared);
            return result;
        } catch (SQLException e) {
            return afterError(session, e);
        }
    }

    private TenantOutcome read(Session session) throws SQLException {
        reads = containment.reads(schema);
        begin().add("SET TRANSACTION READ ONLY").send(session.connection());
        runBody(session.connection());
        Pipeline end = new Pipeline().add(Containment.LIBRARY_SETTINGS);
        reads.sql().ifPresent(end::add);
        end.add(SessionLeftovers.removeSql(session.settings()));
        reads.heardIn(end).sendOneByOne(session.connection());
        return new TenantOutcome.Ran(schema);
    }

    private TenantOutcome write(Session session) throws SQLException {
        Connection connection = session.connection();
        Containment.Checked checked = containment.start(connection, schema);
        List<AppliedMigration> before = record(connection);
        reads = checked.reads();
        begin().addAll(reads.begin(!config.recorder().isSql())).send(connection);
        runBody(connection);
        new Pipeline()
                .add("SET CONSTRAINTS ALL IMMEDIATE")
                .add(Containment.LIBRARY_SETTINGS)
                .add("SET TRANSACTION READ ONLY")
                // For work that a trigger deferred again.
                .add("SET CONSTRAINTS ALL IMMEDIATE")
                .add(Containment.LIBRARY_SETTINGS)
                .sendOneByOne(connection);
        if (!record(connection).equals(before)) {
            throw new SQLException(RECORD_CHANGED);
        }
        new Pipeline()
                .addAll(checked.ofScript(true))
                .addAll(checked.onNode())
                .add(SessionLeftovers.removeSql(session.settings()))
                .add(session.settings().restoreSql())
                .sendOneByOne(connection);
        return new TenantOutcome.Ran(schema);
    }

    /** All rows of the tenant's record, with all columns. */
    private List<AppliedMigration> record(Connection connection) throws SQLException {
        return config.recorder()
                .readingWithin(connection, within -> config.recorder().rows(within, schema));
    }

    private Pipeline begin() {
        return new Pipeline().add(prepared.settings().timeoutsSql()).add(path.sql(schema));
    }

    private void runBody(Connection connection) throws SQLException {
        new Pipeline().add("SAVEPOINT tenant_migrator_run").send(connection);
        body.run(connection);
        try {
            new Pipeline().add("RELEASE SAVEPOINT tenant_migrator_run").send(connection);
        } catch (SQLException e) {
            if (!TRANSACTION_ENDED.contains(SqlErrors.state(e))) {
                throw e;
            }
            throw new TenantMigratorException(
                    Failure.of("the work ended the transaction, so the library could not check what it did, and what it"
                            + " committed is kept; leave BEGIN, COMMIT and ROLLBACK to the library"));
        }
    }

    private Result afterError(Session session, SQLException e) throws SQLException {
        if (SqlErrors.isConnectionLost(e)) {
            throw new TenantMigratorException(SqlErrors.failure(e)
                    .withMessage("the connection was lost: " + SqlErrors.message(e)
                            + (options.writes() ? "; whether the work was kept in this tenant is not known" : "")));
        }
        if (PassingErrors.mayPass(e) && ++failedAttempts < prepared.tries()) {
            return new Result.RetryLater(Backoff.AFTER_FAILURE.after(failedAttempts));
        }
        Optional<ForeignObjectsException> foreign = ForeignObjectsException.find(e);
        Failure failure = foreign.isPresent() ? outside(session, foreign.get()) : body.failure(e);
        if (SqlErrors.says(e, RECORD_CHANGED)) {
            failure = failure.withMessage(
                    "the run changed the tenant's record of applied versions; only repair may change it");
        }
        String kept = foreign.isEmpty() ? "; nothing of it was kept in this tenant" : "";
        throw new TenantMigratorException(failure.withMessage(failure.message() + kept), SqlErrors.withoutDetail(e));
    }

    private Failure outside(Session session, ForeignObjectsException foreign) throws SQLException {
        return session.inRolledBackTransaction(connection ->
                body.outside(connection, containment.start(connection, schema), begin(), foreign, containment));
    }
}
