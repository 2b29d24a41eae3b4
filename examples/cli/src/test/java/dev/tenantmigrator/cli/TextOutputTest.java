package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.JsonOutput;
import dev.tenantmigrator.cli.output.Screen;
import dev.tenantmigrator.cli.output.TenantResult;
import dev.tenantmigrator.cli.output.TextOutput;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.Finding.Severity;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help.Ansi;

class TextOutputTest {

    private static final Finding WARNING = Finding.of(
            Kind.MISSING_FOREIGN_KEY, Severity.WARNING, "the foreign key f went; run: ALTER TABLE t ADD FOREIGN KEY");
    private static final Failure BROKEN = Failure.of("column exists already")
            .ofVersion("2_b")
            .inFile("m/2_b/migration.sql")
            .onLine(3)
            .withSqlState("42701");

    @Test
    void aLargeFleetShowsAtMostFiftyWarnings() {
        List<String> lines =
                text(fleet("rollback", 100, i -> named(i, "rolled-back").withFindings(List.of(WARNING))));
        assertThat(lines).filteredOn(line -> line.contains("warning: ")).hasSize(50);
        assertThat(lines).contains("... and 50 more; --verbose shows all");
    }

    @Test
    void findingsOfBackfillAreAlwaysShown() {
        List<String> lines =
                text(fleet("backfill", 100, i -> named(i, "backfilled").withFindings(List.of(WARNING))));
        assertThat(lines).filteredOn(line -> line.contains("ALTER TABLE")).hasSize(100);
    }

    @Test
    void aFailedTenantNamesTheVersionsAppliedBefore() {
        CommandResult deploy = fleet("deploy", 1, i -> failed(i).withVersions(List.of("0_a", "1_a")));
        assertThat(text(deploy))
                .startsWith(
                        "failed: t00",
                        "  version 2_b, m/2_b/migration.sql:3",
                        "  column exists already [SQLState 42701]",
                        "  applied before: 0_a, 1_a");
        assertThat(text(deploy))
                .anyMatch(line -> line.startsWith(
                        "A failed script leaves no changes behind, unless its message says otherwise."));
    }

    @Test
    void theJsonDocumentOfAFailedTenantHasVersionsAndNoPendingOnes() throws Exception {
        CommandResult deploy = fleet("deploy", 1, i -> failed(i).withVersions(List.of("0_a", "1_a")));
        JsonNode tenant = new ObjectMapper().readTree(JsonOutput.of(deploy)).at("/tenants/0");
        assertThat(Cli.texts(tenant.at("/versions"))).containsExactly("0_a", "1_a");
        assertThat(tenant.has("pending")).isFalse();
        assertThat(tenant.has("findings")).isTrue();
    }

    @Test
    void aFailedRollbackNamesTheVersionsRolledBackBefore() {
        assertThat(text(fleet("rollback", 1, i -> failed(i).withVersions(List.of("3_c")))))
                .anyMatch("  rolled back before: 3_c"::equals);
    }

    @Test
    void theCaretIsUnderTheErrorPosition() throws Exception {
        Failure failure = Failure.of("no such type").inTenant("t00").withExcerpt("a x.nonsense\n  ^");
        CommandResult deploy = fleet("deploy", 1, i -> TenantResult.failed("t00", failure));

        List<String> lines = text(deploy);

        assertThat(lines.get(2).indexOf('^')).isEqualTo(lines.get(1).indexOf("x.nonsense"));
        JsonNode error = new ObjectMapper().readTree(JsonOutput.of(deploy)).at("/tenants/0/error");
        assertThat(error.at("/excerpt").asText()).isEqualTo("a x.nonsense\n  ^");
    }

    @Test
    void manyEqualFailuresAreOneLine() {
        CommandResult deploy = fleet(
                "deploy-all",
                302,
                i -> i < 300
                        ? failed(i)
                        : TenantResult.failed("t" + i, Failure.of("another").inTenant("t" + i)));
        List<String> lines = text(deploy);
        assertThat(lines.get(0))
                .startsWith("failed, 300 tenants: t00, t01, t02, ")
                .endsWith(", t19 and 280 more");
        assertThat(lines).contains("failed, 2 tenants: t300, t301");
        assertThat(lines)
                .filteredOn(line -> line.contains("column exists already"))
                .hasSize(1);
        assertThat(new TextOutput(new Screen(200, Ansi.OFF, true)).lines(deploy))
                .filteredOn(line -> line.contains("column exists already"))
                .hasSize(300);
    }

