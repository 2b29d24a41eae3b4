package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.cli.output.StatusText;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.Finding.Severity;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantStatus;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StatusTextTest {

    private static final List<String> SOURCE = List.of("1_a", "2_b");
    private static final Finding AHEAD = Finding.of(Kind.AHEAD, Severity.WARNING, "9_z", "9_z is newer");
    private static final Finding PENDING = Finding.of(Kind.PENDING, Severity.ERROR, "2_b", "2_b is pending");

    @Test
    void countsOnlyVersionsOfTheSource() {
        assertThat(row(tenant("t", List.of("1_a", "9_z"), List.of("2_b"), AHEAD, PENDING)))
                .containsExactly("t", "unhealthy", "1 of 2 +1 without file", "2_b", "warning: 9_z is newer");
        assertThat(row(tenant("t", SOURCE, List.of()))).containsExactly("t", "healthy", "2 of 2");
    }

    @Test
    void anUnreadableTenantHasNoCounts() {
        Finding unreadable = Finding.of(Kind.UNREADABLE, Severity.ERROR, "permission denied");
        assertThat(row(tenant("t", List.of(), List.of(), unreadable)))
                .containsExactly("t", "unhealthy", "?", "permission denied");
    }

    @Test
    void aLargeFleetShowsWarningsAfterErrors() {
        List<TenantStatus> tenants = Stream.concat(
                        Stream.of(
                                tenant("ahead", SOURCE, List.of(), AHEAD),
                                tenant("behind", SOURCE, List.of(), PENDING)),
                        IntStream.range(0, 40).mapToObj(i -> tenant("t" + i, SOURCE, List.of())))
                .toList();
        List<String> lines = StatusText.fleet(new StatusReport(SOURCE, tenants), false);
        assertThat(lines).hasSize(4);
        assertThat(lines.get(1)).startsWith("behind");
        assertThat(lines.get(2)).startsWith("ahead");
    }

    @Test
    void theMostUrgentTenantIsFirst() {
        Finding unfinished = Finding.of(Kind.UNFINISHED, Severity.ERROR, "2_b", "2_b was started");
        Finding unreadable = Finding.of(Kind.UNREADABLE, Severity.ERROR, "permission denied");
        Finding edited = Finding.of(Kind.CHECKSUM_MISMATCH, Severity.ERROR, "1_a", "edited");
        List<TenantStatus> tenants = List.of(
                tenant("fine", SOURCE, List.of()),
                tenant("ahead", SOURCE, List.of(), AHEAD),
                tenant("behind", SOURCE, List.of(), PENDING),
                tenant("edited", SOURCE, List.of(), edited),
                tenant("half", SOURCE, List.of(), PENDING, unfinished),
                tenant("forbidden", List.of(), List.of(), unreadable));
        List<String> lines = StatusText.fleet(new StatusReport(SOURCE, tenants), false);
        assertThat(lines.subList(1, 7).stream().map(line -> line.replaceFirst(" .*", "")))
                .containsExactly("half", "forbidden", "edited", "behind", "ahead", "fine");
    }

    private static String[] row(TenantStatus tenant) {
        return StatusText.fleet(new StatusReport(SOURCE, List.of(tenant)), false)
                .get(1)
                .split(" {2,}");
    }

    private static TenantStatus tenant(String schema, List<String> applied, List<String> pending, Finding... findings) {
        List<AppliedMigration> rows = applied.stream()
                .map(version -> new AppliedMigration(
                        version, Optional.empty(), Optional.of(LocalDateTime.MIN), Optional.empty()))
                .toList();
        return new TenantStatus(schema, rows, pending, List.of(), List.of(), List.of(findings));
    }
}
