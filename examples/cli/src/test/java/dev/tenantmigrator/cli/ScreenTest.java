package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.Screen;
import dev.tenantmigrator.cli.output.TenantResult;
import dev.tenantmigrator.cli.output.TextOutput;
import dev.tenantmigrator.cli.output.TextTable;
import dev.tenantmigrator.cli.setup.CliContext;
import dev.tenantmigrator.cli.setup.Terminal;
import dev.tenantmigrator.report.Failure;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Help.Ansi;

/** Text fits the terminal, and has colours where they are wanted. */
class ScreenTest {

    private static final String ESCAPE = "\u001B[";

    @TempDir
    private Path directory;

    @Test
    void aLongCellIsCutInTheMiddleUnlessVerbose() {
        TextTable table = new TextTable("TENANT", "OUTCOME", "DETAIL");
        table.add("ada_12345678", "migrated", "20250101_the_first_of_many, 20250102_the_second, 20250103_the_last");

        assertThat(table.lines(new Screen(60, Ansi.OFF, false)))
                .containsExactly(
                        "TENANT        OUTCOME   DETAIL",
                        "ada_12345678  migrated  20250101_the_first…20250103_the_last");
        assertThat(table.lines(new Screen(60, Ansi.OFF, true)).get(1))
                .endsWith("20250102_the_second, 20250103_the_last");
    }

    @Test
    void aCellOfWideLettersIsCutByItsColumns() {
        TextTable table = new TextTable("TENANT", "OUTCOME");
        table.add("顧客顧客顧客顧客顧客", "healthy");
        table.add("e\u0301ric", "healthy");

        List<String> lines = table.lines(new Screen(20, Ansi.OFF, false));

        assertThat(lines.get(1)).isEqualTo("顧客顧…顧客  healthy").hasSize(15);
        assertThat(lines.get(2)).isEqualTo("e\u0301ric         healthy");
    }

    @Test
    void aHeadOfATableCannotControlATerminal() {
        TextTable table = new TextTable("TENANT", "a\u001B[31mb\nc");
        table.add("ada", "1");

        assertThat(table.lines(new Screen(80, Ansi.OFF, false))).containsExactly("TENANT  a?[31mb?c", "ada     1");
    }

    @Test
    void anErrorIsABlockOfItsOwn() {
        Failure failure = Failure.of("relation \"tag\" already exists; drop the table, or repair with mark-applied, and"
                        + " deploy again")
                .ofVersion("20250101_add_tags")
                .inFile("migrations/20250101_add_tags/migration.sql")
                .onLine(5)
                .withExcerpt("CREATE TABLE \"ada_12345678\".tag (id int)\n             ^")
                .withSqlState("42P07");

        assertThat(lines(CommandResult.of("deploy", TenantResult.failed("ada_12345678", failure)), 60))
                .startsWith(
                        "failed: ada_12345678",
                        "  version 20250101_add_tags,",
                        "  migrations/20250101_add_tags/migration.sql:5",
                        "      CREATE TABLE \"ada_12345678\".tag (id int)",
                        "                   ^",
                        "  relation \"tag\" already exists; drop the table, or repair",
                        "  with mark-applied, and deploy again [SQLState 42P07]",
                        "1 tenant: 1 failed",
                        "A failed script leaves no changes behind, unless its message");
    }

    @Test
    void anErrorOfTheWholeCommandIsWrappedToo() {
        assertThat(new Cli(directory)
                        .with("COLUMNS", "60")
                        .run("deploy-all")
                        .err()
                        .lines())
                .hasSizeGreaterThan(2)
                .allSatisfy(line -> assertThat(line).isNotBlank().hasSizeLessThanOrEqualTo(60))
                .first()
                .asString()
                .startsWith("Error: there is no migrations directory");
    }

    @Test
    void aLongExcerptShowsThePartAroundTheCaret() {
        String line = "x".repeat(200) + " nonsense " + "y".repeat(200);
        Failure failure = Failure.of("no").withExcerpt(line + "\n" + " ".repeat(201) + "^");

        List<String> lines = lines(CommandResult.of("deploy", TenantResult.failed("t", failure)), 60);

        assertThat(lines.get(1)).hasSizeLessThanOrEqualTo(60).contains("nonsense");
        assertThat(lines.get(2).indexOf('^')).isEqualTo(lines.get(1).indexOf("nonsense"));
    }

    @ParameterizedTest
    @CsvSource({"72,  0, 72", "'', 120, 120", "'', 0, 80", "none, 132, 132", "0, 0, 80", "72, 120, 72"})
    void theWidthIsThatOfTheVariableThenOfTheTerminal(String variable, int terminal, int width) {
        assertThat(context(Map.of("COLUMNS", variable), Optional.of(terminal), new StringWriter())
                        .width())
                .isEqualTo(width);
        assertThat(context(Map.of(), Optional.empty(), new StringWriter()).width())
                .isEqualTo(80);
    }

    @ParameterizedTest
    @CsvSource({
        "true, '', '', true",
        "true, '', --color=never, false",
        "true, 1, '', false",
        "true, 1, --color=always, true",
        "false, '', --color=auto, false",
        "false, '', --color=always, true",
    })
    void coloursAreForATerminalWithoutNoColorUnlessAskedFor(
            boolean terminal, String noColor, String option, boolean coloured) {
        StringWriter out = new StringWriter();
        CliContext context = new CliContext(
                new PrintWriter(out, true),
                new PrintWriter(new StringWriter()),
                Map.of("NO_COLOR", noColor),
                directory,
                Optional.empty(),
                terminal,
                Clock.systemUTC());
        List<String> args = option.isEmpty() ? List.of("status", "--help") : List.of(option, "status", "--help");

        assertThat(Main.run(context, args.toArray(String[]::new))).isZero();

        assertThat(out.toString().contains(ESCAPE)).isEqualTo(coloured);
    }

    @Test
    void anotherColourIsRefused() {
        assertThat(new Cli(directory).run("create", "x", "--color", "sometimes").exitCode())
                .isEqualTo(2);
        assertThat(new Cli(directory)
                        .with("TENANT_MIGRATOR_COLOR", "blue")
                        .run("create", "x")
                        .err())
                .contains("color must be auto, always or never");
    }

    private static List<String> lines(CommandResult result, int width) {
        return new TextOutput(new Screen(width, Ansi.OFF, false)).lines(result);
    }

    private CliContext context(Map<String, String> environment, Optional<Integer> columns, StringWriter out) {
        Optional<Terminal> terminal = columns.map(width -> new Terminal() {
            @Override
            public String ask(String question) {
                return "";
            }

            @Override
            public String askSecret(String question) {
                return "";
            }

            @Override
            public int width() {
                return width;
            }
        });
        PrintWriter writer = new PrintWriter(out, true);
        return new CliContext(writer, writer, environment, directory, terminal, false, Clock.systemUTC());
    }
}
