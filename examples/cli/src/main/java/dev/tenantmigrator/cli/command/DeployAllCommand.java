package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.DeployOptions;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.TenantResults;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import java.util.Map;
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

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Also write a page about the tenants after the run, with its durations, as report does.")
    private Optional<String> html = Optional.empty();

    DeployAllCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("deploy-all", this::deploy);
    }

    private CommandResult deploy(CliSession session) {
        Optional<HtmlPage> page = html.map(file -> new HtmlPage(session, file, new LeftOutOptions()));
        FleetReport report = run(session);
        CommandResult result = CommandResult.of("deploy-all", TenantResults.of(report));
        if (page.isEmpty()) {
            return result;
        }
        try {
            page.get()
                    .write(page.get()
                            .read(
                                    rollout.tenants.selected(Optional.empty()),
                                    rollout.tenants.patterns(),
                                    Optional.of(report)));
            return result.withMore(Map.of("file", page.get().toString()));
        } catch (CommandException e) {
            return result.withNotWritten(Failure.of(String.valueOf(e.getMessage())));
        } catch (TenantMigratorException e) {
            // The tenants were migrated: that is told whatever becomes of the page.
            return result.withNotWritten(e.failure()
                    .withMessage(page.get() + " was not written: " + e.failure().message()));
        }
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
