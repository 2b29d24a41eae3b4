package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.SpareResults;
import dev.tenantmigrator.cli.output.SpareText;
import dev.tenantmigrator.cli.output.StatusText;
import dev.tenantmigrator.cli.output.TenantResults;
import dev.tenantmigrator.cli.output.UnrecordedText;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.report.StatusReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "status", description = "Show applied and pending versions and missing tables, of all tenants or one.")
final class StatusCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Parameters(paramLabel = "SCHEMA", arity = "0..1", description = "One tenant.")
    private Optional<String> schema = Optional.empty();

    @Mixin
    private OnlyOption only = new OnlyOption();

    StatusCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("status", this::status);
    }

    private CommandResult status(CliSession session) {
        StatusReport report = session.migrator().status(only.selected(session, schema));
        only.checkFound(session, report.tenants().size());
        CommandResult result = CommandResult.of("status", TenantResults.of(report))
                .withMore(Map.of("migrations", report.versions()))
                .withMore(Map.of("spares", SpareResults.counts(report.spares())))
                .withMore(Map.of("unrecorded", report.unrecorded()))
                .withNotes(UnrecordedText.notes(report.unrecorded()));
        if (report.tenants().isEmpty()) {
            return only.nothingFound()
                    .map(text -> result.withLines(List.of(text)))
                    .orElseGet(() -> result.withLines(withoutTenants(session, report)));
        }
        return result.withText(screen -> schema.isPresent()
                ? StatusText.tenant(report, screen)
                : StatusText.fleet(report, only.health(schema, List.of(), screen), screen));
    }

    private static List<String> withoutTenants(CliSession session, StatusReport report) {
        List<String> lines = new ArrayList<>(List.of(session.noTenant()));
        lines.addAll(SpareText.line(report.spares()));
        return lines;
    }
}
