package dev.tenantmigrator.report;

import dev.tenantmigrator.SqlStatement;
import java.util.List;

/**
 * What a migration runs in one tenant. The checks that a deploy adds (the tenant's lock, whether the recorded versions are
 * still the same, what the script touched) change nothing and are not shown.
 *
 * @param version the migration
 * @param file its {@code migration.sql}
 * @param applied whether it is applied already, so that a deploy does not run it
 * @param transactional whether it runs in one transaction with its tracking row
 * @param before the library's own statements before the script: how the transaction begins, and its settings
 * @param statements the script, adapted to the tenant, each statement with its line in the original file
 * @param after the library's own statements behind the script: the tracking row, and the end of the transaction
 * @param notes what a reader should know, in the order of the lines
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

    /** Copies its arguments. */
    public PlannedMigration {
        before = List.copyOf(before);
        statements = List.copyOf(statements);
        after = List.copyOf(after);
        notes = List.copyOf(notes);
    }
}
