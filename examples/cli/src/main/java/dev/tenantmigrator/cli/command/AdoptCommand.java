package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.Screen;
import dev.tenantmigrator.cli.output.TenantResult;
import dev.tenantmigrator.cli.setup.CliContext;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.report.AdoptionPlan;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "adopt",
        description = {
            "Make an existing schema a tenant. Records versions as applied; runs no script.",
            "Without --version it finds the versions whose tables and columns all exist, and asks before it records them."
        })
final class AdoptCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Parameters(paramLabel = "SCHEMA", description = "The schema.")
    private String schema = "";

    @Option(names = "--version", paramLabel = "V", description = "Record this version as applied. Repeatable.")
    private List<String> versions = List.of();

    @Option(names = "--dry-run", description = "Show the versions that would be recorded; change nothing.")
    private boolean dryRun;

    @Option(names = "--yes", description = "Do not ask for confirmation.")
    private boolean yes;

    AdoptCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("adopt", this::adopt);
    }

    private CommandResult adopt(CliSession session) {
        AdoptionPlan plan = versions.isEmpty()
                ? session.migrator().planAdoption(schema)
                : new AdoptionPlan(schema, versions, List.of());
        if (dryRun) {
            return result("planned", plan).withText(screen -> lines(plan, screen));
        }
        if (plan.versions().isEmpty() && !yes) {
            throw new CommandException("no migration matches: the tables or columns of each one are missing. Name the"
                    + " applied versions with --version, or use --yes to adopt the schema with none");
        }
        if (versions.isEmpty() && !session.settings().json()) {
            lines(plan, new Screen(session.context().width(), Ansi.OFF, false))
                    .forEach(session.context().out()::println);
        }
        if (versions.isEmpty() && !agreed(session.context())) {
            return CommandResult.of(
                    "adopt",
                    TenantResult.of(schema, TenantResult.SKIPPED)
                            .withMore(Map.of("reason", "not confirmed; nothing was changed")));
        }
        session.migrator().adopt(schema, plan.versions());
        return result("adopted", plan);
    }

    private boolean agreed(CliContext context) {
        return yes
                || context.terminal().isEmpty()
                || context.terminal()
                        .get()
                        .ask("Record these versions as applied? [y/N] ")
                        .strip()
                        .equalsIgnoreCase("y");
    }

    private CommandResult result(String outcome, AdoptionPlan plan) {
        return CommandResult.of(
                "adopt",
                TenantResult.of(schema, outcome).withVersions(plan.versions()).withPending(plan.remaining()));
    }

    private static List<String> lines(AdoptionPlan plan, Screen screen) {
        return Stream.of(
                        plan.schema() + " would become a tenant:",
                        "  applied: " + listed(plan.versions()),
                        "  pending: " + listed(plan.remaining()))
                .flatMap(line -> screen.wrapped(line, line.startsWith(" ") ? "  " : "", "    ").stream())
                .toList();
    }

    private static String listed(List<String> versions) {
        return versions.isEmpty() ? "none" : String.join(", ", versions);
    }
}
