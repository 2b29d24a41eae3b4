package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.cli.output.HealthText;
import dev.tenantmigrator.cli.output.Screen;
import dev.tenantmigrator.cli.output.StatusText;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.Finding.Severity;
import dev.tenantmigrator.report.SpareCounts;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantStatus;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help.Ansi;

class StatusTextTest {

    private static final Screen SCREEN = new Screen(80, Ansi.OFF, false);
    private static final List<String> SOURCE = List.of("1_a", "2_b");
    private static final Finding AHEAD = Finding.of(Kind.AHEAD, Severity.WARNING, "9_z", "9_z is newer");
    private static final Finding PENDING = Finding.of(Kind.PENDING, Severity.ERROR, "2_b", "2_b is pending");

    @Test
    void countsOnlyVersionsOfTheSource() {
        assertThat(row(tenant("t", List.of("1_a", "9_z"), List.of("2_b"), AHEAD, PENDING)))
                .containsExactly("t", "pending", "1 of 2 +1 without file", "2_b");
        assertThat(row(tenant("t", SOURCE, List.of()))).containsExactly("t", "healthy", "2 of 2");
    }

    @Test
    void anUnreadableTenantHasNoCounts() {
        Finding unreadable = Finding.of(Kind.UNREADABLE, Severity.ERROR, "permission denied");
        assertThat(row(tenant("t", List.of(), List.of(), unreadable))).containsExactly("t", "unhealthy", "?");
    }

    private static String[] row(TenantStatus tenant) {
        List<String> lines = StatusText.fleet(
                new StatusReport(SOURCE, List.of(tenant), new SpareCounts(0, 0, 0, Optional.empty())),
                new HealthText(SCREEN, List.of(), true, List.of()),
                SCREEN);
        return lines.get(lines.size() - 2).split(" {2,}");
    }

    private static TenantStatus tenant(String schema, List<String> applied, List<String> pending, Finding... findings) {
        List<AppliedMigration> rows = applied.stream()
                .map(version -> new AppliedMigration(
                        version, Optional.empty(), Optional.of(LocalDateTime.MIN), Optional.empty()))
                .toList();
        return new TenantStatus(schema, rows, pending, List.of(), List.of(), List.of(findings), Optional.empty());
    }
}
