package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantStatus;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Formats a status as text. */
public final class StatusText {

    /** Versions named in a cell. */
    private static final int NAMED = 3;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private StatusText() {}

    /** The health of tenants, a table of all tenants of a small fleet or if the screen is verbose, counts by outcome, and spares. */
    public static List<String> fleet(StatusReport report, HealthText health, Screen screen) {
        List<TenantResult> results = TenantResults.of(report);
        List<String> lines = new ArrayList<>(health.lines(results));
        if (screen.verbose() || results.size() <= TextTable.SMALL_FLEET) {
            // Only on a cluster.
            boolean nodes =
                    report.tenants().stream().anyMatch(tenant -> tenant.node().isPresent());
            List<String> head = new ArrayList<>(List.of("TENANT", "HEALTH", "APPLIED", "PENDING"));
            if (nodes) {
                head.add("NODE");
            }
            TextTable table = new TextTable(head.toArray(String[]::new));
            Set<String> source = Set.copyOf(report.versions());
            for (TenantStatus tenant : report.tenants()) {
                List<String> row = new ArrayList<>(List.of(
                        tenant.schema(),
                        TenantResults.health(tenant),
                        applied(tenant, source),
                        TerminalText.some(tenant.pending(), NAMED)));
                if (nodes) {
                    row.add(tenant.node().orElse("coordinator"));
                }
                table.add(row.toArray(String[]::new));
            }
            lines.addAll(table.lines(screen));
        }
        lines.add(TextOutput.counts(results, screen));
        lines.addAll(SpareText.line(report.spares()));
        return lines;
    }

    /** All versions, required tables and findings of one tenant. */
    public static List<String> tenant(StatusReport report, Screen screen) {
        TenantStatus tenant = report.tenants().get(0);
        List<String> lines = new ArrayList<>();
        lines.add(TerminalText.line(tenant.schema()) + ": " + screen.outcome(TenantResults.health(tenant))
                + tenant.node()
                        .map(node -> ", on node " + TerminalText.line(node))
                        .orElse(""));
        TextTable versions = new TextTable("VERSION", "APPLIED");
        tenant.applied().forEach(row -> versions.add(row.version(), time(row)));
        tenant.pending().forEach(version -> versions.add(version, "pending"));
        lines.add("");
        lines.addAll(versions.lines(screen));
        if (!tenant.presentTables().isEmpty() || !tenant.missingTables().isEmpty()) {
            TextTable tables = new TextTable("REQUIRED TABLE", "STATE");
            tenant.presentTables().forEach(table -> tables.add(table, "present"));
            tenant.missingTables().forEach(table -> tables.add(table, "missing"));
            lines.add("");
            lines.addAll(tables.lines(screen));
        }
        List<String> findings = new HealthText(screen, List.of(), false, List.of()).lines(TenantResults.of(report));
        if (!findings.isEmpty()) {
            lines.add("");
            lines.addAll(findings);
        }
        return lines;
    }

    private static String applied(TenantStatus tenant, Set<String> source) {
        if (tenant.findings().stream()
                .anyMatch(finding -> finding.kind() == Kind.UNREADABLE
                        || (tenant.applied().isEmpty() && finding.kind() == Kind.UNFINISHED_DROP))) {
            return "?";
        }
        long known = tenant.applied().stream()
                .filter(row -> row.finished() && source.contains(row.version()))
                .count();
        long others = tenant.applied().stream()
                .filter(row -> !source.contains(row.version()))
                .count();
        return known + " of " + source.size() + (others == 0 ? "" : " +" + others + " without file");
    }

    private static String time(AppliedMigration row) {
        return row.appliedAt().map(TIME::format).orElse("started, never finished");
    }
}
