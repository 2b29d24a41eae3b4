package dev.tenantmigrator.cli;

import static dev.tenantmigrator.cli.DriftReports.COLUMN_UNEXPECTED;
import static dev.tenantmigrator.cli.DriftReports.INDEX_MISSING;
import static dev.tenantmigrator.cli.DriftReports.ORDER;
import static dev.tenantmigrator.cli.DriftReports.changed;
import static dev.tenantmigrator.cli.DriftReports.difference;
import static dev.tenantmigrator.cli.DriftReports.names;
import static dev.tenantmigrator.cli.DriftReports.report;
import static dev.tenantmigrator.cli.DriftReports.same;
import static dev.tenantmigrator.cli.DriftReports.withUnknown;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.DriftCommands;
import dev.tenantmigrator.cli.output.DriftFixText;
import dev.tenantmigrator.cli.output.DriftResults;
import dev.tenantmigrator.cli.output.DriftScript;
import dev.tenantmigrator.cli.output.DriftText;
import dev.tenantmigrator.cli.output.DriftWords;
import dev.tenantmigrator.cli.output.JsonOutput;
import dev.tenantmigrator.cli.output.Screen;
import dev.tenantmigrator.cli.output.TextOutput;
import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.Difference.Change;
import dev.tenantmigrator.report.Difference.Severity;
import dev.tenantmigrator.report.Difference.Statement;
import dev.tenantmigrator.report.DriftFix;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.StructureClass;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help.Ansi;

/** A comparison of structures as text, as a script and as JSON. */
class DriftTextTest {

    private static final Screen SCREEN = new Screen(100, Ansi.OFF, false);
    private static final Screen VERBOSE = new Screen(100, Ansi.OFF, true);
    private static final DriftCommands COMMANDS = DriftCommands.of(List.of(), List.of());

    private static final DriftReport FLEET = withUnknown(
            report(
                    same(names("t", 4987)),
                    same(names("alike", 9), INDEX_MISSING),
                    same(List.of("alone1"), COLUMN_UNEXPECTED),
                    same(List.of("alone2"), COLUMN_UNEXPECTED, INDEX_MISSING),
                    same(List.of("alone3"), changed("column", "vendor.rating", "type", "bigint", "integer"))),
            "locked");

    private static List<String> lines(DriftReport report) {
        return new DriftText(SCREEN, COMMANDS).lines(report);
    }

    @Test
    void theClassesComeFirstInALine() {
        assertThat(DriftWords.line(FLEET))
                .isEqualTo("4,987 as defined · 9 differ alike (index vendor_name_idx missing) · 3 differ alone"
                        + " · 1 unreadable");
        assertThat(DriftWords.line(report(same(names("t", 3))))).isEqualTo("3 as defined");
        assertThat(DriftWords.line(report(same(names("t", 3)), same(List.of("x"), ORDER))))
                .isEqualTo("3 as defined · 1 as defined, with notes");
        assertThat(DriftWords.line(report(same(List.of("x"), COLUMN_UNEXPECTED, INDEX_MISSING, ORDER))))
                .isEqualTo("1 differs alone (index vendor_name_idx missing and 2 more)");
        assertThat(DriftWords.line(report(same(List.of("x"), changed("view", "v", "query", "a", "b")))))
                .isEqualTo("1 differs alone (query of view v changed)");
        assertThat(DriftWords.line(withUnknown(report(), "a", "b"))).isEqualTo("2 unreadable");
    }

    @Test
    void ofManyClassesTheLargestAreNamed() {
        StructureClass[] classes = IntStream.rangeClosed(2, 9)
                .mapToObj(size -> same(
                        names("c" + size + "_", size),
                        difference("table", "t" + size, Change.MISSING, Severity.BREAKING)))
                .toArray(StructureClass[]::new);
        assertThat(DriftWords.line(report(classes)))
                .isEqualTo("9 differ alike (table t9 missing) · 8 differ alike (table t8 missing)"
                        + " · 7 differ alike (table t7 missing) · 6 differ alike (table t6 missing)"
                        + " · 14 differ in 4 more ways");
    }

