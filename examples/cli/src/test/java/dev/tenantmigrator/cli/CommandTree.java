package dev.tenantmigrator.cli;

import dev.tenantmigrator.cli.command.Program;
import dev.tenantmigrator.cli.setup.CliContext;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** All commands of the program, as picocli knows them: a new command is in it without being named here. */
final class CommandTree {

    private CommandTree() {}

    /** The program and every command, each before its own subcommands. */
    static List<CommandSpec> all() {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        CliContext host =
                new CliContext(nowhere, nowhere, Map.of(), Path.of(""), Optional.empty(), false, Clock.systemUTC());
        return below(Program.commandLine(host)).map(CommandLine::getCommandSpec).toList();
    }

    private static Stream<CommandLine> below(CommandLine command) {
        return Stream.concat(
                Stream.of(command),
                command.getSubcommands().values().stream().distinct().flatMap(CommandTree::below));
    }

    /** The words that call a command: none for the program itself. */
    static List<String> words(CommandSpec command) {
        List<String> words = List.of(command.qualifiedName(" ").split(" ", -1));
        return words.subList(1, words.size());
    }
}
