package dev.tenantmigrator.cli;

import static dev.tenantmigrator.cli.DriftReports.COLUMN_UNEXPECTED;
import static dev.tenantmigrator.cli.DriftReports.INDEX_MISSING;
import static dev.tenantmigrator.cli.DriftReports.difference;
import static dev.tenantmigrator.cli.DriftReports.names;
import static dev.tenantmigrator.cli.DriftReports.report;
import static dev.tenantmigrator.cli.DriftReports.same;
import static dev.tenantmigrator.cli.DriftReports.withUnknown;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.cli.output.DriftCommands;
import dev.tenantmigrator.cli.output.html.HtmlReport;
import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.Difference.Change;
import dev.tenantmigrator.report.Difference.Severity;
import dev.tenantmigrator.report.Difference.Statement;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.PlanReport;
import dev.tenantmigrator.report.PlannedMigration;
import dev.tenantmigrator.report.Remedy;
import dev.tenantmigrator.report.ScriptNote;
import dev.tenantmigrator.report.SpareCounts;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.StructureClass;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantPlan;
import dev.tenantmigrator.report.TenantStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page about a fleet, as text and in a browser. */
class HtmlReportTest {

    private static final String INIT = "20240101_init";
    private static final String TAGS = "20240201_tags";
    private static final String MARKUP = "</script><img src=x onerror=\"document.title='owned'\">";

    @TempDir
    private Path directory;

    private static TenantStatus tenant(String schema, List<String> applied, Finding... findings) {
        List<String> pending = Stream.of(INIT, TAGS)
                .filter(version -> !applied.contains(version))
                .toList();
        List<Finding> all = new ArrayList<>(List.of(findings));
        pending.forEach(version -> all.add(
                Finding.of(Finding.Kind.PENDING, Finding.Severity.ERROR, version, version + " is pending; deploy it")
                        .withRemedies(new Remedy.Deploy(false))));
        return new TenantStatus(
                schema,
                applied.stream()
                        .map(version -> new AppliedMigration(
                                version, Optional.empty(), Optional.of(LocalDateTime.MIN), Optional.empty()))
                        .toList(),
                pending,
                List.of(),
                List.of(),
                all,
                Optional.empty());
    }

    private static PlanReport plan(List<String> pending, String... notes) {
        PlannedMigration migration = new PlannedMigration(
                TAGS,
                "migrations/" + TAGS + "/migration.sql",
                false,
                true,
                List.of("BEGIN"),
                List.of(new SqlStatement("SELECT 1", 1)),
                List.of("COMMIT"),
                Stream.of(notes)
                        .map(note -> new ScriptNote(ScriptNote.Kind.BLOCKS_READS, 4, note))
                        .toList());
        return new PlanReport(
                pending.stream()
                        .map(schema -> new TenantPlan(schema, List.of(migration), Optional.empty()))
                        .toList(),
                Set.of());
    }

    private static HtmlReport page(
            List<TenantStatus> tenants, DriftReport drift, PlanReport plan, Optional<FleetReport> run) {
        return new HtmlReport(
                "database app at localhost:5432 as app",
                Instant.parse("2026-01-02T03:04:05Z"),
                DriftCommands.of(List.of("--ignore", "my file"), List.of()),
                new StatusReport(List.of(INIT, TAGS), tenants, new SpareCounts(8, 2, 0, Optional.empty())),
                drift,
                plan,
                run);
    }

