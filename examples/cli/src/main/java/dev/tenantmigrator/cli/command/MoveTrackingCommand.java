package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.TenantResults;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.cli.setup.SettingsLoader;
import dev.tenantmigrator.report.FleetReport;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "move-tracking",
        description =
                "Move what is recorded for all tenants from where --tracking says to another place. Run it again when it"
                        + " was interrupted, then set --tracking to the new place for all instances.")
final class MoveTrackingCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Option(names = "--to", required = true, paramLabel = "WHERE", description = "schema or fleet.")
    private String to = "";

    MoveTrackingCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase(
                "move-tracking", session -> CommandResult.of("move-tracking", TenantResults.of(run(session))));
    }

    private FleetReport run(CliSession session) {
        TrackingStore target = SettingsLoader.tracking("--to", to);
        if (target.equals(session.settings().tracking())) {
            throw new CommandException(
                    "--tracking and --to are the same place; --tracking says where the records are now,"
                            + " --to where they go");
        }
        return session.run(() -> session.migrator().moveTracking(target));
    }
}
