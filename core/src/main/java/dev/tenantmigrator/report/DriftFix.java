package dev.tenantmigrator.report;

import java.util.List;

/**
 * The result of bringing a tenant to its definition.
 *
 * @param schema the tenant
 * @param statements the statements that ran, in order
 * @param remaining the differences that are left
 * @param failures the errors of the statements that could not run, each with its statement
 */
public record DriftFix(String schema, List<String> statements, List<Difference> remaining, List<Failure> failures) {

    /** Takes copies of the lists. */
    public DriftFix {
        statements = List.copyOf(statements);
        remaining = List.copyOf(remaining);
        failures = List.copyOf(failures);
    }
}
