package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.TenantResults;
import dev.tenantmigrator.cli.output.UnrecordedText;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.report.FleetReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "verify", description = "Check the health of all tenants or one.")
final class VerifyCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Parameters(paramLabel = "SCHEMA", arity = "0..1", description = "One tenant.")
    private Optional<String> schema = Optional.empty();

    @Option(
            names = "--structure",
            description = "Also compare each tenant's structure with the one that its recorded versions give, as drift"
                    + " does.")
    private boolean structure;

    @Mixin
    private LeftOutOptions leftOut = new LeftOutOptions();

    @Mixin
    private OnlyOption only = new OnlyOption();

    VerifyCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("verify", this::verify);
    }

    private CommandResult verify(CliSession session) {
        if (!structure && !leftOut.words().isEmpty()) {
            throw new CommandException(leftOut.words().get(0) + " needs --structure");
        }
        FleetReport report = run(session);
        CommandResult result = CommandResult.of("verify", TenantResults.of(report))
                .withMore(Map.of("unrecorded", report.unrecorded()))
                .withNotes(UnrecordedText.notes(report.unrecorded()));
        return result.tenants().isEmpty()
                ? only.nothingFound()
                        .map(text -> result.withLines(List.of(text)))
                        .orElse(result)
                : result.withText(
                        screen -> only.health(schema, leftOut.words(), screen).report(result.tenants()));
    }

    private FleetReport run(CliSession session) {
        Tenants tenants = only.selected(session, schema);
        FleetReport report = session.run(() -> session.migrator().verify(tenants));
        only.checkFound(session, report.outcomes().size());
        return structure
                ? report.withStructure(session.showingProgress(
                        () -> session.migrator().drift(tenants, leftOut.options(session.context()))))
                : report;
    }
}
