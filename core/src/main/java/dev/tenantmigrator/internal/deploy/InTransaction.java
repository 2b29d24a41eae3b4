package dev.tenantmigrator.internal.deploy;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.ScriptFile;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.containment.TouchedOthersException;
import dev.tenantmigrator.internal.jdbc.Flight;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.run.RunContext;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.tracking.TenantState;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a script in one transaction with its tracking row and, where nothing is suspicious, one round trip: lock, search path,
 * a check that the recorded versions are still those that were read, script, row, the question whether it stayed inside its
 * tenant, commit.
 */
final class InTransaction {

    private static final Logger LOG = LoggerFactory.getLogger(InTransaction.class);

    /** The error of a flight for which the tenant was read too early. */
    static final String CHANGED = SqlErrors.marker("the recorded versions have changed");

    /** The error of a script that changed what is recorded. */
    static final String SPOILED = SqlErrors.marker("the script changed the tracking table");

    /**
     * What was deferred all the same, by a trigger that another one fired, can change nothing at the commit: the expression is
     * {@code SET TRANSACTION READ ONLY}.
     */
    private static final String READ_ONLY = "pg_catalog.set_config('transaction_read_only', 'on', true)";

    private final RunContext run;
    private final Session session;
    private final String schema;
    private final Migration migration;
    private final ScriptFile script;
    private final Optional<String> isolationLevel;
    private final Containment containment;
    private final String begin;
    private final String assertUnchanged;
    private final Flight body = new Flight();
    private final String trackingSql;
    private final List<RecordedVersion> after;
    private final boolean recordsOutside;

    InTransaction(
            RunContext run,
            Direction direction,
            Containment containment,
            TenantState state,
            Migration migration,
            Session session) {
        this.run = run;
        this.session = session;
        this.schema = state.schema();
        this.migration = migration;
        this.script = direction.script(migration);
        this.isolationLevel = run.isolationLevel(script);
        this.containment = containment;
        TrackingStore store = run.config().store();
        this.begin = run.settings(script).beginSql(schema);
        // Behind the lock in a statement of its own, whose snapshot shows what was committed before.
        this.assertUnchanged = "SELECT " + store.assertRecordedSql(schema, state.rows(), CHANGED);
        body.addScript(migration.version(), script, run.statements(script, schema))
                // What is deferred would run at the commit, behind the question.
                .addCheck(migration.version(), script, "SET CONSTRAINTS ALL IMMEDIATE")
                .add(Containment.OWN_PATH);
        if (run.changesSettings(script)) {
            body.add(session.settings().restoreSql());
        }
        this.trackingSql = direction.trackingSql(schema, migration);
        this.after = direction.after(state.rows(), migration);
        this.recordsOutside = store.recordsOutside();
        if (run.leavesTraces(List.of(script))) {
            session.discard();
        }
    }

    /**
     * Sends it.
     *
     * @throws SQLException when a statement failed; which one is not known
     * @throws ScriptFailure when it touched what it may not
     */
    void send() throws SQLException {
        if (!run.isWatched(script)) {
            try {
                session.inOneFlight(isolationLevel, withQuestion());
                return;
            } catch (SQLException e) {
                watchIfSuspicious(e);
            }
        }
        watch(Flight::send);
    }

    /**
     * Sends one statement after the other.
     *
     * @throws ScriptFailure when a statement of the script failed, or it touched what it may not
     */
    void walk() throws SQLException {
        if (!run.isWatched(script)) {
            try {
                session.inTransaction(isolationLevel, connection -> {
                    withQuestion().walk(connection);
                    return script;
                });
                return;
            } catch (SQLException e) {
                watchIfSuspicious(e);
            }
        }
        watch(Flight::walk);
    }

    /** Few statements, because each costs as much as a small change. */
    private Flight withQuestion() {
        Flight flight = new Flight()
                .add(begin)
                .add(assertUnchanged + ", " + run.path().call(schema))
                .addAll(body);
        Optional<String> counted = counted();
        String question = containment.question(schema, run.ordinary(script), counted);
        if (recordsOutside) {
            // The script did not write to that table, or the question would have seen it.
            return flight.add("SELECT " + question).add(trackingSql).add("SELECT " + READ_ONLY);
        }
        return flight.add(trackingSql())
                .add("SELECT " + (counted.isPresent() ? "" : assertRecorded() + ", ") + question + ", " + READ_ONLY);
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
        String rows = counted()
                .map(table -> ", " + Containment.assertOneRowSql(table, SPOILED))
                .orElse("");
        return run.config().store().assertRecordedSql(schema, after, SPOILED) + rows;
    }

    private Optional<String> counted() {
        return containment.countsRows() ? run.config().store().countedTable(schema) : Optional.empty();
    }

    /** Ends a transaction that is watched; what it counted must not count for the next of the session. */
    private Flight record() {
        return new Flight()
                .add(trackingSql())
                .add("SELECT " + assertRecorded() + ", " + READ_ONLY + ", pg_catalog.pg_stat_force_next_flush()");
    }

    /** What is watched, which the search path of whoever watches goes before. */
    private Flight watched() {
        Flight flight = new Flight().add("SELECT " + run.path().call(schema)).addAll(body);
        return recordsOutside ? flight : flight.addAll(record());
    }

    private void watchIfSuspicious(SQLException e) throws SQLException {
        if (!Containment.isSuspicion(e)) {
            throw e;
        }
        LOG.debug("{}: what {} touched cannot be told from its end; it is watched in this run", schema, script);
        run.watch(script);
    }

    private interface Way {
        void send(Flight flight, Connection connection) throws SQLException;
    }

    private void watch(Way way) throws SQLException {
        try {
            session.inTransaction(isolationLevel, connection -> {
                containment.watch(
                        connection,
                        schema,
                        List.of(begin, assertUnchanged),
                        run.mayGrant(script),
                        () -> way.send(watched(), connection));
                if (recordsOutside) {
                    way.send(record(), connection);
                }
                return script;
            });
            // It may have left what its text does not show, as a temporary table.
            session.discard();
        } catch (TouchedOthersException e) {
            ScriptFailure failure = session.inRolledBackTransaction(connection -> {
                new Flight().add(begin).add(assertUnchanged).send(connection);
                return containment.locate(connection, schema, watched(), e);
            });
            throw new ScriptFailure(
                    failure.failure().ofVersion(migration.version()).inFile(script.location()));
        }
    }
}
