package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.TenantResult;
import dev.tenantmigrator.cli.setup.CliContext;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.cli.setup.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "drop",
        description = "Drop a tenant with all its data. Asks for its name first. The tenant's row in the table users"
                + " remains.")
final class DropCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Parameters(paramLabel = "SCHEMA", description = "The tenant.")
    private String schema = "";

    @Option(names = "--yes", description = "Do not ask for confirmation.")
    private boolean yes;

    DropCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withoutMigrations("drop", session -> {
            confirm(session.context());
            session.migrator().dropTenant(schema);
            return CommandResult.of("drop", TenantResult.of(schema, "dropped"));
        });
    }

    private void confirm(CliContext context) {
        if (yes) {
            return;
        }
        Terminal terminal = context.terminal()
                .orElseThrow(() -> new CommandException(
                        "nothing was dropped: there is no terminal for the confirmation; add --yes to drop " + schema));
        String typed = terminal.ask("Drop " + schema + " with all its data? Type its name: ");
        if (!typed.equals(schema)) {
            throw new CommandException("nothing was dropped: \"" + typed + "\" is not \"" + schema + "\"");
        }
    }
}
