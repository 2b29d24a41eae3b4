package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.InvalidTenantNameException;
import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.TenantExistsException;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.ErrorBlock;
import dev.tenantmigrator.cli.output.JsonOutput;
import dev.tenantmigrator.cli.output.Screen;
import dev.tenantmigrator.cli.output.TenantResult;
import dev.tenantmigrator.cli.output.TextOutput;
import dev.tenantmigrator.cli.setup.CliContext;
import dev.tenantmigrator.cli.setup.CliSession;
import dev.tenantmigrator.cli.setup.CliSettings;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.cli.setup.InterruptHandler;
import dev.tenantmigrator.report.Failure;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Help.Ansi;

/** Runs a command, prints its result, and separates expected failures from bugs. */
final class CommandRunner {

    private static final String LOG_LEVEL = "org.slf4j.simpleLogger.log.dev.tenantmigrator";

    private final CliContext context;
    private final GlobalOptions options;

    CommandRunner(CliContext context, GlobalOptions options) {
        this.context = context;
        this.options = options;
    }

    /** The work of a command. */
    @FunctionalInterface
    interface Work<I> {
        CommandResult run(I input) throws Exception;
    }

    CliContext context() {
        return context;
    }

    /** Runs work that needs the migrations and the database. */
    int withDatabase(String command, Work<CliSession> work) {
        return connected(command, CommandRunner::requireMigrations, work);
    }

    /** Runs work that needs the database only. */
    int withoutMigrations(String command, Work<CliSession> work) {
        return connected(command, settings -> {}, work);
    }

    private static void requireMigrations(CliSettings settings) {
        if (!Files.isDirectory(settings.migrations())) {
            throw new CommandException("there is no migrations directory at "
                    + settings.migrations().toAbsolutePath().normalize()
                    + "; name another one with --migrations, or create it with the first migration: create NAME");
        }
    }

    private int connected(String command, Consumer<CliSettings> check, Work<CliSession> work) {
        try (InterruptHandler interrupts = new InterruptHandler(context.err())) {
            int exitCode = withSettings(command, settings -> {
                check.accept(settings);
                try (CliSession session = CliSession.open(context, settings, interrupts)) {
                    CommandResult done = work.run(session).withMore(session.summary());
                    CommandResult result =
                            session.failedSpare().map(done::withFailedSpare).orElse(done);
                    boolean nothing = result.tenants().isEmpty()
                            && result.text().isEmpty()
                            && result.failedSpare().isEmpty();
                    return nothing && !settings.json() ? result.withLines(List.of(session.noTenant())) : result;
                }
            });
            return interrupts.interrupted() ? InterruptHandler.EXIT_CODE : exitCode;
        }
    }

    /** Runs work that needs neither migrations nor a database. */
    int withSettings(String command, Work<CliSettings> work) {
        boolean json = options.jsonGiven();
        boolean verbose = false;
        Ansi ansi = options.ansi();
        CommandResult result;
        try {
            CliSettings settings = options.settings();
            json = settings.json();
            verbose = settings.verbose();
            ansi = options.ansi(settings.color());
            logAt(verbose ? "info" : "error");
            if (!verbose) {
                System.setProperty(LOG_LEVEL + ".internal.fleet.WaitReminder", "warn");
                // Shows for which tenant a command waits.
                System.setProperty(LOG_LEVEL + ".internal.tracking.Halving", "warn");
                // Shows the places that still hold the old name; no other command finds them.
                System.setProperty(LOG_LEVEL + ".internal.tenant.TenantRenamer", "warn");
                // Shows the warning that a superuser bypasses the containment.
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
        } catch (InvalidPathException e) {
            result = CommandResult.stopped(
                    command,
                    Failure.of(
                            "\"" + e.getInput() + "\" is no path in the encoding of this process; correct it, or set a"
                                    + " UTF-8 locale, e.g. LC_ALL=C.UTF-8"));
        } catch (Exception e) {
            if (verbose) {
                e.printStackTrace(context.err());
            }
            result = CommandResult.stopped(
                    command, Failure.of("unexpected error: " + e + "; please report it with the output of --verbose"));
        }
        return print(result, json, new Screen(context.width(), ansi, verbose));
    }

    private static CommandResult failed(String command, TenantMigratorException e) {
        return CommandResult.of(
                command, TenantResult.failed(e.failure().tenant().orElse(""), e.failure()));
    }

    /** Prints the result of a command that could not start. */
    int print(CommandResult result, boolean json) {
        return print(result, json, new Screen(context.width(), options.ansi(), false));
    }

    private int print(CommandResult result, boolean json, Screen screen) {
        if (json) {
            context.out().println(JsonOutput.of(result));
        } else if (result.error().isEmpty()) {
            new TextOutput(screen).lines(result).forEach(context.out()::println);
            context.out().flush();
            for (String note : result.notes()) {
                String indent = " ".repeat(note.length() - note.stripLeading().length());
                screen.wrapped(note, indent, indent + "  ").forEach(context.err()::println);
            }
        }
        result.error()
                .or(result::notWritten)
                .ifPresent(failure -> ErrorBlock.ofCommand(failure, screen).forEach(context.err()::println));
        context.out().flush();
        context.err().flush();
        return result.exitCode();
    }

    /** The first line of the server's message. Its detail is left out, because it can hold a tenant's data. */
    static Failure failure(SQLException e) {
        String message =
                String.valueOf(e.getMessage()).lines().findFirst().orElse("").replaceFirst("^ERROR: ", "");
        Failure failure = Failure.of(message);
        return Optional.ofNullable(e.getSQLState()).map(failure::withSqlState).orElse(failure);
    }

    /**
     * Sets the log level. Errors only by default, because the result already shows each tenant's failure. Must run before the
     * library logs, because slf4j-simple reads its level once per logger.
     */
    private static void logAt(String level) {
        System.setProperty(LOG_LEVEL, level);
    }
}
