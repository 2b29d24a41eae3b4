package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.TenantResult;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "rename",
        description =
                "Rename a tenant's schema. References elsewhere, such as the row in the table users, are not updated.")
final class RenameCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Parameters(index = "0", paramLabel = "SCHEMA", description = "The tenant.")
    private String schema = "";

    @Parameters(index = "1", paramLabel = "NEW_NAME", description = "Lower-case letters, digits and '_'.")
    private String newName = "";

    RenameCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withoutMigrations("rename", session -> {
            session.migrator().rename(schema, TenantName.exactly(newName));
            return CommandResult.of(
                    "rename", TenantResult.of(newName, "renamed").withMore(Map.of("from", schema)));
        });
    }
}
