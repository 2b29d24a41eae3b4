package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.containment.ForeignObjectsException;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.internal.script.SessionLeftovers;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.rules.ExpectedEffects;
import dev.tenantmigrator.internal.tracking.TenantState;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a script in one transaction with its tracking row: lock, search path, a check that the recorded versions are still those
 * that were read, script, row, the check whether it stayed inside its tenant, commit. One round trip with the quick check, two
 * with the full one.
 *
 * <p>No statement that reads a table of the tenant also sets or asks something of the session: a cluster would run it elsewhere.
 */
final class TransactionalRun {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionalRun.class);

    /** The error of a flight for which the tenant was read too early. */
    static final String CHANGED = SqlErrors.marker("the recorded versions have changed");

    /** The error of a script that changed what is recorded. */
    static final String SPOILED = SqlErrors.marker("the script changed the tracking table");

    /**
     * A trigger that another one fired can defer something again; at the commit it can change nothing. The expression is {@code
     * SET TRANSACTION READ ONLY}.
     */
    private static final String READ_ONLY = "pg_catalog.set_config('transaction_read_only', 'on', true)";

    private final MigrationRun run;
    private final Session session;
    private final String schema;
    private final Migration migration;
    private final PreparedScript prepared;
    private final MigrationScript script;
    private final Optional<String> isolationLevel;
    private final Containment containment;
    private final String assertUnchanged;
    private final Pipeline body = new Pipeline();
    private final String trackingSql;
    private final List<RecordedVersion> after;
    private final boolean recordsOutside;
    private final boolean codeHides;

    TransactionalRun(MigrationRun run, TenantState state, Migration migration, boolean codeHides, Session session) {
        this.run = run;
        this.codeHides = codeHides;
        this.session = session;
        this.schema = state.schema();
        this.migration = migration;
        Direction direction = run.direction();
        this.prepared = run.script(migration);
        this.script = prepared.file();
        this.isolationLevel = prepared.adapted().isolationLevel();
        this.containment = run.containment();
        TrackingStore store = run.store();
        // Behind the lock in a statement of its own, whose snapshot shows what was committed before.
        this.assertUnchanged = "SELECT " + store.assertRecordedSql(schema, state.rows(), CHANGED);
        body.addScript(migration.version(), script, prepared.statements(schema))
                // What is deferred would run at the commit, behind the check.
                .addCheck(migration.version(), script, "SET CONSTRAINTS ALL IMMEDIATE")
                .add(Containment.OWN_PATH);
        if (codeHides || prepared.changesSettings()) {
            body.add(session.settings().restoreSql());
        }
        this.trackingSql = direction.trackingSql(schema, migration);
        this.after = direction.after(state.rows(), migration);
        this.recordsOutside = store.recordsOutside();
    }

    /** How statements are sent: all at once, or one after the other to see which one fails. */
    private interface Way {
        void send(Pipeline flight) throws SQLException;
    }

    /**
     * Sends it.
     *
     * @param full whether the full check is needed, whatever the text says
     * @return false when another session holds the tenant's lock; nothing was done. With the quick check that is an error
     * @throws SQLException when a statement failed; which one is not known
     * @throws ScriptFailure when it touched what it may not
     */
    boolean send(boolean full) throws SQLException {
        return run(full, Optional.empty());
    }

    /**
     * Sends one statement after the other.
     *
     * @throws ScriptFailure when a statement of the script failed, or it touched what it may not
     */
    boolean sendOneByOne(boolean full) throws SQLException {
        return run(full, Optional.of(flight -> flight.sendOneByOne(session.connection())));
    }

    private boolean run(boolean full, Optional<Way> walking) throws SQLException {
        if (!full && !codeHides && !prepared.needsFullCheck()) {
            try {
                Pipeline flight = withQuickCheck();
                if (walking.isPresent()) {
                    session.inTransaction(isolationLevel, connection -> {
                        walking.get().send(flight);
                        return script;
                    });
                } else {
                    session.sendInTransaction(isolationLevel, flight);
                }
                if (prepared.leavesCustomSettings()) {
                    session.closeAfterThisTenant();
                }
                return true;
            } catch (SQLException e) {
                if (!Containment.needsFullCheck(e)) {
                    throw e;
                }
                LOG.debug(
                        "{}: {} did other things than its text says; it has the full check in this run",
                        schema,
                        script);
                prepared.surprised();
            }
        }
        try {
            boolean free = session.sendInTwoRoundTrips(isolationLevel, head(), row -> {
                if (!row.getBoolean(1)) {
                    return Optional.empty();
                }
                Pipeline flight = withFullCheck(containment.started(schema, row, 2));
                if (walking.isPresent()) {
                    walking.get().send(flight);
                    return Optional.of(new Pipeline());
                }
                return Optional.of(flight);
            });
            if (free) {
                closeIfNotRestored();
            }
            return free;
        } catch (SQLException e) {
            Optional<ForeignObjectsException> foreign = ForeignObjectsException.find(e);
            throw foreign.isPresent() ? located(foreign.get()) : e;
        }
    }

    /** What a script may leave on the connection that cannot be put back. */
    private void closeIfNotRestored() {
        if (prepared.leavesCustomSettings() || SessionLeftovers.ofHost(session.settings())) {
            session.closeAfterThisTenant();
        } else if (prepared.effects().unseenSettings()) {
            // A setting of an application's own, by a name that the text does not show.
            session.closeWhenDone();
        }
    }

    private List<String> head() {
        return List.of(
                containment.declareSql(schema),
                prepared.settings().beginQuery(schema, containment.startColumns(schema)));
    }

    /** Few statements, because each costs as much as a small change. */
    private Pipeline withQuickCheck() {
        ExpectedEffects effects = prepared.effects();
        Pipeline flight = new Pipeline().add(prepared.settings().beginSql(schema));
        containment.declareQuickSql(schema, effects).ifPresent(flight::add);
        flight.add(assertUnchanged)
                .add("SELECT " + run.scripts().path().call(schema))
                .addAll(body);
        Optional<String> counted = counted();
        if (recordsOutside) {
            // The script did not write to that table, or the check would have seen it.
            containment.quickCheck(schema, effects, counted, "0").forEach(flight::add);
            return flight.add(trackingSql()).add("SELECT " + READ_ONLY);
        }
        flight.add(trackingSql());
        if (counted.isEmpty()) {
            flight.add("SELECT " + assertRecorded());
        }
        containment.quickCheck(schema, effects, counted, READ_ONLY).forEach(flight::add);
        return flight;
    }

    private Pipeline withFullCheck(Containment.Checked checked) {
        Pipeline flight = new Pipeline().add(assertUnchanged).addAll(scriptInTenant());
        Pipeline check = new Pipeline()
                .add("SAVEPOINT tenant_migrator_check")
                .add("SET TRANSACTION READ ONLY")
                // What a trigger deferred again.
                .addCheck(migration.version(), script, "SET CONSTRAINTS ALL IMMEDIATE")
                .add(Containment.OWN_PATH)
                .add(checked.sql(codeHides))
                .add(SessionLeftovers.removeSql(session.settings()))
                .add("RELEASE SAVEPOINT tenant_migrator_check");
        Pipeline record = new Pipeline().add(trackingSql()).add("SELECT " + assertRecorded());
        counted().ifPresent(table -> record.add("SELECT " + Containment.assertOneRowSql(table, SPOILED)));
        // The check cannot tell the script's writes to a table outside from the store's own.
        return (recordsOutside
                        ? flight.addAll(check).addAll(record)
                        : flight.addAll(record).addAll(check))
                .add("SELECT " + READ_ONLY);
    }

    private Pipeline scriptInTenant() {
        return new Pipeline().add("SELECT " + run.scripts().path().call(schema)).addAll(body);
    }

    /** Where rows are counted it is certain that the one is the migration's: a trigger can write another in its place. */
    private String trackingSql() {
        if (counted().isEmpty()) {
            return trackingSql;
        }
        String version = migration.version();
        boolean recorded = after.stream().anyMatch(row -> row.version().equals(version));
        return "WITH written AS (" + trackingSql + " RETURNING version, applied_at) SELECT (CASE WHEN (SELECT count(*)"
                + " FROM written WHERE version = " + Sql.literal(version)
                + (recorded ? " AND applied_at IS NOT NULL" : "") + ") = 1 THEN '0' ELSE '" + SPOILED + "' END)::int";
    }

    private String assertRecorded() {
        return run.store().assertRecordedSql(schema, after, SPOILED);
    }

    private Optional<String> counted() {
        return containment.countsRows() ? run.store().countedTable(schema) : Optional.empty();
    }

    /** The failure to report, at the statement that touched something foreign when all ran once more, one by one. */
    private ScriptFailure located(ForeignObjectsException foreign) throws SQLException {
        ScriptFailure failure = session.inRolledBackTransaction(connection -> {
            Containment.Checked checked =
                    session.executeAndQuery(String.join(";\n", head()), row -> containment.started(schema, row, 2));
            Pipeline flight = scriptInTenant();
            return containment.locate(
                    connection, checked, recordsOutside ? flight : flight.addAll(recording()), foreign);
        });
        return new ScriptFailure(
                failure.failure().ofVersion(migration.version()).inFile(script.location()));
    }

    private Pipeline recording() {
        return new Pipeline().addCheck(migration.version(), script, trackingSql());
    }
}
