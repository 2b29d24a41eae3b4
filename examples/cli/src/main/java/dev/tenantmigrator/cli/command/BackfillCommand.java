package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.TenantResults;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.report.FleetReport;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "backfill", description = "Recreate missing required tables, in all tenants or one.")
final class BackfillCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Parameters(paramLabel = "SCHEMA", arity = "0..1", description = "One tenant.")
    private Optional<String> schema = Optional.empty();

    @Mixin
    private OnlyOption only = new OnlyOption();

    BackfillCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("backfill", this::backfill);
    }

    private CommandResult backfill(CliSession session) {
        Tenants tenants = only.selected(session, schema);
        FleetReport report = session.run(() -> session.migrator().backfill(tenants));
        only.checkFound(session, report.outcomes().size());
        CommandResult result = CommandResult.of("backfill", TenantResults.of(report));
        return result.tenants().isEmpty()
                ? only.nothingFound()
                        .map(text -> result.withLines(List.of(text)))
                        .orElse(result)
                : result;
    }
}
