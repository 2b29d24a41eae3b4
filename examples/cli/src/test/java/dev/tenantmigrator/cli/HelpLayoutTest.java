package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.tenantmigrator.cli.command.Program;
import dev.tenantmigrator.cli.setup.CliContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Each command's help, with examples that the command line accepts; suggestions and completion. */
class HelpLayoutTest {

    private static final String COMMON = "Options of every command:";

    @TempDir
    private Path directory = Path.of("");

    static Stream<List<String>> commands() {
        return CommandTree.all().stream()
                .filter(command -> command.parent() != null)
                .map(CommandTree::words);
    }

    private Cli.Result help(List<String> words) {
        return new Cli(directory)
                .run(Stream.concat(words.stream(), Stream.of("--help")).toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void ownOptionsComeBeforeTheCommonOnesAndInOrder(List<String> words) {
        String help = help(words).out();
        CommandSpec spec = spec(words);

        List<String> own = spec.options().stream()
                .filter(option -> !option.inherited())
                .map(option -> option.longestName())
                .sorted()
                .toList();
        assertThat(help.lines().findFirst().orElse("")).startsWith("Usage: tenant-migrator " + String.join(" ", words));
        int last = 0;
        for (String option : own) {
            Matcher described = Pattern.compile("(?m)^ +(?:-\\w, |--\\w+, )?" + option + "\\b")
                    .matcher(help);
            assertThat(described.find()).as(option).isTrue();
            assertThat(described.start()).as(option).isGreaterThan(last);
            last = described.start();
        }
        if (spec.options().stream().anyMatch(option -> option.inherited())) {
            assertThat(help.indexOf(COMMON)).isGreaterThan(last);
            assertThat(help.indexOf("--migrations", help.indexOf(COMMON))).isPositive();
        }
    }

    @Test
    void theProgramNamesItsCommandsFirstAndThenItsOptionsInOrder() {
        List<String> help = help(List.of()).out().lines().toList();

        assertThat(help.get(0)).isEqualTo("Usage: tenant-migrator [OPTIONS] COMMAND");
        int options = help.indexOf(COMMON);
        assertThat(help.indexOf("Commands:")).isPositive().isLessThan(options);
        assertThat(help.stream()
                        .skip(options)
                        .map(line -> Pattern.compile("^ +(?:-\\w, )?--(\\w[-\\w]*).*")
                                .matcher(line))
                        .filter(Matcher::matches)
                        .map(option -> option.group(1)))
                .hasSizeGreaterThan(15)
                .isSorted();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void hasTwoExamplesThatAreAccepted(List<String> words) {
        String help = help(words).out();
        List<String> examples = help.substring(help.indexOf("Examples:"))
                .lines()
                .skip(1)
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();

        assertThat(examples).hasSize(2).doesNotHaveDuplicates();
        for (String example : examples) {
            String[] args = example.replaceAll("^source <\\((.*)\\)$", "$1")
                    .replaceAll(" > .*$", "")
                    .replace("'", "")
                    .replaceFirst("^tm ", "")
                    .split(" ");
            assertThat(String.join(" ", args)).startsWith(String.join(" ", words));
            assertThatCode(() -> program().parseArgs(args)).as(example).doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "statsu, status",
        "deploy-al, deploy-all",
        "deploy x --targte y, --target",
        "repair mark-aplied 1 --all, mark-applied",
        "help verfy, verify",
        "spare fill, spares",
        "spares fil, fill",
        "spares fill --kep 3, --keep",
        "verify --verbos, --verbose"
    })
    void suggestsTheNameThatWasMeant(String command, String meant) {
        Cli.Result result = new Cli(directory).run(command.split(" "));

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err().replaceAll("\\s+", " "))
                .contains("did you mean")
                .contains(meant);
    }

    @Test
    void completesCommandsAndOptionsInBash() throws IOException, InterruptedException {
        Cli.Result script = new Cli(directory).run("completion", "bash");
        assertThat(script.exitCode()).isZero();
        Files.writeString(directory.resolve("tm.bash"), script.out());

        assertThat(completed("tm", "deplo")).contains("deploy", "deploy-all");
        assertThat(completed("tm", "deploy-all", "--lo")).contains("--lock-timeout");
        assertThat(completed("tm", "repair", "mark-n")).contains("mark-not-applied");
        assertThat(completed("tm", "spar")).contains("spares");
        assertThat(completed("tm", "spares", "f")).contains("fill");
        assertThat(completed("tm", "spares", "fill", "--k")).contains("--keep");
        assertThat(new Cli(directory).run("completion", "zsh").out()).contains("bashcompinit");
        assertThat(new Cli(directory)
                        .run("completion", "bash", "--name", "other")
                        .out())
                .contains("complete -F _complete_other ");
        assertThat(new Cli(directory).run("completion", "fish").exitCode()).isEqualTo(2);
        assertThat(new Cli(directory).run("completion", "bash", "--name", "a;b").exitCode())
                .isEqualTo(2);
    }

    private List<String> completed(String... words) throws IOException, InterruptedException {
        String ask =
                "source tm.bash; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _complete_tm; printf '%s\\n' \"${COMPREPLY[@]}\"";
        Process bash = new ProcessBuilder(Stream.concat(Stream.of("bash", "-c", ask, "bash"), Stream.of(words))
                        .toList())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(output).isZero();
        return output.lines().toList();
    }

    private static CommandSpec spec(List<String> words) {
        CommandLine command = program();
        for (String word : words) {
            command = command.getSubcommands().get(word);
        }
        return command.getCommandSpec();
    }

    private static CommandLine program() {
        return Program.commandLine(CliContext.ofProcess());
    }
}
