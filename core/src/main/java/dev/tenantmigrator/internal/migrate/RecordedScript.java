package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.tracking.TenantState;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A script that runs in one transaction, or a part of a script that does, with the change of the record that commits together with it.
 *
 * @param before the recorded rows before it
 * @param after the recorded rows after it
 * @param isPart whether it is a part of a script, so that the session keeps the tenant's lock for the next part
 */
record RecordedScript(
        PreparedScript script,
        List<RecordedVersion> before,
        Pipeline recordChange,
        List<RecordedVersion> after,
        boolean isPart) {

    /**
     * The tracking statements, which also assert that the row that is written, or deleted, is this migration's, and finished or not as it
     * must be: a trigger could write another one in its place.
     *
     * @param otherwise the error message
     */
    Pipeline countedChange(Migration migration, String otherwise) {
        String finished = after.stream()
                .filter(row -> row.version().equals(migration.version()))
                .map(row -> " AND applied_at IS " + (row.finished() ? "NOT NULL" : "NULL"))
                .collect(Collectors.joining());
        Pipeline counted = new Pipeline();
        recordChange
                .statements()
                .forEach(sql -> counted.add("WITH written AS (" + sql
                        + " RETURNING version, applied_at) SELECT (CASE WHEN (SELECT count(*) FROM written WHERE version = "
                        + Sql.literal(migration.version()) + finished + ") = 1 THEN '0' ELSE '" + otherwise
                        + "' END)::int"));
        return counted;
    }

    /** The whole script of a migration. */
    static RecordedScript of(MigrationRun run, TenantState state, Migration migration) {
        Direction direction = run.direction();
        return new RecordedScript(
                run.script(migration),
                state.rows(),
                direction.recordChange(state.schema(), migration),
                direction.rowsAfter(state.rows(), migration),
                false);
    }
}
