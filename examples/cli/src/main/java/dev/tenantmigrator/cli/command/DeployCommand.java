package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.DeployOptions;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.Outcomes;
import dev.tenantmigrator.cli.setup.Session;
import dev.tenantmigrator.report.FleetReport;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "deploy", description = "Apply pending migrations to one tenant.")
final class DeployCommand implements Callable<Integer> {

    private final Runner runner;

    @Parameters(paramLabel = "SCHEMA", description = "The tenant.")
    private String schema = "";

    @Mixin
    private VersionOptions versions = new VersionOptions();

    @Mixin
    private WorkOptions work = new WorkOptions();

    @Option(names = "--allow-shared-schema", description = "Let this run change the shared schema.")
    private boolean allowSharedSchema;

    DeployCommand(Runner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("deploy", session -> CommandResult.of("deploy", Outcomes.of(run(session))));
    }

    private FleetReport run(Session session) {
        DeployOptions options = versions.deploy(allowSharedSchema)
                .withRollout(work.rollout(session.cancellation()).build());
        return session.run(() -> session.migrator().deploy(schema, options));
    }
}
