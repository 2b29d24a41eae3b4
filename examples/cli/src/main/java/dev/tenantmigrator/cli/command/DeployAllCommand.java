package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.DeployOptions;
import dev.tenantmigrator.Rollout;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.Outcomes;
import dev.tenantmigrator.cli.setup.Session;
import dev.tenantmigrator.report.FleetReport;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "deploy-all", description = "Apply pending migrations to all tenants.")
final class DeployAllCommand implements Callable<Integer> {

    private final Runner runner;

    @Option(names = "--out-of-order", description = "Also apply versions older than one that is applied already.")
    private boolean outOfOrder;

    @Option(names = "--allow-shared-schema", description = "Let this run change the shared schema.")
    private boolean allowSharedSchema;

    DeployAllCommand(Runner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("deploy-all", session -> CommandResult.of("deploy-all", Outcomes.of(run(session))));
    }

    private FleetReport run(Session session) {
        return session.onFleet(
                "deploy-all",
                migrator -> migrator.deployAll(
                        new DeployOptions(outOfOrder, allowSharedSchema, Optional.empty(), Rollout.defaults())));
    }
}