    /** Ordinary names, 12 drifted tenants in four classes, some waiting, one unreadable, one that failed in a run. */
    private static HtmlReport fleet(int size) {
        List<String> names = IntStream.range(0, size)
                .mapToObj(i -> String.format(Locale.ROOT, "customer_%05d_%08d", i, i * 7919))
                .toList();
        List<TenantStatus> tenants = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            tenants.add(tenant(names.get(i), i % 10 == 0 ? List.of(INIT) : List.of(INIT, TAGS)));
        }
        DriftReport drift = withUnknown(
                report(
                        same(names.subList(12, size - 1)),
                        same(names.subList(0, 5), INDEX_MISSING),
                        same(names.subList(5, 9), COLUMN_UNEXPECTED, INDEX_MISSING),
                        same(names.subList(9, 11), difference("view", "totals", Change.MISSING, Severity.BREAKING)),
                        same(names.subList(11, 12), COLUMN_UNEXPECTED)),
                names.get(size - 1));
        FleetReport run = new FleetReport(
                names.stream()
                        .map(name -> name.equals(names.get(20))
                                ? new TenantOutcome.Failed(
                                        name,
                                        List.of(),
                                        Failure.of("type \"integr\" does not exist")
                                                .inTenant(name)
                                                .ofVersion(TAGS)
                                                .inFile("migrations/" + TAGS + "/migration.sql")
                                                .onLine(2)
                                                .withSqlState("42704")
                                                .withExcerpt("ADD COLUMN \"rating\" INTEGR NOT NULL\n"
                                                        + "                    ^"))
                                : new TenantOutcome.Migrated(
                                        name,
                                        List.of(new TenantOutcome.Step(TAGS, Duration.ofMillis(name.hashCode() & 63)))))
                        .map(outcome -> (TenantOutcome) outcome)
                        .toList(),
                Duration.ofSeconds(12));
        List<String> pending = IntStream.range(0, size)
                .filter(i -> i % 10 == 0)
                .mapToObj(names::get)
                .toList();
        return page(
                tenants, drift, plan(pending, "vendor: ADD COLUMN makes readers and writers wait"), Optional.of(run));
    }

    private Path written(HtmlReport page) throws IOException {
        return Files.writeString(directory.resolve("page.html"), page.toHtml());
    }

    @Test
    void theVerdictIsInThePageWithoutAScript() {
        TenantStatus well = tenant("a", List.of(INIT, TAGS));
        assertThat(page(List.of(well), report(same(List.of("a"))), plan(List.of()), Optional.empty())
                        .toHtml())
                .contains("<h1>The tenant is healthy, and its structure is as defined.</h1>", "class=\"verdict good\"");
        assertThat(page(
                                List.of(well, tenant("b", List.of(INIT))),
                                report(same(List.of("a", "b"))),
                                plan(List.of("b")),
                                Optional.empty())
                        .toHtml())
                .contains(
                        "<h1>Nothing is broken. Of 2 tenants, 1 waits for a deploy.</h1>", "class=\"verdict waiting\"");
        assertThat(fleet(100).toHtml())
                .contains("<h1>14 of 100 tenants need attention: 12 drifted, 1 failed, 1 unhealthy. 7 wait for a"
                        + " deploy.</h1>")
                .contains("class=\"verdict bad\"")
                .contains("<p>2026-01-02 03:04 UTC · database app at localhost:5432 as app</p>");
        assertThat(page(List.of(), report(), plan(List.of()), Optional.empty()).toHtml())
                .contains("<h1>There is no tenant.</h1>");
    }

    @Test
    void thePageNeedsNoNetwork() {
        assertThat(fleet(100).toHtml())
                .doesNotContain("http:", "https:", "//cdn", " src=", "@import", "url(")
                .contains("default-src 'none'");
    }

    @Test
    void aLargeFleetIsASmallPageAndFast() {
        HtmlReport large = fleet(5_000);
        large.toHtml();
        long start = System.nanoTime();
        byte[] page = large.toHtml().getBytes(StandardCharsets.UTF_8);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertThat(page).hasSizeLessThan(1_500_000);
        assertThat(took).isLessThan(Duration.ofSeconds(1));
    }

    /** The worst that stays readable: the longest names, each tenant a class of its own, causes in each. */
    @Test
    void aLargeFleetInWhichEveryTenantDiffersIsStillASmallPage() {
        List<String> names = IntStream.range(0, 5_000)
                .mapToObj(i -> String.format(Locale.ROOT, "%063d", i))
                .toList();
        List<TenantStatus> tenants = names.stream()
                .map(name -> tenant(
                        name,
                        List.of(INIT),
                        Finding.of(Finding.Kind.MISSING_TABLE, Finding.Severity.ERROR, "the table t" + name)))
                .toList();
        DriftReport drift = report(names.stream()
                .map(name -> same(
                        List.of(name),
                        difference(
                                "table",
                                "t" + name,
                                Change.MISSING,
                                Severity.BREAKING,
                                new Statement("CREATE TABLE " + "x".repeat(1000), false))))
                .toArray(StructureClass[]::new));
        assertThat(page(tenants, drift, plan(names), Optional.empty()).toHtml().getBytes(StandardCharsets.UTF_8))
                .hasSizeLessThan(1_500_000);
    }

    /** Hundreds of differences, each with a long statement and the name of a function with a hundred arguments. */
    @Test
    void hostileTenantsMakeNoLargePage() {
        Difference large = difference(
                "function",
                "f(" + "double precision, ".repeat(400) + ")",
                Change.MISSING,
                Severity.BREAKING,
                new Statement("CREATE " + "x".repeat(10_000), false));
        List<String> names = names("t", 150);
        DriftReport drift = report(names.stream()
                .map(name -> same(List.of(name), Collections.nCopies(300, large).toArray(Difference[]::new)))
                .toArray(StructureClass[]::new));
        List<TenantStatus> tenants =
                names.stream().map(name -> tenant(name, List.of(INIT))).toList();
        String page = page(tenants, drift, plan(names), Optional.empty()).toHtml();
        assertThat(page.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(2_500_000);
        // The last class in full is not one that looks as defined.
        assertThat(page).contains("\"more\":299").doesNotContain("\"differences\":[]");
    }

    @Test
    void hostileTextIsText() throws Exception {
        String name = "a" + MARKUP;
        HtmlReport page = page(
                List.of(
                        tenant(
                                name,
                                List.of(INIT, MARKUP),
                                Finding.of(Finding.Kind.MISSING_TABLE, Finding.Severity.ERROR, MARKUP)),
                        tenant("{{script}}", List.of(INIT, TAGS)),
                        tenant("<!--<script>", List.of(INIT, TAGS))),
                withUnknown(
                        report(
                                same(
                                        List.of(name),
                                        difference(
                                                "table",
                                                MARKUP,
                                                Change.MISSING,
                                                Severity.BREAKING,
                                                new Statement(MARKUP, true))),
                                same(List.of("{{script}}"))),
                        "<!--<script>"),
                plan(List.of(name), MARKUP),
                Optional.of(new FleetReport(
                        List.of(new TenantOutcome.Failed(
                                name,
                                List.of(),
                                Failure.of(MARKUP).inFile(MARKUP).withExcerpt(MARKUP))),
                        Duration.ZERO)));
        assertThat(page.toHtml()).doesNotContain("<img").containsOnlyOnce("id=\"data\"");

        Chromium browser = new Chromium(directory);
        assertThat(browser.whole(written(page), "")).doesNotContain("<img", "owned</title>");
        assertThat(browser.open(written(page), ""))
                .contains("a&lt;/script&gt;&lt;img src=x onerror=", "{{script}}", "&lt;!--&lt;script&gt;");
    }

    @Test
    void thePageOpensAndIsFilteredByName() throws Exception {
        Chromium browser = new Chromium(directory);
        Path page = written(fleet(300));

        String dom = browser.open(page, "");
        assertThat(dom)
                .contains("Versions and structures", "287 as defined", "Failures and findings", "42704")
                .contains("ADD COLUMN \"rating\" INTEGR NOT NULL", "tm drift --fix customer_00000_00000000")
                .contains("line 4: blocks-reads: vendor: ADD COLUMN", "8 ready, 2 behind", "publications")
                .contains("4: column vendor.note unexpected", "-- DESTRUCTIVE: it drops or changes something")
                .contains("slowest migrations", "300 of 300 tenants");

        String filtered = browser.open(page, "#filter=Customer_0012");
        assertThat(filtered)
                .contains("10 of 300 tenants", "<td><bdi>customer_00120_")
                .doesNotContain("<td><bdi>customer_00130_");
        assertThat(browser.open(page, "#filter=%E0%A4%A")).contains("0 of 300 tenants");
    }

    @Test
    void withoutARunThePageSaysThatThereAreNoDurations() throws Exception {
        HtmlReport page = page(
                List.of(tenant("a", List.of(INIT, TAGS))),
                report(same(List.of("a"))),
                plan(List.of()),
                Optional.empty());
        assertThat(new Chromium(directory).open(written(page), ""))
                .contains("only a run has durations", "1 of 1 tenant", "<td><bdi>a</bdi>")
                .doesNotContain("Failures and findings", "<h2>Pending");
    }

    /** For people: target/report-light.png and target/report-dark.png. */
    @Test
    void thePageHasAPictureInBothSchemes() throws Exception {
        Chromium browser = new Chromium(directory);
        Path page = written(fleet(1_000));
        Path light = Path.of("target/report-light.png");
        Path dark = Path.of("target/report-dark.png");
        browser.screenshot(page, light, false);
        browser.screenshot(page, dark, true);
        assertThat(Files.readAllBytes(light)).isNotEqualTo(Files.readAllBytes(dark));
    }
}
