package dev.tenantmigrator.report;

import dev.tenantmigrator.SqlStatement;
import java.util.List;

/**
 * The statements of a migration in one tenant. The checks that a deploy adds (the tenant's lock, unchanged recorded versions, objects
 * that the script touched) change nothing and are not shown.
 *
 * @param version the migration
 * @param file its {@code migration.sql}
 * @param applied whether it is applied already; a deploy does not run it then
 * @param transactional whether it runs in one transaction with its tracking row
 * @param before the library's own statements before the script: the beginning of the transaction, and its settings
 * @param statements the script, adapted to the tenant, each statement with its line in the original file. If the script runs in
 *     parts, the library's own statements between the parts too
 * @param after the library's own statements after the script: the tracking row, and the end of the transaction
 * @param notes notes for a reader, in the order of the lines
 */
public record PlannedMigration(
        String version,
        String file,
        boolean applied,
        boolean transactional,
        List<String> before,
        List<SqlStatement> statements,
        List<String> after,
        List<ScriptNote> notes) {

    /** Takes copies of the lists. */
    public PlannedMigration {
        before = List.copyOf(before);
        statements = List.copyOf(statements);
        after = List.copyOf(after);
        notes = List.copyOf(notes);
    }
}