    @Test
    void theStopReasonIsShownOnce() {
        String reason = "the rollout stopped";
        CommandResult stopped = fleet("deploy-all", 3, i -> named(i, "skipped").withMore(Map.of("reason", reason)))
                .withMore(Map.of("stopped", reason));
        assertThat(text(stopped)).filteredOn(line -> line.contains(reason)).containsExactly("Stopped: " + reason + ".");
    }

    @Test
    void aRollbackGivesAHintOnTheNextDeploy() {
        assertThat(text(fleet("rollback", 2, i -> named(i, "rolled-back").withVersions(List.of("2_b")))))
                .endsWith(
                        "2_b is pending again. Fix the migration or remove its directory before the next deploy, which"
                                + " would apply it again.");
    }

    @Test
    void aTenantThatIsAheadGivesAHint() {
        assertThat(text(fleet("deploy-all", 2, i -> named(i, "ahead").withVersions(List.of("8_h", "9_i")))))
                .endsWith("2 tenants have versions that are missing in this migrations directory: 8_h, 9_i. This is"
                        + " normal during a rolling deploy; otherwise the directory is outdated.");
    }

    @Test
    void namesCannotControlATerminal() {
        TenantResult tenant = TenantResult.failed("a\u001b[2J\u202Eb", Failure.of("one\u2067two\u009b3"));
        assertThat(text(CommandResult.of("deploy", tenant))).startsWith("failed: a?[2J?b", "  one?two?3");
    }

    @Test
    void namesCannotAddALine() {
        TenantResult tenant = TenantResult.failed("a\n  run: drop b", Failure.of("no table \"a\n  run: drop b\""));
        assertThat(text(CommandResult.of("deploy", tenant)))
                .startsWith("failed: a run: drop b", "  no table \"a run: drop b\"");
    }

    @Test
    void aDocumentCannotControlATerminalAndLosesNothing() throws Exception {
        String schema = "a\u009b2J\u007f\u202E\u2066é";
        String document = JsonOutput.of(CommandResult.of("deploy", TenantResult.of(schema, "migrated")));
        assertThat(document)
                .doesNotContainPattern("[\u007f-\u009f\u202E\u2066]")
                .contains("é");
        assertThat(new ObjectMapper().readTree(document).at("/tenants/0/schema").asText())
                .isEqualTo(schema);
    }

    @Test
    void aMaskedTextNamesTheOptionThatShowsIt() {
        Failure masked = Failure.of("…, in function f, line 1").withSqlState("P0001");
        assertThat(text(fleet("deploy", 2, i -> TenantResult.failed(name(i), masked))))
                .filteredOn(line -> line.contains("--error-details"))
                .hasSize(1);
        assertThat(text(fleet("deploy", 2, i -> TenantResult.failed(name(i), masked.withDetail("no, said Jane")))))
                .noneMatch(line -> line.contains("--error-details"));
        assertThat(text(fleet("deploy", 2, i -> failed(i)))).noneMatch(line -> line.contains("--error-details"));
    }

    private static TenantResult failed(int i) {
        return TenantResult.failed(name(i), BROKEN.inTenant(name(i)).inStatement("statement of " + i));
    }

    private static TenantResult named(int i, String outcome) {
        return TenantResult.of(name(i), outcome);
    }

    private static String name(int i) {
        return (i < 10 ? "t0" : "t") + i;
    }

    private static CommandResult fleet(String command, int tenants, IntFunction<TenantResult> tenant) {
        return CommandResult.of(
                command, IntStream.range(0, tenants).mapToObj(tenant).toList());
    }

    private static List<String> text(CommandResult result) {
        return new TextOutput(new Screen(200, Ansi.OFF, false)).lines(result);
    }
}
