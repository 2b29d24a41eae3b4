package dev.tenantmigrator.cli.command;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import dev.tenantmigrator.InvalidTenantNameException;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.TenantResult;
import dev.tenantmigrator.cli.output.TerminalText;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.report.CreatedTenant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "register",
        description = "Create users, each with a tenant in one transaction. Creates the table users if it is missing.")
final class RegisterCommand implements Callable<Integer> {

    private static final CsvMapper CSV = CsvMapper.builder()
            .enable(CsvParser.Feature.WRAP_AS_ARRAY, CsvParser.Feature.SKIP_EMPTY_LINES, CsvParser.Feature.TRIM_SPACES)
            .build();

    private final CommandRunner runner;

    @Parameters(paramLabel = "USERNAME", arity = "0..*", description = "The tenant's schema is named after it.")
    private List<String> usernames = List.of();

    @Option(names = "--email", paramLabel = "E", description = "E-mail address of one user; unique among the users.")
    private Optional<String> email = Optional.empty();

    @Option(
            names = "--file",
            paramLabel = "USERS.csv",
            description = "Users, one per line: username,email. The e-mail address may be empty, and a line"
                    + " \"username,email\" may stand first.")
    private Optional<String> file = Optional.empty();

    RegisterCommand(CommandRunner runner) {
        this.runner = runner;
    }

    /**
     * A user to register.
     *
     * @param origin the line of a file, for messages
     */
    private record User(String username, Optional<String> email, String origin) {

        /** Checks before anything is created, so that a misspelled line leaves no half of a file done. */
        void check() {
            try {
                TenantName.forUser(username);
            } catch (InvalidTenantNameException e) {
                throw new CommandException(e.failure() + origin);
            }
            if (email.filter(address -> !address.matches("\\S+@\\S+")).isPresent()) {
                throw new CommandException("\"" + email.get() + "\" is not an e-mail address" + origin);
            }
            if (!TerminalText.isClean(username + email.orElse(""))) {
                throw new CommandException("\"" + username
                        + "\" has a control character, or one that reverses the order of text" + origin);
            }
        }
    }

    @Override
    public Integer call() {
        return runner.withDatabase("register", this::register);
    }

    private CommandResult register(CliSession session) throws SQLException {
        List<User> users = users(session.context().directory());
        users.forEach(User::check);
        UsersTable table = new UsersTable(
                session.dataSource(), session.migrator(), session.settings().sharedSchema());
        if (users.size() == 1) {
            return CommandResult.of("register", register(users.get(0), table));
        }
        List<TenantResult> results = new ArrayList<>();
        for (User user : users) {
            try {
                results.add(register(user, table));
            } catch (TenantMigratorException e) {
                // A migration that fails for one user fails for all, and so does a lock on the users.
                if (e.failure().tenant().isEmpty()) {
                    throw e;
                }
                results.add(TenantResult.failed(e.failure().tenant().get(), e.failure()));
                break;
            }
        }
        for (User user : users.subList(results.size(), users.size())) {
            results.add(TenantResult.of(user.username(), TenantResult.SKIPPED)
                    .withMore(Map.of("reason", "a migration failed for an earlier user")));
        }
        return CommandResult.of("register", results);
    }

    private List<User> users(Path directory) {
        if (file.isPresent() == !usernames.isEmpty()) {
            throw new CommandException("give either USERNAME, one or several, or --file");
        }
        if (email.isPresent() && usernames.size() != 1) {
            throw new CommandException("--email is for one USERNAME; list several users in a file: --file users.csv");
        }
        return file.map(path -> read(directory.resolve(path)))
                .orElseGet(() -> usernames.stream()
                        .map(name -> new User(name, email, ""))
                        .toList());
    }

    private static List<User> read(Path path) {
        List<User> users = new ArrayList<>();
        try (MappingIterator<String[]> lines = CSV.readerFor(String[].class)
                .readValues(Files.readString(path, StandardCharsets.UTF_8).replaceFirst("^\uFEFF", ""))) {
            while (lines.hasNextValue()) {
                String[] fields = lines.nextValue();
                String origin = " [" + path + ":" + (lines.getCurrentLocation().getLineNr() - 1) + "]";
                if (users.isEmpty() && fields[0].equalsIgnoreCase("username")) {
                    continue;
                }
                if (fields.length > 2 || fields[0].isEmpty()) {
                    throw new CommandException("a line has a user name and perhaps an e-mail address" + origin);
                }
                users.add(new User(
                        fields[0],
                        fields.length == 2 && !fields[1].isEmpty() ? Optional.of(fields[1]) : Optional.empty(),
                        origin));
            }
        } catch (IOException e) {
            throw CommandException.unreadable(path, e);
        }
        return users;
    }

    private static TenantResult register(User user, UsersTable users) throws SQLException {
        CreatedTenant tenant;
        try {
            tenant = users.register(user.username(), user.email());
        } catch (UsersTable.EmailTakenException e) {
            return TenantResult.failed(e.schema(), e.failure());
        }
        Map<String, Object> more = new LinkedHashMap<>();
        more.put("username", user.username());
        user.email().ifPresent(address -> more.put("email", address));
        return TenantResult.of(tenant.schema(), "created")
                .withVersions(tenant.versions())
                .withMore(more);
    }
}
