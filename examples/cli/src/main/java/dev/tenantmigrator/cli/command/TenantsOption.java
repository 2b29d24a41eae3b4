package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.cli.setup.Session;
import dev.tenantmigrator.report.PlanReport;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Which tenants of the fleet a command is about. */
final class TenantsOption {

    @Option(
            names = "--tenants",
            paramLabel = "PATTERN",
            split = ",",
            converter = RolloutValues.GlobValue.class,
            description = "Only tenants whose name matches; * stands for any characters. Repeatable, or a,b.")
    private List<RolloutValues.Glob> patterns = List.of();

    /** Whether a tenant is one of them. */
    boolean has(String schema) {
        return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.test(schema));
    }

    /** The part of a plan that is about them. */
    PlanReport of(PlanReport plan) {
        return new PlanReport(
                plan.tenants().stream().filter(tenant -> has(tenant.schema())).toList(), plan.missingExtensions());
    }

    /**
     * One tenant's name and a pattern are two answers to the same question.
     *
     * @throws CommandException when both are given
     */
    void checkAgainst(Optional<String> schema) {
        if (schema.isPresent() && !patterns.isEmpty()) {
            throw new CommandException("which tenants? Give SCHEMA or --tenants, one of them");
        }
    }

    /**
     * A misspelt pattern must not look like success.
     *
     * @param session of the fleet
     * @param found how many tenants there were
     * @throws CommandException when there are tenants and none matches
     */
    void checkFound(Session session, int found) {
        if (!patterns.isEmpty() && found == 0 && !session.migrator().tenants().isEmpty()) {
            throw new CommandException("no tenant matches --tenants "
                    + patterns.stream().map(RolloutValues.Glob::pattern).collect(Collectors.joining(","))
                    + "; list shows all names");
        }
    }
}
