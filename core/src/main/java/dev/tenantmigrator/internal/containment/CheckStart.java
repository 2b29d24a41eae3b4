package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What was known of a transaction before its script ran. It is kept here, where no script can change it.
 *
 * @param opened when the cursor was opened that shows how things were
 * @param writes how often each counted catalog was written to, as an array for SQL
 * @param moves how many rows of {@code pg_depend} were changed
 * @param heldCursors how many cursors outlive the transaction
 * @param hidesCode whether the script could call functions that hide what they do
 * @param known what a caller's transaction had touched
 */
record CheckStart(
        String opened, String writes, String moves, String heldCursors, boolean hidesCode, List<String> known) {

    CheckStart {
        known = List.copyOf(known);
    }

    /**
     * Reads them.
     *
     * @param first the first of the columns
     */
    static CheckStart read(ResultSet row, int first, List<String> known) throws SQLException {
        return new CheckStart(
                row.getString(first),
                row.getString(first + 1),
                row.getString(first + 2),
                row.getString(first + 3),
                row.getBoolean(first + 4),
                known);
    }

    String knownSql() {
        return known.stream().map(Sql::literal).collect(Collectors.joining(", ", "ARRAY[", "]::text[]"));
    }
}
