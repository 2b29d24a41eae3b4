package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.output.CommandResult;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "prepare", description = "Prepare the database for tenants and check all migrations.")
final class PrepareCommand implements Callable<Integer> {

    private final CommandRunner runner;

    PrepareCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("prepare", session -> {
            session.migrator().prepare();
            return CommandResult.of("prepare", List.of()).withLines(List.of("The database is ready for tenants."));
        });
    }
}
