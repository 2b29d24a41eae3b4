package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.DeployOptions;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.TenantResults;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.report.FleetReport;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "deploy-all", description = "Apply pending migrations to all tenants.")
final class DeployAllCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Mixin
    private VersionOptions versions = new VersionOptions();

    @Mixin
    private RolloutOptions rollout = new RolloutOptions();

    @Option(names = "--allow-shared-schema", description = "Allow this run to change the shared schema.")
    private boolean allowSharedSchema;

    DeployAllCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase(
                "deploy-all", session -> CommandResult.of("deploy-all", TenantResults.of(run(session))));
    }

    private FleetReport run(CliSession session) {
        DeployOptions.Builder options = versions.deploy().sharedSchemaChanges(allowSharedSchema);
        return rollout.run(
                session,
                Optional.empty(),
                (tenants, how) ->
                        session.migrator().deploy(tenants, options.rollout(how).build()));
    }
}
