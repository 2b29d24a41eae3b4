package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The state of a transaction before its script, for the full check. It is kept in the JVM, where no script can change it.
 *
 * @param opened the time at which the cursor was opened
 * @param writes the number of writes to each counted catalog, as an array for SQL
 * @param moves the number of updated rows of {@code pg_depend}
 * @param heldCursors the number of cursors that outlive the transaction
 * @param hidesEffects whether the script could call functions that hide their effects
 * @param cluster whether the tenant may be on a node of a cluster
 * @param known the fingerprints of {@link KnownChanges}; empty in a transaction of the library's own
 */
record CheckStart(
        String opened,
        String writes,
        String moves,
        String heldCursors,
        boolean hidesEffects,
        boolean cluster,
        List<String> known) {

    CheckStart {
        known = List.copyOf(known);
    }

    /**
     * Reads the columns of {@link FullCheck#startColumns}.
     *
     * @param first the number of the first column
     */
    static CheckStart read(ResultSet row, int first, List<String> known) throws SQLException {
        return new CheckStart(
                row.getString(first),
                row.getString(first + 1),
                row.getString(first + 2),
                row.getString(first + 3),
                row.getBoolean(first + 4),
                row.getBoolean(first + 5),
                known);
    }

    String knownSql() {
        return known.stream().map(Sql::literal).collect(Collectors.joining(", ", "ARRAY[", "]::text[]"));
    }
}
