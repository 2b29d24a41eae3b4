package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.internal.config.Events;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.Finding.Severity;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantOutcome.Step;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The recorded versions of a tenant as they were last read, and the steps that this run has done in it. */
final class TenantProgress {

    private final MigrationRun run;
    private final Direction direction;
    private final List<Step> done = new ArrayList<>();
    /** Of a rollback; a deploy has no use for them. */
    private final List<Finding> nothingUndone = new ArrayList<>();

    private TenantState state;
    private boolean changed;

    TenantProgress(MigrationRun run, TenantState state) {
        this.run = run;
        this.direction = run.direction();
        this.state = state;
    }

    TenantState state() {
        return state;
    }

    List<Step> done() {
        return done;
    }

    /** The outcome; empty when a migration is left to run. */
    Optional<TenantOutcome> outcome() {
        return direction
                .outcome(state, done)
                .map(outcome -> outcome instanceof TenantOutcome.RolledBack rolledBack
                        ? new TenantOutcome.RolledBack(rolledBack.schema(), rolledBack.rolledBack(), nothingUndone)
                        : outcome);
    }

    /** The next migration; only while there is no outcome. */
    Migration next() {
        return direction.next(state).get(0);
    }

    /** Reads the rows that are recorded now; the progress stays as it is. */
    List<RecordedVersion> read(Session session) throws SQLException {
        return run.recorder().reading(session.connection(), connection -> history(connection));
    }

    /** Like {@link #read}, in an open transaction. */
    List<RecordedVersion> readWithin(Connection transaction) throws SQLException {
        return run.recorder().readingWithin(transaction, connection -> history(connection));
    }

    private List<RecordedVersion> history(Connection connection) throws SQLException {
        return run.recorder().history(connection, state.schema());
    }

    /** Whether the tenant still exists. */
    boolean isTracked(Session session) throws SQLException {
        return run.recorder().isTracked(session.connection(), state.schema());
    }

    /**
     * Continues from rows that were read.
     *
     * @return whether they differ from those known before
     */
    boolean become(List<RecordedVersion> rows) {
        boolean other = !isSame(rows);
        changed |= other;
        state = run.state(state.schema(), rows);
        return other;
    }

    /** Whether another instance has changed the tenant during the run. */
    boolean wasChanged() {
        return changed;
    }

    /** Whether rows equal those known. */
    boolean isSame(List<RecordedVersion> rows) {
        return areSame(rows, state.rows());
    }

    /** Whether the rows that were read show a migration as done. */
    boolean isRecorded(Migration migration) {
        return isSame(direction.rowsAfter(state.rows(), migration));
    }

    /** Records that a migration was committed. */
    void ran(Migration migration, Duration duration) {
        done.add(new Step(migration.version(), duration));
        if (run.script(migration).doesNothing()) {
            nothingUndone.add(Finding.of(
                    Kind.NOTHING_UNDONE,
                    Severity.WARNING,
                    migration.version(),
                    migration.version() + " was rolled back by a rollback.sql without statements: nothing was undone"));
        }
        state = run.state(state.schema(), direction.rowsAfter(state.rows(), migration));
        Events.publish(run.config(), direction.event(state.schema(), migration.version(), duration));
    }

    /** Whether two readings are equal in the columns that {@link Recorder#assertRecorded} compares. */
    static boolean areSame(List<RecordedVersion> rows, List<RecordedVersion> others) {
        return versions(rows).equals(versions(others));
    }

    private static Set<String> versions(List<RecordedVersion> rows) {
        return rows.stream().map(row -> row.version() + row.finished()).collect(Collectors.toSet());
    }
}
