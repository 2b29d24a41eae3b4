package dev.tenantmigrator.report;

import java.util.List;

/**
 * The result of bringing a tenant to its definition.
 *
 * @param schema the tenant
 * @param statements the statements that ran, in order
 * @param remaining the differences that are left
 */
public record DriftFix(String schema, List<String> statements, List<Difference> remaining) {

    /** Takes copies of the lists. */
    public DriftFix {
        statements = List.copyOf(statements);
        remaining = List.copyOf(remaining);
    }
}
