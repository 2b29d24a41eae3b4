package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.DeployOptions;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.TenantResults;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.report.FleetReport;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "deploy", description = "Apply pending migrations to one tenant.")
final class DeployCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Parameters(paramLabel = "SCHEMA", description = "The tenant.")
    private String schema = "";

    @Mixin
    private VersionOptions versions = new VersionOptions();

    @Mixin
    private ExecutionOptions execution = new ExecutionOptions();

    @Option(names = "--allow-shared-schema", description = "Allow this run to change the shared schema.")
    private boolean allowSharedSchema;

    DeployCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("deploy", session -> CommandResult.of("deploy", TenantResults.of(run(session))));
    }

    private FleetReport run(CliSession session) {
        TenantsOption.requireTenant(session, schema);
        DeployOptions options = versions.deploy()
                .sharedSchemaChanges(allowSharedSchema)
                .rollout(execution.rollout(session.cancellation()).build())
                .build();
        return session.run(() -> session.migrator().deploy(Tenants.named(schema), options));
    }
}
