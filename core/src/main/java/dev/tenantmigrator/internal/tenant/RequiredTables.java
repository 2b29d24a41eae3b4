package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.internal.jdbc.Queries;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/** The tables that the migrations of a new tenant must have created. */
final class RequiredTables {

    private RequiredTables() {}

    /**
     * Checks a new tenant.
     *
     * @throws MigrationFailedException when a table is missing
     */
    static void require(Connection connection, String schema, Set<String> required) throws SQLException {
        if (required.isEmpty()) {
            return;
        }
        Set<String> present =
                Queries.presentTables(connection, List.of(schema), required).getOrDefault(schema, Set.of());
        List<String> missing =
                required.stream().filter(table -> !present.contains(table)).toList();
        if (!missing.isEmpty()) {
            throw new MigrationFailedException(Failure.of(
                            "no migration creates the required "
                                    + (missing.size() == 1 ? "table " : "tables ") + String.join(", ", missing)
                                    + "; correct the list of required tables or add a migration; nothing of the tenant was kept")
                    .inTenant(schema));
        }
    }
}
