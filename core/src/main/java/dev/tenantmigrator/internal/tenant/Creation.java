package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.CreationStep;
import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.containment.ForeignObjectsException;
import dev.tenantmigrator.internal.containment.OutsideReads;
import dev.tenantmigrator.internal.jdbc.CustomSettings;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.LockTable;
import dev.tenantmigrator.internal.jdbc.PassingErrors;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.ServerAdvice;
import dev.tenantmigrator.internal.jdbc.SessionSettings;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.script.PreparedScripts;
import dev.tenantmigrator.internal.script.SessionLeftovers;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.tracking.TenantSchemas;
import dev.tenantmigrator.internal.tracking.store.RecordErrors;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Creates a tenant inside a transaction, the library's or the caller's: schema, tracking table and all migrations in one round trip,
 * then the check for required tables and the creation step.
 */
final class Creation {

    private static final String SAVEPOINT = "tenant_migrator_try";
    private static final String INVALID_TRANSACTION_TERMINATION = "2D000";

    private final Config config;
    private final Recorder recorder;
    private final MigrationCatalog catalog;
    private final Connection connection;
    private final boolean oneByOne;
    private final Optional<SessionSettings> own;
    private final RandomGenerator random;
    private final Containment containment;
    private PreparedScripts scripts;
    private CreationPipeline migrations;
    private Optional<OutsideReads> reads = Optional.empty();
    private Optional<CreatedTenant> done = Optional.empty();
    private String tried = "";

    /**
     * @param restore a statement that restores the settings that a script has changed
     * @param ownSettings custom settings, which {@code restore} does not cover
     * @param oneByOne whether to send one statement after the other, so that a failing statement is known
     * @param own the session's settings as the connection was lent; empty in a caller's transaction
     */
    Creation(
            Config config,
            Containment containment,
            MigrationCatalog catalog,
            PreparedScripts scripts,
            Connection connection,
            String restore,
            CustomSettings ownSettings,
            boolean oneByOne,
            Optional<SessionSettings> own,
            RandomGenerator random) {
        this.config = config;
        this.recorder = config.recorder();
        this.catalog = catalog;
        this.scripts = scripts.latest();
        this.connection = connection;
        this.migrations = new CreationPipeline(config, catalog, this.scripts, restore, ownSettings);
        this.oneByOne = oneByOne;
        this.own = own;
        this.containment = containment;
        this.random = random;
    }

    /**
     * Creates the tenant.
     *
     * @throws EvictedException when a script failed in a pipeline and the connection was closed with it
     */
    CreatedTenant run(SchemaNames name, CreationStep step) throws SQLException {
        long start = System.nanoTime();
        String schema = migrate(name);
        RequiredTables.require(connection, schema, config.requiredTables());
        HostStep.run(config, connection, schema, step, "nothing of the tenant was kept");
        reads.ifPresent(read -> migrations.warn(read, connection));
        CreatedTenant created =
                new CreatedTenant(schema, catalog.versions(), Duration.ofNanos(System.nanoTime() - start), false);
        done = Optional.of(created);
        return created;
    }

    /** The tenant, once everything but the commit is done. */
    Optional<CreatedTenant> done() {
        return done;
    }

