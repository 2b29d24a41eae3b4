package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.DriftCommands;
import dev.tenantmigrator.cli.output.DriftResults;
import dev.tenantmigrator.cli.output.DriftScript;
import dev.tenantmigrator.cli.output.DriftText;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.report.DriftReport;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "drift",
        description = {
            "Compare the structure of all tenants or one with the structure that their recorded versions give. Pending"
                    + " migrations are no drift. Changes nothing, unless --fix is given.",
            "In front of a difference, + is unexpected in the tenant, - is missing, ~ is changed."
        })
final class DriftCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Parameters(paramLabel = "SCHEMA", arity = "0..1", description = "One tenant.")
    private Optional<String> schema = Optional.empty();

    @Mixin
    private TenantsOption tenants = new TenantsOption();

    @Mixin
    private ComparisonOptions comparison = new ComparisonOptions();

    @Option(
            names = "--sql",
            description = "Print the SQL that brings the tenants to their definition, as a script for psql. Destructive"
                    + " statements are commented out.")
    private boolean sql;

    @Option(
            names = "--fix",
            description = "Bring SCHEMA to its definition, after showing the statements and asking. Leaves out"
                    + " destructive statements.")
    private boolean fix;

    @Option(names = "--destructive", description = "With --fix: also run statements that drop or change something.")
    private boolean destructive;

    @Option(names = "--yes", description = "With --fix: do not ask for confirmation.")
    private boolean yes;

    DriftCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("drift", this::drift);
    }

    private CommandResult drift(CliSession session) {
        check();
        tenants.check(session, schema);
        if (fix) {
            return new DriftRepair(session, schema.orElseThrow(), comparison, destructive).run(yes);
        }
        DriftReport report = session.showingProgress(
                () -> session.migrator().drift(tenants.selected(schema), comparison.options(session.context())));
        CommandResult result = DriftResults.of(report);
        tenants.checkFound(session, result.tenants().size());
        if (result.tenants().isEmpty()) {
            return result;
        }
        return sql
                ? result.withRawText(
                                DriftScript.of(report, session.settings().sharedSchema()),
                                session.context().terminal().isPresent())
                        .withNotes(DriftText.notes(report))
                : result.withText(screen ->
                        new DriftText(screen, DriftCommands.of(comparison.words(), tenants.patterns())).lines(report));
    }

    private void check() {
        if (!fix && (destructive || yes)) {
            throw new CommandException((destructive ? "--destructive" : "--yes") + " needs --fix");
        }
        if (fix && sql) {
            throw new CommandException("give either --sql or --fix");
        }
        if (fix && (schema.isEmpty() || !tenants.patterns().isEmpty())) {
            throw new CommandException("--fix changes one tenant at a time: give its SCHEMA");
        }
    }
}
