package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.Repair;
import dev.tenantmigrator.cli.output.HealthText;
import dev.tenantmigrator.cli.output.Screen;
import dev.tenantmigrator.cli.output.TenantResult;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.Finding.Severity;
import dev.tenantmigrator.report.Remedy;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help.Ansi;

/** The order, the grouping and the commands of the health of tenants. */
class HealthTextTest {

    private static final Screen SCREEN = new Screen(100, Ansi.OFF, false);

    private static final Finding PENDING = Finding.of(Kind.PENDING, Severity.ERROR, "2_b", "2_b is pending; deploy it")
            .withRemedies(new Remedy.Deploy(false));
    private static final Finding MISSING = Finding.of(
                    Kind.MISSING_TABLE, Severity.ERROR, "the required table t is missing; backfill it")
            .withRemedies(new Remedy.Backfill());
    private static final Finding EDITED = Finding.of(Kind.CHECKSUM_MISMATCH, Severity.ERROR, "1_a", "1_a: was edited")
            .withRemedies(new Remedy.Correct(new Repair.AcceptChecksum("1_a")));
    private static final Finding AHEAD = Finding.of(Kind.AHEAD, Severity.WARNING, "9_z", "9_z is newer");
    private static final Finding UNKNOWN = Finding.of(Kind.CHECKSUM_UNKNOWN, Severity.INFO, "1_a", "no checksum");

    @Test
    void errorsComeBeforePendingTenantsBeforeWarnings() {
        List<TenantResult> tenants = List.of(
                healthy("ahead", AHEAD),
                pending("behind"),
                unhealthy("edited", EDITED),
                unhealthy("half", PENDING, Finding.of(Kind.UNFINISHED, Severity.ERROR, "1_a", "1_a was started")),
                TenantResult.failed("forbidden", Failure.of("permission denied").inTenant("forbidden")));
        List<String> lines = lines(SCREEN, tenants);
        assertThat(lines.get(0)).isEqualTo("3 broken: 1 unfinished, 1 failed, 1 checksum-mismatch; 1 pending");
        assertThat(lines.stream().filter(line -> !line.startsWith(" ")).skip(1))
                .containsExactly(
                        "unfinished: half",
                        "failed: forbidden",
                        "checksum-mismatch: edited",
                        "pending, 2 tenants: behind, half",
                        "warning: ahead: ahead");
    }

    @Test
    void aKindIsCountedOncePerTenantAndTheMostFrequentFirst() {
        Finding other = Finding.of(Kind.MISSING_TABLE, Severity.ERROR, "the required table u is missing");
        assertThat(lines(
                                SCREEN,
                                List.of(
                                        unhealthy("a", EDITED),
                                        unhealthy("b", MISSING, other),
                                        unhealthy("c", MISSING)))
                        .get(0))
                .isEqualTo("3 broken: 2 missing-table, 1 checksum-mismatch");
    }

    @Test
    void aNameThatAListCannotHaveHasACommandOfItsOwn() {
        Finding stopped = Finding.of(Kind.UNFINISHED, Severity.ERROR, "1_a", "1_a: a rollback was stopped")
                .withRemedies(new Remedy.Rollback("1_a"));
        List<TenantResult> tenants = Stream.of("a,b", "x", "a*b", "-y", "z", "q\"r,s")
                .map(name -> unhealthy(name, stopped))
                .toList();
        assertThat(lines(SCREEN, tenants))
                .contains(
                        "  run: rollback 1_a --tenants x,z",
                        "  run: rollback 1_a 'a,b'",
                        "  run: rollback 1_a 'a*b'",
                        "  run: rollback 1_a -- -y",
                        "  run: rollback 1_a 'q\"r,s'");
    }

    @Test
    void aHealthyFleetHasNoLines() {
        assertThat(lines(SCREEN, fleet(100, i -> healthy("t" + i, UNKNOWN)))).isEmpty();
        assertThat(lines(SCREEN, fleet(20, i -> healthy("t" + i, UNKNOWN)))).isNotEmpty();
        assertThat(lines(new Screen(100, Ansi.OFF, true), fleet(100, i -> healthy("t" + i, UNKNOWN))))
                .isNotEmpty();
    }