    @Test
    void eachClassHasItsTenantsItsDifferencesAndTheNextCommandIsLast() {
        assertThat(lines(FLEET))
                .containsSubsequence(
                        "9 tenants differ alike: alike1, alike2, alike3, alike4, alike5 and 4 more",
                        "  - BREAKING index vendor_name_idx is missing",
                        "1 tenant differs: alone1",
                        "  + ADDITIVE column vendor.note is unexpected",
                        "1 tenant differs: alone3",
                        "  ~ BREAKING column vendor.rating: type is bigint, defined as integer",
                        "unknown: locked",
                        "  permission denied for schema locked [SQLState 42501]",
                        "Not compared: publications.",
                        "run: drift --sql",
                        "run: drift --fix alike1");
        assertThat(lines(report(same(names("t", 2))))).containsExactly("2 as defined", "Not compared: publications.");
        assertThat(lines(report(same(List.of("t"), ORDER))))
                .contains(
                        "1 tenant has notes: t",
                        "  ~ INFO     column order vendor: columns is name, id, defined as id, name")
                .noneMatch(line -> line.contains("run: "));
    }

    @Test
    void theNextCommandIsTheOneThatDoesSomething() {
        assertThat(lines(report(same(List.of("it's"), COLUMN_UNEXPECTED))))
                .endsWith("run: drift 'it'\\''s' --sql", "run: drift --fix 'it'\\''s' --destructive");
        assertThat(lines(report(same(List.of("x"), difference("rule", "r", Change.UNEXPECTED, Severity.BREAKING)))))
                .endsWith("run: drift x --sql");
        DriftCommands commands = DriftCommands.of(List.of("--against", "a b", "--no-privileges"), List.of("x*"));
        assertThat(new DriftText(SCREEN, commands).lines(FLEET))
                .endsWith(
                        "run: drift --sql --tenants 'x*' --against 'a b' --no-privileges",
                        "run: drift --fix alike1 --against 'a b' --no-privileges");
    }

    @Test
    void muchIsCutUnlessTheScreenIsVerbose() {
        Difference[] many = IntStream.range(0, 30)
                .mapToObj(i -> difference("table", "t" + i, Change.MISSING, Severity.BREAKING))
                .toArray(Difference[]::new);
        StructureClass[] classes = Stream.concat(
                        Stream.of(same(names("m", 7), many)),
                        IntStream.range(0, 40).mapToObj(i -> same(List.of("x" + i), INDEX_MISSING)))
                .toArray(StructureClass[]::new);
        assertThat(lines(report(classes)))
                .contains("  ... and 10 more differences; --verbose shows all")
                .contains("... and 16 more classes; --verbose shows all");
        assertThat(new DriftText(VERBOSE, COMMANDS).lines(report(classes)))
                .noneMatch(line -> line.contains("more") && line.contains("..."))
                .anyMatch(line -> line.contains("m7"))
                .contains("1 tenant differs: x39");
    }

    @Test
    void ofLongValuesThePartThatDiffersIsShown() {
        String body = "BEGIN " + "a := 1; ".repeat(60) + "x := %s; " + "b := 1; ".repeat(60) + "END";
        Difference difference =
                changed("function", "f()", "body", String.format(body, "'new'"), String.format(body, "'old'"));
        assertThat(String.join(" ", lines(report(same(List.of("x"), difference)))))
                .contains("'new'", "defined as …", "'old'")
                .hasSizeLessThan(400);
        assertThat(DriftWords.text(difference, Integer.MAX_VALUE)).contains(String.format(body, "'old'"));
    }

