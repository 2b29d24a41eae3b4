package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.setup.CliContext;
import dev.tenantmigrator.cli.setup.SettingsLoader;
import dev.tenantmigrator.report.Failure;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: all commands and the handling of wrong usage. */
public final class Program {

    private static final String NAME = "tenant-migrator";

    /** More names would be a list, which --help shows. */
    private static final int MOST_SIMILAR = 2;

    private Program() {}

    /**
     * Runs one command.
     *
     * @param context the streams, environment and directory of the command
     * @param args the command and its arguments
     * @return the exit code
     */
    public static int run(CliContext context, String... args) {
        GlobalOptions options = new GlobalOptions(context);
        CommandRunner runner = new CommandRunner(context, options);
        if (Arrays.stream(args).anyMatch(SettingsLoader::isUndecodable)) {
            return runner.print(
                    CommandResult.stopped(NAME, Failure.of("an argument " + SettingsLoader.UNDECODABLE)), json(args));
        }
        return commandLine(context, options, runner).execute(args);
    }

    /**
     * The program with all its commands, not run yet.
     *
     * @param context its input and output
     * @return the program
     */
    public static CommandLine commandLine(CliContext context) {
        GlobalOptions options = new GlobalOptions(context);
        return commandLine(context, options, new CommandRunner(context, options));
    }

    private static CommandLine commandLine(CliContext context, GlobalOptions options, CommandRunner runner) {
        CommandLine program = new CommandLine(options);
        List<Object> commands = List.of(
                new CreateCommand(runner),
                new RegisterCommand(runner),
                new CreateTenantCommand(runner),
                new StatusCommand(runner),
                new HistoryCommand(runner),
                new PlanCommand(runner),
                new DeployAllCommand(runner),
                new DeployCommand(runner),
                new BackfillCommand(runner),
                new RollbackCommand(runner),
                new VerifyCommand(runner),
                new DriftCommand(runner),
                new ReportCommand(runner),
                new RunCommand(runner),
                new RepairCommand(runner),
                new AdoptCommand(runner),
                new MoveTrackingCommand(runner),
                new PrepareCommand(runner),
                new SparesCommand(runner),
                new ListCommand(runner),
                new RenameCommand(runner),
                new DropCommand(runner),
                new DemoCommand(runner),
                new CompletionCommand(),
                new HelpCommand());
        commands.forEach(program::addSubcommand);
        HelpLayout.apply(program);
        return program.setOut(context.out())
                .setErr(context.err())
                .setColorScheme(Help.defaultColorScheme(options.ansi()))
                // "register @ada" names a user, not a file with arguments.
                .setExpandAtFiles(false)
                .setParameterExceptionHandler((e, arguments) -> refused(e, runner, arguments));
    }

    private static int refused(ParameterException e, CommandRunner runner, String... arguments) {
        String command = e.getCommandLine().getCommandName();
        String message = message(e).replaceAll("(?i)(password=)[^&'\\s]*", "$1***");
        return runner.print(
                CommandResult.stopped(
                        command, Failure.of(message + similar(e) + "; see " + seeAlso(e.getCommandLine()))),
                json(arguments));
    }

    private static boolean json(String... arguments) {
        return Arrays.asList(arguments).contains("--json");
    }

    private static String message(ParameterException e) {
        boolean takesCommand = !e.getCommandLine().getSubcommands().isEmpty();
        if (takesCommand && e instanceof UnmatchedArgumentException unmatched) {
            String first = unmatched.getUnmatched().get(0);
            if (!first.startsWith("-")) {
                return "unknown command '" + first + "'";
            }
        }
        return String.valueOf(e.getMessage());
    }

    private static String similar(ParameterException e) {
        return e instanceof UnmatchedArgumentException unmatched
                ? similar(e.getCommandLine(), unmatched.getUnmatched().get(0))
                : "";
    }

    /** The names in a command that a misspelled one resembles. */
    static String similar(CommandLine command, String name) {
        List<String> names = new UnmatchedArgumentException(command, List.of(name)).getSuggestions();
        return names.isEmpty()
                ? ""
                : "; did you mean " + String.join(" or ", names.subList(0, Math.min(MOST_SIMILAR, names.size()))) + "?";
    }

    private static String seeAlso(CommandLine command) {
        return command.getCommandSpec().qualifiedName(" ") + " --help";
    }
}