    @Test
    void someOfThePendingTenantsAreNamedWhereBrokenOnesAreLeftOut() {
        List<TenantResult> tenants = fleet(100, i -> i < 70 ? pending("p" + i) : unhealthy("b" + i, MISSING));
        List<String> lines = lines(SCREEN, tenants);
        assertThat(lines.get(0)).isEqualTo("30 broken: 30 missing-table; 70 pending");
        assertThat(lines)
                .anyMatch(line -> line.endsWith(" and 10 more"))
                .contains("pending, 70 tenants: p0, p1, p2 and 67 more", "  run: backfill", "  run: deploy-all");
        assertThat(lines(new Screen(100, Ansi.OFF, true), tenants)).noneMatch(line -> line.contains(" more"));
    }

    @Test
    void ofManyCausesSomeAreCutAndTheOptionsThatShowThemAreNamed() {
        List<TenantResult> tenants = fleet(
                100,
                i -> i < 70
                        ? pending("p" + i)
                        : unhealthy(
                                "b" + i, Finding.of(Kind.FILE_MISSING, Severity.ERROR, i + "_v", i + "_v is gone")));
        List<String> lines = lines(SCREEN, tenants);
        assertThat(lines).filteredOn(line -> line.startsWith("file-missing: b")).hasSize(25);
        assertThat(lines)
                .contains(
                        "pending, 70 tenants: p0, p1, p2 and 67 more",
                        "... and 5 more causes; --verbose shows all, --only file-missing these tenants");
    }

    /** Each word that is advised after --only is one that it takes. */
    @Test
    void causesThatOnlySelectsNotAreShownByAnotherCommand() {
        IntFunction<TenantResult> drifted = i -> TenantResult.of("d" + i, TenantResult.DRIFTED)
                .withFindings(List.of(Finding.of(Kind.DRIFT, Severity.ERROR, "column c" + i + " is missing")));
        assertThat(lines(SCREEN, fleet(30, drifted)))
                .contains("... and 5 more causes; --verbose shows all, the command drift the differences in structure");
        IntFunction<TenantResult> failed = i -> TenantResult.failed("f" + i, Failure.of("reason " + i));
        assertThat(lines(SCREEN, fleet(30, failed))).contains("... and 5 more causes; --verbose shows all");
        IntFunction<TenantResult> gap =
                i -> unhealthy("g" + i, Finding.of(Kind.GAP, Severity.ERROR, i + "_v", i + "_v"));
        IntFunction<TenantResult> foreign = i ->
                unhealthy("k" + i, Finding.of(Kind.MISSING_FOREIGN_KEY, Severity.ERROR, "key " + i + " is missing"));
        List<TenantResult> mixed = Stream.of(fleet(26, gap), fleet(2, drifted), fleet(2, foreign))
                .flatMap(List::stream)
                .toList();
        assertThat(String.join(" ", lines(new Screen(200, Ansi.OFF, false), mixed)))
                .contains("... and 5 more causes; --verbose shows all, --only gap,missing-foreign-key these tenants,"
                        + " the command drift the differences in structure");
    }

    @Test
    void pendingVersionsShareALine() {
        Finding later = Finding.of(Kind.PENDING, Severity.ERROR, "3_c", "3_c is pending; deploy it")
                .withRemedies(new Remedy.Deploy(false));
        assertThat(lines(SCREEN, List.of(TenantResult.of("t", "pending").withFindings(List.of(PENDING, later)))))
                .containsExactly("pending: t", "  2_b, 3_c", "  run: deploy-all");
    }

    @Test
    void messagesThatDifferInTheTenantsNameShareABlockWithAStatementEach() {
        IntFunction<TenantResult> tenant = i -> unhealthy(
                "t" + i,
                Finding.of(Kind.INVALID_INDEX, Severity.ERROR, "the index is INVALID: REINDEX t" + i + ".x")
                        .withRemedies(new Remedy.Statement("REINDEX INDEX t" + i + ".x")));
        assertThat(lines(SCREEN, fleet(2, tenant)))
                .containsExactly(
                        "2 broken: 2 invalid-index",
                        "invalid-index, 2 tenants: t0, t1",
                        "  the index is INVALID: REINDEX SCHEMA.x",
                        "  run: psql -c 'REINDEX INDEX t0.x'",
                        "  run: psql -c 'REINDEX INDEX t1.x'");
    }

