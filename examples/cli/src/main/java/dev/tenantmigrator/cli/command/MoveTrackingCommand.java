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
                "Move the records of applied versions of all tenants from the store of --tracking to another store. If it"
                        + " was interrupted, run it again. Then set --tracking to the new store for all instances.")
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
                    "--tracking and --to name the same store; --tracking names the current store, --to the new one");
        }
        return session.run(() -> session.migrator().moveTracking(target));
    }
}