    @Test
    void namesCannotControlATerminalOrAddALine() {
        Difference hostile = new Difference(
                "index",
                "a\u001B[2J\nrun: drop b --yes",
                Change.MISSING,
                Severity.BREAKING,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(new Statement("CREATE INDEX \"a\u001B[2J\nrun: drop b --yes\" ON t (a)", false)));
        String name = "x\u001B[2J\nrun: drop c --yes";
        DriftReport report = withUnknown(report(same(List.of(name), hostile)), "y\nrun: drop d");
        DriftFixText fix = new DriftFixText(report.classes().get(0), false, COMMANDS);
        DriftFix done =
                new DriftFix(name, List.of("SELECT '\u001B'"), List.of(hostile), List.of(Failure.of("x\u001B\ny")));
        assertThat(Stream.of(lines(report), fix.before(SCREEN), fix.after(done, SCREEN))
                        .flatMap(List::stream))
                .noneMatch(line -> line.contains("\u001B") || line.contains("\n") || line.startsWith("run: drop"));
        assertThat(DriftScript.of(report, "public"))
                .filteredOn(line -> line.contains("run: drop"))
                .allMatch(line -> line.startsWith("-- ")
                        || line.startsWith("CREATE INDEX \"a")
                        || line.startsWith("SET LOCAL search_path TO \"x"));
    }

    @Test
    void theScriptHasATransactionForEachClassAndLeavesDestructiveStatementsOut() {
        Difference rebuilt = difference(
                "index",
                "i",
                Change.CHANGED,
                Severity.BREAKING,
                new Statement("DROP INDEX i", true),
                new Statement("CREATE INDEX i\n  ON t (a)", false));
        assertThat(DriftScript.of(
                        report(same(names("t", 3)), same(List.of("a\"b", "c"), INDEX_MISSING, rebuilt)), "Shared"))
                .startsWith(
                        "-- Run it with psql -X -f FILE, without --single-transaction: each tenant has a transaction of"
                                + " its own. A statement that")
                .contains("\\set ON_ERROR_STOP off")
                .endsWith(
                        "",
                        "-- tenant a\"b",
                        "-- 1 more tenant differs alike; for the SQL of one, run: drift SCHEMA --sql",
                        "-- c",
                        "BEGIN;",
                        "SET LOCAL search_path TO \"a\"\"b\", \"Shared\";",
                        "SET LOCAL check_function_bodies TO off;",
                        "-- - BREAKING index vendor_name_idx is missing",
                        "CREATE INDEX vendor_name_idx ON vendor USING btree (name);",
                        "-- ~ BREAKING index i: columns is name, id, defined as id, name",
                        "-- DESTRUCTIVE, so commented out: it drops or changes something that is there",
                        "-- DROP INDEX i;",
                        "-- CREATE INDEX i",
                        "--   ON t (a);",
                        "COMMIT;");
        assertThat(DriftScript.of(report(same(names("t", 3)), same(List.of("n"), ORDER)), "public"))
                .isEmpty();
        assertThat(DriftScript.of(
                        report(same(List.of("x"), difference("rule", "r", Change.UNEXPECTED, Severity.BREAKING))),
                        "public"))
                .endsWith(
                        "\\set ON_ERROR_STOP off",
                        "",
                        "-- tenant x",
                        "-- + BREAKING rule r is unexpected: no statement is known for it");
    }

    @Test
    void theDocumentHasClassesUnknownTenantsAndWhatIsNotCompared() throws IOException {
        CommandResult result = DriftResults.of(FLEET);
        JsonNode document = new ObjectMapper().readTree(JsonOutput.of(result));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(document.at("/counts").toString()).isEqualTo("{\"as-defined\":4987,\"drifted\":12,\"unknown\":1}");
        assertThat(document.at("/classes/0/tenants").asInt()).isEqualTo(4987);
        assertThat(document.at("/classes/0/differences").size()).isZero();
        assertThat(document.at("/classes/1").toString())
                .isEqualTo("{\"tenants\":9,\"sample\":[\"alike1\",\"alike2\",\"alike3\",\"alike4\",\"alike5\"],"
                        + "\"differences\":[{\"kind\":\"index\",\"object\":\"vendor_name_idx\",\"change\":\"missing\","
                        + "\"severity\":\"breaking\","
                        + "\"sql\":\"CREATE INDEX vendor_name_idx ON vendor USING btree (name)\"}]}");
        assertThat(document.at("/classes/4/differences/0").toString())
                .isEqualTo("{\"kind\":\"column\",\"object\":\"vendor.rating\",\"change\":\"changed\","
                        + "\"severity\":\"breaking\",\"attribute\":\"type\",\"expected\":\"integer\","
                        + "\"actual\":\"bigint\",\"sql\":\"ALTER column vendor.rating\",\"destructive\":true}");
        assertThat(document.at("/unknown").toString())
                .isEqualTo("[{\"schema\":\"locked\",\"error\":{\"message\":\"permission denied for schema locked\","
                        + "\"sqlState\":\"42501\"}}]");
        assertThat(document.at("/notCompared").toString()).isEqualTo("[\"publications\"]");
    }

