package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.TenantResults;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.report.FleetReport;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "backfill", description = "Recreate missing required tables, in all tenants or one.")
final class BackfillCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Parameters(paramLabel = "SCHEMA", arity = "0..1", description = "One tenant.")
    private Optional<String> schema = Optional.empty();

    BackfillCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("backfill", session -> CommandResult.of("backfill", TenantResults.of(run(session))));
    }

    private FleetReport run(CliSession session) {
        return session.run(() -> session.migrator().backfill(TenantsOption.oneOrAll(schema)));
    }
}