    /** Tries names until one is free. */
    private String migrate(SchemaNames name) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            String schema = name.candidate().apply(random);
            try {
                send(schema, oneByOne);
                return schema;
            } catch (SQLException e) {
                rollBack(schema, e);
                Optional<ForeignObjectsException> foreign = ForeignObjectsException.find(e);
                if (foreign.isPresent()) {
                    throw foreign.get();
                }
                boolean taken = TenantSchemas.isTaken(connection, schema, e);
                if (taken && (!name.several() || attempt == TenantSchemas.MAX_NAMES)) {
                    throw TenantSchemas.taken(schema);
                }
                if (LockTable.isFull(e)) {
                    // No statement is at fault, and sending them one by one would take as many locks again.
                    throw failed(e, schema);
                }
                if (!taken) {
                    resendToFindFailure(schema, e);
                    return schema;
                }
            }
        }
    }

    private void send(String schema, boolean separately) throws SQLException {
        tried = schema;
        Containment.Checked checked = start(schema);
        reads = Optional.of(checked.reads());
        Pipeline pipeline = new Pipeline()
                .add("CREATE SCHEMA " + Sql.identifier(schema))
                .addAll(migrations.statements(schema, checked.reads()))
                .addAll(checked.ofScript(hidesEffects()));
        own.ifPresent(settings -> pipeline.add(SessionLeftovers.removeSql(settings)));
        pipeline.add("RELEASE SAVEPOINT " + CreationPipeline.CHECK_SAVEPOINT).add(Containment.closeSql());
        if (!recorder.recordsInside()) {
            pipeline.add(Containment.LIBRARY_SETTINGS).addAll(migrations.trackingRows(schema));
        }
        pipeline.addAll(scripts.cluster().distribute(schema));
        send(pipeline.add(scripts.path().sql(schema)), separately);
    }

    private boolean hidesEffects() {
        return scripts.all().stream().anyMatch(script -> script.effects().hidden());
    }

    /** Starts the check in a savepoint, because rolling back to it closes the check's cursor. */
    private Containment.Checked start(String schema) throws SQLException {
        Jdbc.execute(
                connection, "SAVEPOINT " + SAVEPOINT + "; " + CreationLocks.settingsSql(config, scripts.cluster()));
        return own.isPresent() ? containment.start(connection, schema) : containment.startWithin(connection, schema);
    }

    /**
     * Finds the statement that touched a foreign object by running the scripts again; the caller rolls that back.
     *
     * @return the failure to report
     */
    MigrationFailedException locateForeignObject(ForeignObjectsException foreign) throws SQLException {
        Containment.Checked checked = start(tried);
        Jdbc.execute(connection, "CREATE SCHEMA " + Sql.identifier(tried));
        Pipeline pipeline = migrations.statements(tried, checked.reads());
        return failed(containment.locate(connection, checked, pipeline, foreign), tried);
    }

    private void send(Pipeline pipeline, boolean separately) throws SQLException {
        if (separately) {
            pipeline.sendOneByOne(connection);
        } else {
            pipeline.send(connection);
        }
    }

    private void rollBack(String schema, SQLException reason) {
        if (SqlErrors.isConnectionLost(reason)) {
            throw failed(reason, schema);
        }
        try {
            Jdbc.execute(connection, "ROLLBACK TO SAVEPOINT " + SAVEPOINT);
        } catch (SQLException e) {
            MigrationFailedException failed = failed(reason, schema);
            if (reason instanceof ScriptFailure) {
                throw failed;
            }
            throw new EvictedException(failed.failure(), SqlErrors.withoutDetail(reason));
        }
    }

    /**
     * Sends the statements again, one by one, because a pipeline does not tell which one failed; and again with fewer reserved
     * enum labels, as long as the failure may be due to one.
     */
    private void resendToFindFailure(String schema, SQLException reason) throws SQLException {
        Optional<SQLException> first = Optional.empty();
        while (true) {
            try {
                send(schema, true);
                return;
            } catch (SQLException e) {
                Optional<ForeignObjectsException> foreign = ForeignObjectsException.find(e);
                if (foreign.isPresent()) {
                    throw foreign.get();
                }
                // A lock that stayed held is due to no label, and another run would wait for it again.
                boolean waits = PassingErrors.mayPass(e) && PassingErrors.mayPass(reason);
                Optional<PreparedScripts> other =
                        LockTable.isFull(e) || waits ? Optional.empty() : scripts.forCreationAfter(e);
                if (other.isEmpty() && PassingErrors.mayPass(e) && !waits) {
                    // Another session's lock, which was not there before.
                    MigrationFailedException cause = failed(reason, schema);
                    throw new MigrationFailedException(PassingErrors.withoutPlace(cause.failure(), e), cause);
                }
                if (other.isEmpty()) {
                    throw failed(
                            first.filter(earlier -> scripts.hidesCause(earlier, e))
                                    .orElse(e),
                            schema);
                }
                first = first.or(() -> Optional.of(e));
                rollBack(schema, e);
                scripts = other.get();
                migrations = migrations.with(scripts);
            }
        }
    }

    private MigrationFailedException failed(SQLException e, String schema) {
        Failure failure = e instanceof ScriptFailure script ? script.failure() : SqlErrors.failure(e);
        if (!(e instanceof ScriptFailure) && SqlErrors.says(e, CreationPipeline.RECORD_TAMPERED)) {
            failure = Failure.of(CreationPipeline.RECORD_TAMPERED + "; remove that from the migration");
        } else {
            failure = RecordErrors.explained(
                    failure, e, recorder, CreationPipeline.RECORD_TAMPERED + "; remove that from the migration");
        }
        if (!(e instanceof ScriptFailure) && SqlErrors.says(e, CreationPipeline.DEFERRED)) {
            failure = Failure.of(CreationPipeline.DEFERRED + "; drop the table in the migration that creates it");
        }
        failure = scripts.explainLabel(failure, e);
        if (SqlErrors.state(e).equals(INVALID_TRANSACTION_TERMINATION)) {
            failure = failure.withMessage(failure.message() + ": a tenant is created in one transaction, in which no"
                    + " procedure can commit; write a DO block that commits instead of CALL");
        }
        failure = ServerAdvice.explained(failure, e, connection, SAVEPOINT, config.sharedSchema());
        return new MigrationFailedException(
                config.detailed(
                        failure.withMessage(failure.message() + "; nothing of the tenant was kept")
                                .inTenant(schema),
                        e),
                SqlErrors.withoutDetail(e));
    }
}