    @Test
    void driftAndUnknownTenantsEndWithOneNotesDoNot() {
        assertThat(DriftResults.of(report(same(List.of("a")), same(List.of("b"), ORDER)))
                        .exitCode())
                .isZero();
        assertThat(DriftResults.of(report(same(List.of("a"), COLUMN_UNEXPECTED)))
                        .exitCode())
                .isEqualTo(1);
        assertThat(DriftResults.of(withUnknown(report(same(List.of("a"))), "b")).exitCode())
                .isEqualTo(1);
    }

    @Test
    void statementsOfADifferenceAreJoined() {
        Difference two = difference(
                "view", "v", Change.MISSING, Severity.BREAKING, new Statement("A", false), new Statement("B", true));
        JsonNode document = new ObjectMapper()
                .valueToTree(DriftResults.of(report(same(List.of("a"), two))).more());
        assertThat(document.at("/classes/0/differences/0/sql").asText()).isEqualTo("A;\nB");
        assertThat(document.at("/classes/0/differences/0/destructive").asBoolean())
                .isTrue();
    }

    @Test
    void aRepairShowsWhatRunsAndWhatIsLeftOut() {
        DriftFixText text = new DriftFixText(same(List.of("bob"), INDEX_MISSING, COLUMN_UNEXPECTED), false, COMMANDS);
        assertThat(text.before(SCREEN))
                .containsExactly(
                        "bob differs:",
                        "  - BREAKING index vendor_name_idx is missing",
                        "  + ADDITIVE column vendor.note is unexpected",
                        "These statements run in one transaction:",
                        "  CREATE INDEX vendor_name_idx ON vendor USING btree (name);",
                        "These are left out, because they drop or change something; --destructive runs them, too:",
                        "  ALTER TABLE vendor DROP COLUMN note;");
        DriftFix fix = new DriftFix(
                "bob",
                List.of("CREATE INDEX vendor_name_idx ON vendor USING btree (name)"),
                List.of(COLUMN_UNEXPECTED),
                List.of(Failure.of("column note is in use").withSqlState("2BP01")));
        assertThat(text.after(fix, SCREEN))
                .containsExactly(
                        "bob: ran 1 statement",
                        "  CREATE INDEX vendor_name_idx ON vendor USING btree (name);",
                        "bob still differs:",
                        "  + ADDITIVE column vendor.note is unexpected",
                        "A statement could not run:",
                        "  column note is in use [SQLState 2BP01]",
                        "run: drift --fix bob --destructive");
        assertThat(new DriftFixText(same(List.of("bob"), COLUMN_UNEXPECTED), true, COMMANDS).after(fix, SCREEN))
                .as("a command that failed is not shown again")
                .noneMatch(line -> line.contains("run: "));
        assertThat(DriftResults.of(fix).exitCode()).isEqualTo(1);
        assertThat(DriftResults.of(new DriftFix("bob", List.of("A"), List.of(), List.of()))
                        .exitCode())
                .isZero();
        assertThat(new TextOutput(SCREEN).lines(DriftResults.of(fix).withText(screen -> text.after(fix, screen))))
                .contains("bob still differs:");
    }

    @Test
    void withDestructiveAllStatementsRun() {
        DriftFixText text = new DriftFixText(same(List.of("bob"), INDEX_MISSING, COLUMN_UNEXPECTED), true, COMMANDS);
        assertThat(text.statements()).hasSize(2);
        assertThat(text.before(SCREEN)).noneMatch(line -> line.contains("left out"));
        assertThat(new DriftFixText(same(List.of("bob"), COLUMN_UNEXPECTED), false, COMMANDS).nothingToRun(SCREEN))
                .endsWith("  ALTER TABLE vendor DROP COLUMN note;", "run: drift --fix bob --destructive");
    }
}
