package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.Finding.Severity;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantStatus;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Formats a status as text. */
public final class StatusText {

    /** Versions or tables named in a cell; more would make the table too wide. */
    private static final int NAMED = 3;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private StatusText() {}

    /**
     * A table of tenants, the most urgent first, then counts. Of a large fleet healthy tenants are shown only if verbose.
     */
    public static List<String> fleet(StatusReport report, boolean verbose) {
        List<TenantStatus> tenants = report.tenants();
        boolean all = verbose || tenants.size() <= TextTable.SMALL_FLEET;
        List<TenantStatus> shown = tenants.stream()
                .filter(tenant -> all || isNotable(tenant))
                .sorted(Comparator.comparingInt(StatusText::urgency))
                .toList();
        int limit = all ? shown.size() : Math.min(TextTable.MAX_ROWS, shown.size());
        TextTable table = new TextTable("TENANT", "HEALTH", "APPLIED", "PENDING", "MISSING TABLES", "FINDING");
        Set<String> source = Set.copyOf(report.versions());
        shown.subList(0, limit)
                .forEach(tenant -> table.add(
                        tenant.schema(),
                        health(tenant),
                        applied(tenant, source),
                        TerminalText.some(tenant.pending(), NAMED),
                        TerminalText.some(tenant.missingTables(), NAMED),
                        finding(tenant)));
        List<String> lines = new ArrayList<>(shown.isEmpty() ? List.of() : table.lines());
        if (limit < shown.size()) {
            lines.add("... and " + (shown.size() - limit) + " more; --verbose shows all");
        }
        long healthy = tenants.stream().filter(TenantStatus::healthy).count();
        lines.add(TerminalText.tenants(tenants.size()) + ": " + healthy + " healthy, "
                + (tenants.size() - healthy) + " unhealthy; "
                + tenants.stream().filter(tenant -> !tenant.pending().isEmpty()).count()
                + " with pending migrations");
        return lines;
    }

    /** All versions, required tables and findings of one tenant. */
    public static List<String> tenant(TenantStatus tenant) {
        List<String> lines = new ArrayList<>();
        lines.add(tenant.schema() + ": " + health(tenant));
        TextTable versions = new TextTable("VERSION", "APPLIED");
        tenant.applied().forEach(row -> versions.add(row.version(), time(row)));
        tenant.pending().forEach(version -> versions.add(version, "pending"));
        lines.add("");
        lines.addAll(versions.lines());
        if (!tenant.presentTables().isEmpty() || !tenant.missingTables().isEmpty()) {
            TextTable tables = new TextTable("REQUIRED TABLE", "STATE");
            tenant.presentTables().forEach(table -> tables.add(table, "present"));
            tenant.missingTables().forEach(table -> tables.add(table, "missing"));
            lines.add("");
            lines.addAll(tables.lines());
        }
        if (!tenant.findings().isEmpty()) {
            lines.add("");
            lines.addAll(DetailColumn.findings(tenant.findings()));
        }
        return lines;
    }

    private static String health(TenantStatus tenant) {
        return tenant.healthy() ? "healthy" : "unhealthy";
    }

    private static String applied(TenantStatus tenant, Set<String> source) {
        if (tenant.findings().stream().anyMatch(finding -> finding.kind() == Kind.UNREADABLE)) {
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

    /** The worst finding that no other column shows. */
    private static String finding(TenantStatus tenant) {
        return worst(tenant.findings().stream()
                        .filter(finding -> finding.kind() != Kind.PENDING && finding.kind() != Kind.MISSING_TABLE)
                        .toList())
                .map(DetailColumn::finding)
                .orElse("");
    }

    private static Optional<Finding> worst(List<Finding> findings) {
        return findings.stream().max(Comparator.comparing(Finding::severity));
    }

    /** Sort key: 0 is the most urgent. */
    private static int urgency(TenantStatus tenant) {
        return tenant.findings().stream()
                .mapToInt(finding -> switch (finding.kind()) {
                    case UNFINISHED -> 0;
                    case UNREADABLE -> 1;
                    default ->
                        switch (finding.severity()) {
                            case ERROR -> finding.kind() == Kind.PENDING ? 3 : 2;
                            case WARNING -> 4;
                            case INFO -> 5;
                        };
                })
                .min()
                .orElse(6);
    }

    private static boolean isNotable(TenantStatus tenant) {
        return tenant.findings().stream().anyMatch(finding -> finding.severity() != Severity.INFO);
    }

    private static String time(AppliedMigration row) {
        return row.appliedAt().map(TIME::format).orElse("started, never finished");
    }
}
