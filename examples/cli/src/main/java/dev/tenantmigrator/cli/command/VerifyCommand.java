package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.Outcomes;
import dev.tenantmigrator.cli.setup.Session;
import dev.tenantmigrator.report.FleetReport;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "verify", description = "Check the health of all tenants or one.")
final class VerifyCommand implements Callable<Integer> {

    private final Runner runner;

    @Parameters(paramLabel = "SCHEMA", arity = "0..1", description = "One tenant.")
    private Optional<String> schema = Optional.empty();

    VerifyCommand(Runner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("verify", session -> CommandResult.of("verify", Outcomes.of(run(session))));
    }

    private FleetReport run(Session session) {
        TenantMigrator migrator = session.migrator();
        return session.run(() -> schema.map(migrator::verify).orElseGet(migrator::verify));
    }
}
