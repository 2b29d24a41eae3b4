package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.DeployOptions;
import dev.tenantmigrator.Rollout;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.Outcomes;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "deploy", description = "Apply pending migrations to one tenant.")
final class DeployCommand implements Callable<Integer> {

    private final Runner runner;

    @Parameters(paramLabel = "SCHEMA", description = "The tenant.")
    private String schema = "";

    @Option(names = "--out-of-order", description = "Also apply versions older than one that is applied already.")
    private boolean outOfOrder;

    @Option(names = "--allow-shared-schema", description = "Let this run change the shared schema.")
    private boolean allowSharedSchema;

    DeployCommand(Runner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase(
                "deploy",
                session -> CommandResult.of(
                        "deploy",
                        Outcomes.of(session.migrator()
                                .deploy(
                                        schema,
                                        new DeployOptions(
                                                outOfOrder,
                                                allowSharedSchema,
                                                Optional.empty(),
                                                Rollout.defaults())))));
    }
}
