package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.containment.ForeignObjectsException;
import dev.tenantmigrator.internal.containment.OutsideReads;
import dev.tenantmigrator.internal.jdbc.PassingErrors;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.internal.script.SessionLeftovers;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.rules.ExpectedEffects;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a script in one transaction with its tracking row: lock, search path, a check that the recorded versions are still those
 * that were read, script, row, a check that the script stayed inside its tenant, commit. Takes one round trip with the quick check,
 * two with the full one.
 *
 * <p>No statement both reads a table of the tenant and reads or changes the session: a cluster such as Citus may run a statement that
 * reads a table on another node.
 */
final class TransactionalRun {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionalRun.class);

    /** The error when the recorded versions have changed since they were read. */
    static final String CHANGED = SqlErrors.marker("the recorded versions have changed");

    /** The error when a script changed its tenant's record. */
    static final String RECORD_TAMPERED = SqlErrors.marker("the script changed the tracking table");

    /**
     * {@code SET TRANSACTION READ ONLY} as an expression. A trigger may queue further deferred work; read-only mode keeps it from writing
     * at commit.
     */
    private static final String READ_ONLY = "pg_catalog.set_config('transaction_read_only', 'on', true)";

    private final MigrationRun run;
    private final Session session;
    private final String schema;
    private final Migration migration;
    private final PreparedScript prepared;
    private final MigrationScript script;
    private final Containment containment;
    private OutsideReads reads;
    private final Recorder recorder;
    private final Pipeline assertUnchanged;
    private final Pipeline body = new Pipeline();
    private final RecordedScript recorded;
    private final boolean hidesEffects;

    TransactionalRun(
            MigrationRun run,
            String schema,
            Migration migration,
            RecordedScript recorded,
            boolean hidesEffects,
            Session session) {
        this.run = run;
        this.hidesEffects = hidesEffects;
        this.session = session;
        this.schema = schema;
        this.migration = migration;
        this.recorded = recorded;
        this.prepared = recorded.script();
        this.script = prepared.file();
        this.containment = run.containment();
        this.reads = containment.reads(schema);
        this.recorder = run.recorder();
        // A statement of its own after the lock: its snapshot then shows everything committed before the lock was free.
        this.assertUnchanged = recorder.assertRecorded(schema, recorded.before(), CHANGED);
        List<SqlStatement> statements = prepared.statements(schema);
        boolean hidden = prepared.effects().hidden();
        body.addAll(run.scripts().cluster().script(schema, migration.version(), script, statements, hidden))
                // Deferred work would otherwise run at the commit, after the check.
                .addCheck(migration.version(), script, "SET CONSTRAINTS ALL IMMEDIATE")
                .add(Containment.LIBRARY_SETTINGS);
        if (hidesEffects || prepared.changesSettings()) {
            body.add(session.settings().restoreSql());
        }
    }

    /**
     * Sends the migration in one round trip with the quick check, in two with the full one.
     *
     * @param full whether the full check is needed, whatever the text says
     * @return false when another session holds the tenant's lock; nothing was done. With the quick check that is an error
     * @throws SQLException when a statement failed; which one is not known
     * @throws ScriptFailure when it touched a foreign object
     */
    boolean send(boolean full) throws SQLException {
        if (full || needsFullCheck()) {
            return sendWithFullCheck(false);
        }
        try {
            session.sendInTransaction(isolationLevel(), reads.heardIn(withQuickCheck()));
        } catch (SQLException e) {
            requireFullCheckOrRethrow(e);
            return sendWithFullCheck(false);
        }
        afterQuickCheck();
        return true;
    }

    /**
     * Sends one statement after the other, so that a failure has its place.
     *
     * @throws ScriptFailure when a statement of the script failed, or it touched a foreign object
     */
    boolean sendOneByOne(boolean full) throws SQLException {
        if (full || needsFullCheck()) {
            return sendWithFullCheck(true);
        }
        try {
            session.inTransaction(isolationLevel(), connection -> {
                reads.heardIn(withQuickCheck()).sendOneByOne(connection);
                return script;
            });
        } catch (SQLException e) {
            requireFullCheckOrRethrow(e);
            return sendWithFullCheck(true);
        }
        afterQuickCheck();
        return true;
    }

    private Optional<String> isolationLevel() {
        return prepared.adapted().isolationLevel();
    }

    private boolean needsFullCheck() {
        return hidesEffects || prepared.needsFullCheck();
    }

    /** Rethrows an error, unless it says that the script did something that its text does not say. */
    private void requireFullCheckOrRethrow(SQLException e) throws SQLException {
        if (!Containment.needsFullCheck(e)) {
            throw e;
        }
        LOG.debug("{}: {} did something that its text does not say; it has the full check in this run", schema, script);
        prepared.requireFullCheck();
    }

    private void afterQuickCheck() {
        reads.warn(session.connection(), script.location());
        if (prepared.leavesCustomSettings()) {
            session.closeAfterThisTenant();
        }
    }

    private boolean sendWithFullCheck(boolean oneByOne) throws SQLException {
        try {
            boolean free = session.sendInTwoRoundTrips(isolationLevel(), head(), row -> {
                if (!row.getBoolean(1)) {
                    return Optional.empty();
                }
                Pipeline pipeline = withFullCheck(containment.started(schema, row, 2));
                if (oneByOne) {
                    pipeline.sendOneByOne(session.connection());
                    return Optional.of(new Pipeline());
                }
                return Optional.of(pipeline);
            });
            if (free) {
                reads.warn(session.connection(), script.location());
                SessionLeftovers.closeIfNotRestored(session, prepared);
            }
            return free;
        } catch (SQLException e) {
            Optional<ForeignObjectsException> foreign = ForeignObjectsException.find(e);
            throw foreign.isPresent() ? located(foreign.get()) : e;
        }
    }

    private List<String> head() {
        return List.of(
                containment.declareSql(schema),
                prepared.settings().beginQuery(schema, containment.startColumns(schema)));
    }

    /** Has few statements, because each costs as much as a small change of the schema. */
    private Pipeline withQuickCheck() {
        ExpectedEffects effects = prepared.effects();
        Pipeline pipeline = new Pipeline().add(prepared.settings().beginSql(schema));
        containment.declareQuickSql(schema, effects).ifPresent(pipeline::add);
        pipeline.addAll(assertUnchanged).addAll(scriptInTenant());
        Optional<String> counted = counted();
        if (!recorder.recordsInside()) {
            // If the script had written to the record, the check would fail.
            containment.quickCheck(schema, effects, counted, "0").forEach(pipeline::add);
            pipeline.addAll(recordChange());
            if (!recorder.isSql()) {
                pipeline.addAll(assertRecorded());
            }
            return pipeline.add("SELECT " + READ_ONLY);
        }
        pipeline.addAll(recordChange());
        if (counted.isEmpty()) {
            pipeline.addAll(assertRecorded());
        }
        containment.quickCheck(schema, effects, counted, READ_ONLY).forEach(pipeline::add);
        return pipeline;
    }

    private Pipeline withFullCheck(Containment.Checked checked) {
        reads = checked.reads();
        Pipeline pipeline = new Pipeline().addAll(assertUnchanged).addAll(scriptInTenant());
        Pipeline check = new Pipeline()
                .add("SAVEPOINT tenant_migrator_check")
                .add("SET TRANSACTION READ ONLY")
                // For work that a trigger deferred again.
                .addCheck(migration.version(), script, "SET CONSTRAINTS ALL IMMEDIATE")
                .add(Containment.LIBRARY_SETTINGS)
                .addAll(checked.ofScript(hidesEffects))
                .addAll(checked.onNode())
                .add(SessionLeftovers.removeSql(
                        session.settings(), recorded.isPart() ? Optional.of(schema) : Optional.empty()))
                .add("RELEASE SAVEPOINT tenant_migrator_check");
        Pipeline record = new Pipeline().addAll(recordChange()).addAll(assertRecorded());
        counted().ifPresent(table -> record.add("SELECT " + Containment.assertOneRowSql(table, RECORD_TAMPERED)));
        // Outside of the tenant, the check cannot tell the script's writes from the store's, so the record comes after
        // it.
        return (recorder.recordsInside()
                        ? pipeline.addAll(record).addAll(check)
                        : pipeline.addAll(check).addAll(record))
                .add("SELECT " + READ_ONLY);
    }

    private Pipeline scriptInTenant() {
        return reads.begin(!recorder.isSql())
                .add("SELECT " + run.scripts().path().call(schema))
                .addAll(body);
    }

    private Pipeline recordChange() {
        return counted().isEmpty() ? recorded.recordChange() : recorded.countedChange(migration, RECORD_TAMPERED);
    }

    private Pipeline assertRecorded() {
        return recorder.assertRecorded(schema, recorded.after(), RECORD_TAMPERED);
    }

    private Optional<String> counted() {
        return containment.countsRows()
                ? recorder.tableInSchema().map(table -> Sql.qualified(schema, table))
                : Optional.empty();
    }

    /**
     * Runs the script again, one statement at a time, to find the one that touched the foreign object; returns the failure to
     * report.
     */
    private ScriptFailure located(ForeignObjectsException foreign) throws SQLException {
        Failure failure;
        try {
            failure = session.inRolledBackTransaction(connection -> {
                        Containment.Checked checked = session.executeAndQuery(
                                String.join(";\n", head()), row -> containment.started(schema, row, 2));
                        Pipeline pipeline = scriptInTenant();
                        if (recorder.recordsInside()) {
                            recordChange()
                                    .statements()
                                    .forEach(sql -> pipeline.addCheck(migration.version(), script, sql));
                        }
                        return containment.locate(connection, checked, pipeline, foreign);
                    })
                    .failure();
        } catch (SQLException e) {
            if (!PassingErrors.mayPass(e)) {
                throw e;
            }
            failure = PassingErrors.withoutPlace(Failure.of(containment.describe(foreign, session.connection())), e);
        }
        return new ScriptFailure(failure.ofVersion(migration.version()).inFile(script.location()));
    }
}
