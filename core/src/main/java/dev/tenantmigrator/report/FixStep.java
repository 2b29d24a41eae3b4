package dev.tenantmigrator.report;

import java.util.List;
import java.util.Optional;

/**
 * Statements that run together, for a script that brings a tenant to its definition.
 *
 * @param difference the difference that they remove, alone or with other steps
 * @param statements the statements, in order; none where no statement is known
 * @param leftOut the reason why a script should not run them without somebody's consent; empty when nothing speaks against them
 */
public record FixStep(Difference difference, List<String> statements, Optional<String> leftOut) {

    /** Takes a copy of the list. */
    public FixStep {
        statements = List.copyOf(statements);
    }
}
