package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.InvalidTenantNameException;
import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.TenantExistsException;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.JsonOutput;
import dev.tenantmigrator.cli.output.TenantResult;
import dev.tenantmigrator.cli.output.Text;
import dev.tenantmigrator.cli.output.TextOutput;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.cli.setup.Host;
import dev.tenantmigrator.cli.setup.Interruption;
import dev.tenantmigrator.cli.setup.Session;
import dev.tenantmigrator.cli.setup.Settings;
import dev.tenantmigrator.report.Failure;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Help.Ansi;

/** Runs a command's work, prints what it comes back with, and tells failures that are expected from bugs. */
final class Runner {

    private static final String LOG_LEVEL = "org.slf4j.simpleLogger.log.dev.tenantmigrator";

    private final Host host;
    private final GlobalOptions options;

    Runner(Host host, GlobalOptions options) {
        this.host = host;
        this.options = options;
    }

    /** What a command does. */
    @FunctionalInterface
    interface Work<I> {
        CommandResult run(I input) throws Exception;
    }

    Host host() {
        return host;
    }

    /** Runs work that needs the migrations and the database. */
    int withDatabase(String command, Work<Session> work) {
        return connected(command, Runner::requireMigrations, work);
    }

    /** Runs work that needs the database alone. */
    int withoutMigrations(String command, Work<Session> work) {
        return connected(command, settings -> {}, work);
    }

    private static void requireMigrations(Settings settings) {
        if (!Files.isDirectory(settings.migrations())) {
            throw new CommandException("there is no directory of migrations at "
                    + settings.migrations().toAbsolutePath().normalize()
                    + "; name it by --migrations, or begin one by: create NAME");
        }
    }

    private int connected(String command, Consumer<Settings> check, Work<Session> work) {
        try (Interruption interruption = new Interruption(host.err())) {
            int exitCode = withSettings(command, settings -> {
                check.accept(settings);
                try (Session session = Session.open(host, settings, interruption)) {
                    CommandResult result = work.run(session).withMore(session.course());
                    boolean nobody =
                            result.tenants().isEmpty() && result.lines().isEmpty();
                    return nobody && !settings.json()
                            ? result.withLines(List.of("There is no tenant in " + session.place() + "."))
                            : result;
                }
            });
            return interruption.interrupted() ? Interruption.EXIT_CODE : exitCode;
        }
    }

    /** Runs work that needs neither. */
    int withSettings(String command, Work<Settings> work) {
        boolean json = options.jsonGiven();
        boolean verbose = false;
        CommandResult result;
        try {
            Settings settings = options.settings();
            json = settings.json();
            verbose = settings.verbose();
            logAt(verbose ? "info" : "error");
            if (!verbose) {
                System.setProperty(LOG_LEVEL + ".internal.fleet.WaitReminder", "warn");
                // It warns of a superuser.
                System.setProperty(LOG_LEVEL + ".internal.containment", "warn");
            }
            result = work.run(settings);
        } catch (CommandException e) {
            result = CommandResult.stopped(command, Failure.of(String.valueOf(e.getMessage())));
        } catch (MigrationFailedException | TenantExistsException | TenantNotFoundException e) {
            result = failed(command, e);
        } catch (InvalidTenantNameException | InvalidMigrationException e) {
            result = CommandResult.stopped(command, e.failure());
        } catch (TenantMigratorException e) {
            result =
                    e.failure().tenant().isPresent() ? failed(command, e) : CommandResult.stopped(command, e.failure());
        } catch (SQLException e) {
            result = CommandResult.stopped(command, failure(e));
        } catch (Exception e) {
            if (verbose) {
                e.printStackTrace(host.err());
            }
            result = CommandResult.stopped(
                    command, Failure.of("unexpected: " + e + "; please report it, with the output of --verbose"));
        }
        return print(result, json, verbose);
    }

    private static CommandResult failed(String command, TenantMigratorException e) {
        return CommandResult.of(
                command, TenantResult.failed(e.failure().tenant().orElse(""), e.failure()));
    }

    /** Prints a command that could not even begin. */
    int print(CommandResult result, boolean json) {
        return print(result, json, false);
    }

    private int print(CommandResult result, boolean json, boolean verbose) {
        if (json) {
            host.out().println(JsonOutput.of(result));
        } else if (result.error().isEmpty()) {
            new TextOutput(host.colours() ? Ansi.ON : Ansi.OFF, verbose)
                    .lines(result)
                    .forEach(host.out()::println);
            host.out().flush();
            result.notes().stream().map(Text::lines).forEach(host.err()::println);
        }
        result.error().ifPresent(failure -> host.err().println(Text.lines("Error: " + failure)));
        host.out().flush();
        host.err().flush();
        return result.exitCode();
    }

    /** The server's words without the detail, which can hold a tenant's data. */
    static Failure failure(SQLException e) {
        String message =
                String.valueOf(e.getMessage()).lines().findFirst().orElse("").replaceFirst("^ERROR: ", "");
        Failure failure = Failure.of(message);
        return Optional.ofNullable(e.getSQLState()).map(failure::withSqlState).orElse(failure);
    }

    /**
     * What goes wrong in a tenant stands in the result, so the log need not repeat it. This works as long as the library
     * has logged nothing yet.
     */
    private static void logAt(String level) {
        System.setProperty(LOG_LEVEL, level);
    }
}
