package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.TenantResult;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.report.CreatedTenant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "create-tenant", description = "Create a tenant without a user.")
final class CreateTenantCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Parameters(paramLabel = "NAME", description = "The schema is this name with 8 digits.")
    private String name = "";

    CreateTenantCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("create-tenant", this::create);
    }

    private CommandResult create(CliSession session) {
        CreatedTenant tenant = session.migrator().createTenant(TenantName.forUser(name));
        return CommandResult.of(
                "create-tenant", TenantResult.of(tenant.schema(), "created").withVersions(tenant.versions()));
    }
}
