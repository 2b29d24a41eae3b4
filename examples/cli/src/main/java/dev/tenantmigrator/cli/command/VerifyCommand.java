package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.TenantResults;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.report.FleetReport;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "verify", description = "Check the health of all tenants or one.")
final class VerifyCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Parameters(paramLabel = "SCHEMA", arity = "0..1", description = "One tenant.")
    private Optional<String> schema = Optional.empty();

    VerifyCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("verify", session -> CommandResult.of("verify", TenantResults.of(run(session))));
    }

    private FleetReport run(CliSession session) {
        return session.run(() -> session.migrator().verify(TenantsOption.oneOrAll(schema)));
    }
}
