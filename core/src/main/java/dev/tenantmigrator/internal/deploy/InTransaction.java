package dev.tenantmigrator.internal.deploy;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.ScriptFile;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.internal.containment.Allowed;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.containment.TouchedOthersException;
import dev.tenantmigrator.internal.jdbc.Flight;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.run.RunContext;
import dev.tenantmigrator.internal.tracking.TenantState;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Runs a script in one transaction with its tracking row and, where nothing is suspicious, one round trip: lock, search path,
 * a check that the recorded versions are still those that were read, script, row, the question whether it stayed inside its
 * tenant, commit.
 */
final class InTransaction {

    /** The error of a flight for which the tenant was read too early. */
    static final String CHANGED = SqlErrors.marker("the recorded versions have changed");

    /** The error of a script that changed what is recorded. */
    static final String SPOILED = SqlErrors.marker("the script changed the tracking table");

    private final RunContext run;
    private final Session session;
    private final String schema;
    private final Migration migration;
    private final ScriptFile script;
    private final Optional<String> isolationLevel;
    private final Containment containment;
    private final List<String> head;
    private final Flight body = new Flight();
    private final Flight behindQuestion = new Flight();

    InTransaction(RunContext run, Direction direction, TenantState state, Migration migration, Session session) {
        this.run = run;
        this.session = session;
        this.schema = state.schema();
        this.migration = migration;
        this.script = direction.script(migration);
        this.isolationLevel = run.isolationLevel(script);
        this.containment = new Containment(Allowed.of(run.config(), direction.sharedSchemaChanges()));
        TrackingStore store = run.config().store();
        this.head = List.of(run.beginSql(schema, script), store.assertRecordedSql(schema, state.rows(), CHANGED));
        body.add(run.searchPathOnlySql(schema))
                .addScript(migration.version(), script, run.statements(script, schema))
                // What is deferred would run at the commit, behind the question.
                .addCheck(migration.version(), script, "SET CONSTRAINTS ALL IMMEDIATE")
                .add(Containment.OWN_PATH);
        if (run.changesSettings(script)) {
            body.add(session.settings().restoreSql());
        }
        Flight recording = store.recordsOutside() ? behindQuestion : body;
        recording
                .add(direction.trackingSql(schema, migration))
                .add(store.assertRecordedSql(schema, direction.after(state.rows(), migration), SPOILED))
                // What was deferred all the same, by a trigger that another one fired, can change nothing at the
                // commit.
                .add("SET TRANSACTION READ ONLY");
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

    private Flight head() {
        Flight flight = new Flight();
        head.forEach(flight::add);
        return flight;
    }

    private Flight withQuestion() {
        return containment
                .addQuestion(head().addAll(body), schema, run.ordinary(script))
                .addAll(behindQuestion);
    }

    private void watchIfSuspicious(SQLException e) throws SQLException {
        if (!Containment.isSuspicion(e)) {
            throw e;
        }
        run.watch(script);
    }

    private interface Way {
        void send(Flight flight, Connection connection) throws SQLException;
    }

    private void watch(Way way) throws SQLException {
        try {
            session.inTransaction(isolationLevel, connection -> {
                containment.watch(connection, schema, head, run.mayGrant(script), () -> way.send(body, connection));
                way.send(behindQuestion, connection);
                return script;
            });
            // It may have left what its text does not show, as a temporary table.
            session.discard();
        } catch (TouchedOthersException e) {
            ScriptFailure failure = session.inRolledBackTransaction(connection -> {
                head().send(connection);
                return containment.locate(connection, schema, body, e);
            });
            throw new ScriptFailure(
                    failure.failure().ofVersion(migration.version()).inFile(script.location()));
        }
    }
}
