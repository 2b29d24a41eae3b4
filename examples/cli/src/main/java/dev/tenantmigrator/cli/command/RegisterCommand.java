package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.TenantResult;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.report.CreatedTenant;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "register",
        description =
                "Create a user and the user's tenant in one transaction. Creates the table users if it is missing.")
final class RegisterCommand implements Callable<Integer> {

    private final CommandRunner runner;

    @Parameters(paramLabel = "USERNAME", description = "The tenant's schema is named after it.")
    private String username = "";

    @Option(names = "--email", paramLabel = "E", description = "E-mail address; unique among the users.")
    private Optional<String> email = Optional.empty();

    RegisterCommand(CommandRunner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        return runner.withDatabase("register", this::register);
    }

    private CommandResult register(CliSession session) throws SQLException {
        if (email.filter(address -> !address.matches("\\S+@\\S+")).isPresent()) {
            throw new CommandException("\"" + email.get() + "\" is not an e-mail address");
        }
        UsersTable users = new UsersTable(session.dataSource(), session.migrator());
        UsersTable.Registration registration = users.register(username, email);
        CreatedTenant tenant = registration.tenant();
        if (registration.refusal().isPresent()) {
            return CommandResult.of(
                    "register",
                    TenantResult.failed(tenant.schema(), registration.refusal().get()));
        }
        Map<String, Object> more = new LinkedHashMap<>();
        more.put("username", username);
        email.ifPresent(address -> more.put("email", address));
        return CommandResult.of(
                "register",
                TenantResult.of(tenant.schema(), "created")
                        .withVersions(tenant.versions())
                        .withMore(more));
    }
}
