package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.report.PlanReport;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Which tenants of the fleet a command is about. */
final class TenantsOption {

    @Option(
            names = "--tenants",
            paramLabel = "PATTERN",
            split = ",",
            converter = RolloutConverters.GlobValue.class,
            description = "Only tenants whose name matches; * stands for any characters. Repeatable, or a,b.")
    private List<RolloutConverters.Glob> patterns = List.of();

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
     * @throws CommandException when both are given, or a name is that of no tenant
     */
    void check(CliSession session, Optional<String> schema) {
        if (schema.isPresent() && !patterns.isEmpty()) {
            throw new CommandException("which tenants? Give SCHEMA or --tenants, one of them");
        }
        requireTenants(session, patterns.stream().map(RolloutConverters.Glob::pattern));
    }

    /**
     * A misspelt name must not look like success, nor like a canary that went well.
     *
     * @throws CommandException when a name is that of no tenant
     */
    static void requireTenants(CliSession session, Stream<String> patterns) {
        patterns.filter(name -> !name.contains("*") && !session.migrator().exists(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new CommandException(
                            "there is no tenant " + name + "; nothing was changed. list shows all names");
                });
    }

    /**
     * The same of a pattern.
     *
     * @param session of the fleet
     * @param found how many tenants there were
     * @throws CommandException when there are tenants and none matches
     */
    void checkFound(CliSession session, int found) {
        if (!patterns.isEmpty() && found == 0 && !session.migrator().tenants().isEmpty()) {
            throw new CommandException("no tenant matches --tenants "
                    + patterns.stream().map(RolloutConverters.Glob::pattern).collect(Collectors.joining(","))
                    + "; list shows all names");
        }
    }
}
