package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.PlanResults;
import dev.tenantmigrator.cli.output.PlanText;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.report.PlanReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "plan",
        description = {
            "Show the SQL that a deploy would run, in all tenants or one. Changes nothing.",
            "The SQL goes to standard output, notes on it to standard error."
        })
final class PlanCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Parameters(paramLabel = "SCHEMA", arity = "0..1", description = "One tenant.")
    private Optional<String> schema = Optional.empty();

    @Option(names = "--version", paramLabel = "V", description = "Show this version, applied or not.")
    private Optional<String> version = Optional.empty();

    @Mixin
    private VersionOptions versions = new VersionOptions();

    @Mixin
    private OnlyOption only = new OnlyOption();

    PlanCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("plan", this::plan);
    }

    private CommandResult plan(CliSession session) {
        if (version.isPresent() && versions.given()) {
            throw new CommandException(
                    "--version shows a single version and cannot be combined with --out-of-order or --target");
        }
        PlanReport report = report(session.migrator(), only.selected(session, schema));
        only.checkFound(session, report.tenants().size());
        CommandResult result = CommandResult.of("plan", PlanResults.of(report))
                .withMore(Map.of("missingExtensions", report.missingExtensions()));
        return report.tenants().isEmpty()
                ? only.nothingFound()
                        .map(text -> result.withLines(List.of()).withNotes(List.of(text)))
                        .orElse(result)
                : result.withRawText(
                                PlanText.sql(report, session.settings().verbose()),
                                session.context().terminal().isPresent())
                        .withNotes(PlanText.notes(report, result.counts(), session.versionOrder()));
    }

    private PlanReport report(TenantMigrator migrator, Tenants tenants) {
        if (version.isPresent()) {
            return migrator.planVersion(tenants, version.get());
        }
        return migrator.plan(tenants, versions.deploy().build());
    }
}