    @Test
    void linesAreBrokenAtWordsAndCommandsAreNotBroken() {
        List<TenantResult> tenants = fleet(9, i -> unhealthy("a_tenant_with_a_long_name_" + i, MISSING));
        List<String> lines = lines(new Screen(60, Ansi.OFF, false), tenants);
        assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(60));
        List<String> commands =
                lines.stream().filter(line -> line.contains("run: ")).toList();
        assertThat(commands)
                .hasSize(9)
                .allSatisfy(line -> assertThat(line).startsWith("  run: backfill --tenants a_tenant"));
    }

    @Test
    void theCommandForAllPendingTenantsOfTheFleetNamesNoneBecauseSparesArePendingToo() {
        for (int pending : new int[] {1, 2, 20, 21}) {
            List<TenantResult> tenants = Stream.concat(
                            fleet(pending, i -> pending("p" + i)).stream(), Stream.of(healthy("h"), healthy("i")))
                    .toList();
            assertThat(lines(SCREEN, tenants)).contains("  run: deploy-all");
        }
        List<TenantResult> some = fleet(2, i -> pending("p" + i));
        assertThat(new HealthText(SCREEN, List.of(), false, List.of()).lines(some))
                .contains("  run: deploy-all --tenants p0,p1");
        assertThat(new HealthText(SCREEN, List.of(), false, List.of()).lines(some.subList(0, 1)))
                .contains("  run: deploy p0");
    }

    @Test
    void aDeployThatIsNotForAllPendingTenantsNamesItsTenants() {
        Finding gap = Finding.of(Kind.GAP, Severity.ERROR, "1_b", "1_b is not applied although 1_c is")
                .withRemedies(new Remedy.Deploy(true));
        assertThat(lines(SCREEN, List.of(unhealthy("gone", gap), unhealthy("gtwo", gap))))
                .contains("  run: deploy-all --out-of-order --tenants gone,gtwo");
        assertThat(lines(SCREEN, List.of(unhealthy("gone", gap), pending("p"), pending("q"))))
                .contains("  run: deploy gone --out-of-order", "  run: deploy-all --tenants p,q");
    }

    @Test
    void theCommandsOfAFewPendingTenantsNameAllOfThem() {
        List<TenantResult> tenants = Stream.concat(
                        fleet(20, i -> pending("customer_with_a_long_name_" + i)).stream(),
                        fleet(30, i -> healthy("h" + i)).stream())
                .toList();
        String commands = String.join("\n", new HealthText(SCREEN, List.of(), false, List.of()).lines(tenants));
        assertThat(commands).contains("pending, 20 tenants: ", " and 17 more");
        assertThat(IntStream.range(0, 20))
                .allSatisfy(i -> assertThat(commands).containsPattern("run: deploy-all .*long_name_" + i + "\\b"));
    }

    @Test
    void aVersionIsMarkedAppliedOnlyWhereItWasFound() {
        Finding unfinished = Finding.of(Kind.UNFINISHED, Severity.ERROR, "1 a", "1 a was started")
                .withRemedies(
                        new Remedy.Correct(new Repair.MarkApplied("1 a")),
                        new Remedy.Correct(new Repair.MarkNotApplied("1 a")));
        assertThat(lines(SCREEN, fleet(30, i -> unhealthy("t" + i, unfinished))))
                .filteredOn(line -> line.contains("run: "))
                .hasSize(20)
                .contains("  run: repair mark-applied '1 a' t0")
                .noneMatch(line -> line.contains("--all"));
        assertThat(lines(SCREEN, fleet(30, i -> unhealthy("t" + i, EDITED))))
                .contains("  or run: repair accept-checksum 1_a --all");
    }

    /** The directory is rather wrong than all tenants. */
    @Test
    void aFileThatManyTenantsMissIsToBeRestoredFirst() {
        Finding gone = Finding.of(Kind.FILE_MISSING, Severity.ERROR, "1_a", "1_a is applied but its file is gone")
                .withRemedies(new Remedy.Correct(new Repair.MarkNotApplied("1_a")));
        for (Finding finding : List.of(gone, EDITED)) {
            List<String> lines = lines(SCREEN, fleet(30, i -> unhealthy("t" + i, finding)));
            int command = lines.size() - 1;
            assertThat(lines.get(command)).startsWith("  or run: repair ").endsWith(" 1_a --all");
            assertThat(lines.get(command - 1)).startsWith("  restore the file").contains("--migrations");
        }
        assertThat(lines(SCREEN, fleet(3, i -> unhealthy("t" + i, gone))))
                .noneMatch(line -> line.startsWith("  restore"))
                .contains("  run: repair mark-not-applied 1_a t0");
    }

    @Test
    void commandsStayInsideTheSelection() {
        List<TenantResult> tenants = fleet(30, i -> unhealthy("a" + i, MISSING, EDITED));
        assertThat(new HealthText(SCREEN, List.of("a*", "b's"), false, List.of()).lines(tenants))
                .contains("  run: backfill --tenants 'a*','b'\\''s'")
                .noneMatch(line -> line.contains("--all"));
    }

    @Test
    void headingsHaveColoursAndTextsNone() {
        List<String> lines = lines(new Screen(100, Ansi.ON, false), List.of(unhealthy("t", MISSING), pending("u")));
        assertThat(lines.get(0)).startsWith("\u001B[1m1 broken");
        assertThat(lines.get(1)).isEqualTo("\u001B[31mmissing-table\u001B[0m: t");
        assertThat(lines.get(2)).doesNotContain("\u001B");
        assertThat(lines.get(4)).isEqualTo("\u001B[33mpending\u001B[0m: u");
        assertThat(new HealthText(new Screen(100, Ansi.ON, false), List.of(), true, List.of())
                        .report(List.of(unhealthy("t", MISSING))))
                .contains("t       \u001B[31munhealthy\u001B[0m", "1 tenant: \u001B[31m1 unhealthy\u001B[0m");
    }

    @Test
    void namesCannotControlATerminal() {
        Finding hostile = Finding.of(Kind.MISSING_TABLE, Severity.ERROR, "table \u001B[2J is missing")
                .withRemedies(new Remedy.Backfill(), new Remedy.Statement("DROP \u001B[2J"));
        assertThat(lines(SCREEN, List.of(unhealthy("a\u001B[2Jb", hostile))))
                .hasSizeGreaterThan(3)
                .noneMatch(line -> line.contains("\u001B"));
    }

    @Test
    void namesCannotAddACommand() {
        String name = "a\n  run: drop b --yes";
        Finding hostile = Finding.of(Kind.MISSING_TABLE, Severity.ERROR, "the table \"" + name + "\" is missing")
                .withRemedies(new Remedy.Backfill());
        assertThat(lines(SCREEN, List.of(unhealthy(name, hostile), unhealthy("b", hostile))))
                .filteredOn(line -> line.startsWith("  run: "))
                .allSatisfy(line -> assertThat(line).startsWith("  run: backfill "));
    }

    private static List<String> lines(Screen screen, List<TenantResult> tenants) {
        return new HealthText(screen, List.of(), true, List.of()).lines(tenants);
    }

    private static List<TenantResult> fleet(int size, IntFunction<TenantResult> tenant) {
        return IntStream.range(0, size).mapToObj(tenant).toList();
    }

    private static TenantResult healthy(String schema, Finding... findings) {
        return TenantResult.of(schema, "healthy").withFindings(List.of(findings));
    }

    private static TenantResult pending(String schema) {
        return TenantResult.of(schema, "pending").withFindings(List.of(PENDING));
    }

    private static TenantResult unhealthy(String schema, Finding... findings) {
        return TenantResult.of(schema, "unhealthy")
                .withFindings(Stream.of(findings).toList());
    }
}
