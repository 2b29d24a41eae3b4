package dev.tenantmigrator.cli;

import dev.tenantmigrator.support.GoldenFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ScopeType;

/**
 * The usage of every command, which scripts depend on: its options and parameters, how many values they take, whether they are
 * required, and their defaults. The wording of descriptions is free to change.
 */
class HelpGoldenTest {

    private static final GoldenFile GOLDEN = new GoldenFile(
            Path.of("src/test/resources/golden/usage.txt"),
            "scripts depend on the names and values of commands, options and parameters.");

    /** Picocli does not know the defaults. A default of one word is a value; a longer one is an explanation. */
    private static final Pattern DEFAULT = Pattern.compile("Default: ([a-z0-9-]+)$");

    @TempDir
    private Path directory;

    @Test
    void theUsageIsAsBefore() throws IOException {
        List<String> lines = new ArrayList<>();
        for (CommandSpec command : CommandTree.all()) {
            lines.add(command.qualifiedName(" "));
            aliases(command).ifPresent(lines::add);
            lines.add("    " + help(CommandTree.words(command)));
            command.positionalParameters().stream()
                    .map(HelpGoldenTest::parameter)
                    .forEach(lines::add);
            command.options().stream()
                    .filter(option -> !option.inherited())
                    .sorted(Comparator.comparing(OptionSpec::longestName))
                    .map(HelpGoldenTest::option)
                    .forEach(lines::add);
            inherited(command).ifPresent(lines::add);
            lines.add("");
        }
        GOLDEN.check(lines);
    }

    private String help(List<String> words) {
        Cli.Result result = new Cli(directory)
                .run(Stream.concat(words.stream(), Stream.of("--help")).toArray(String[]::new));
        String stream = result.out().startsWith("Usage: ") ? "standard output" : "no usage on standard output";
        String errors = result.err().isEmpty() ? "" : ", and standard error is not empty";
        return "--help: exit code " + result.exitCode() + ", " + stream + errors;
    }

    private static Optional<String> aliases(CommandSpec command) {
        return command.aliases().length == 0
                ? Optional.empty()
                : Optional.of("    also: " + String.join(", ", command.aliases()));
    }

    /** The options that a command has from the program. */
    private static Optional<String> inherited(CommandSpec command) {
        Set<String> names = names(command, OptionSpec::inherited);
        boolean all = names.equals(names(command.root(), option -> option.scopeType() == ScopeType.INHERIT));
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of("    options for every command: " + (all ? "all" : String.join(" ", names)));
    }

    private static Set<String> names(CommandSpec command, Predicate<OptionSpec> which) {
        return command.options().stream()
                .filter(which)
                .map(OptionSpec::longestName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String option(OptionSpec option) {
        String names = String.join(", ", option.names());
        String label = option.arity().max() == 0 ? "" : " " + option.paramLabel();
        return "    " + names + label + ": " + values(option);
    }

    private static String parameter(PositionalParamSpec parameter) {
        return "    " + parameter.paramLabel() + ": " + values(parameter);
    }

    private static String values(ArgSpec arg) {
        return Stream.of(
                        Optional.of("arity " + arg.arity()),
                        Optional.of(arg.required() ? "required" : "optional"),
                        Optional.of("repeatable").filter(word -> arg.isMultiValue()),
                        Optional.of("split at " + arg.splitRegex())
                                .filter(word -> !arg.splitRegex().isEmpty()),
                        Optional.of("for every command").filter(word -> arg.scopeType() == ScopeType.INHERIT),
                        Optional.of("hidden").filter(word -> arg.hidden()),
                        defaultOf(arg).map(value -> "default " + value))
                .flatMap(Optional::stream)
                .collect(Collectors.joining(", "));
    }

    private static Optional<String> defaultOf(ArgSpec arg) {
        Matcher described = DEFAULT.matcher(String.join(" ", arg.description()));
        return Optional.ofNullable(arg.defaultValue())
                .or(() -> described.find() ? Optional.of(described.group(1)) : Optional.empty());
    }
}
