package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.RollbackOptions;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.TenantResults;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.report.FleetReport;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "rollback", description = "Roll back a version with its rollback.sql, in all tenants or one.")
final class RollbackCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Parameters(index = "0", paramLabel = "VERSION", description = "The full name of the migration's directory.")
    private String version = "";

    @Parameters(index = "1", paramLabel = "SCHEMA", arity = "0..1", description = "One tenant.")
    private Optional<String> schema = Optional.empty();

    @Option(names = "--with-later", description = "Also roll back the later versions, newest first.")
    private boolean withLater;

    @Option(names = "--allow-shared-schema", description = "Allow this run to change the shared schema.")
    private boolean allowSharedSchema;

    @Mixin
    private RolloutOptions rollout = new RolloutOptions();

    RollbackCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("rollback", session -> CommandResult.of("rollback", TenantResults.of(run(session))));
    }

    private FleetReport run(CliSession session) {
        RollbackOptions.Builder options =
                RollbackOptions.builder().laterVersions(withLater).sharedSchemaChanges(allowSharedSchema);
        return rollout.run(
                session,
                schema,
                (tenants, how) -> session.migrator()
                        .rollback(tenants, version, options.rollout(how).build()));
    }
}
