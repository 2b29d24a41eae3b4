package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.containment.ForeignObjectsException;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.script.SessionLeftovers;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Changes a tenant's record while a script runs outside of a transaction. A trigger or rule that a migration put on the tenant's
 * tracking table runs with such a change, so the change has the check that a script has.
 */
record ProgressRecord(MigrationRun run, String schema, Session session) {

    /**
     * Changes the record in a transaction of the library's own, whatever defaults the connection has, and with the library's search
     * path, because the script may have left another one.
     *
     * @param after the recorded rows after the change
     * @throws SQLException when nothing was changed; {@link #failure} explains it
     */
    void write(Pipeline change, List<RecordedVersion> after) throws SQLException {
        Recorder recorder = run.recorder();
        session.inTransaction(connection -> {
            Pipeline record = new Pipeline()
                    .add(Containment.LIBRARY_SETTINGS)
                    .addAll(change)
                    .addAll(recorder.assertRecorded(schema, after, TransactionalRun.RECORD_TAMPERED));
            if (recorder.recordsInside()) {
                Pipeline check = run.containment().start(connection, schema).afterRecord();
                record.addAll(check).add(SessionLeftovers.removeSql(session.settings(), Optional.of(schema)));
            } else {
                // The check of the next part counts written rows; it must not count these.
                record.add(Containment.FLUSH_COUNTERS);
            }
            record.send(connection);
            return change;
        });
    }

    /**
     * The failure for an error of {@link #write}, which was rolled back.
     *
     * @param script the script that runs
     */
    Failure failure(SQLException e, MigrationScript script) throws SQLException {
        Optional<ForeignObjectsException> foreign = ForeignObjectsException.find(e);
        return foreign.isPresent()
                ? Failure.of(foreign.get().describeOfRecord(session.connection()))
                : MigrationErrors.explained(e, script, run.recorder(), "");
    }
}
