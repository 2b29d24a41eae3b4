package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantStatus;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A status as a person reads it. */
public final class StatusText {

    private static final int SMALL = 20;
    private static final int SHOWN = 50;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private StatusText() {}

    /** A fleet: all tenants when they are few or that was asked for, else those that need attention; then counts. */
    public static List<String> fleet(StatusReport report, boolean verbose) {
        List<TenantStatus> tenants = report.tenants();
        if (tenants.isEmpty()) {
            return List.of("There is no tenant.");
        }
        boolean all = verbose || tenants.size() <= SMALL;
        List<TenantStatus> shown =
                tenants.stream().filter(tenant -> all || !tenant.healthy()).toList();
        int limit = all ? shown.size() : Math.min(SHOWN, shown.size());
        Table table = new Table("TENANT", "HEALTH", "APPLIED", "PENDING", "MISSING TABLES");
        shown.subList(0, limit)
                .forEach(tenant -> table.add(
                        tenant.schema(),
                        health(tenant),
                        applied(tenant) + " of " + report.versions().size(),
                        listed(tenant.pending()),
                        listed(tenant.missingTables())));
        List<String> lines = new ArrayList<>(shown.isEmpty() ? List.of() : table.lines());
        if (limit < shown.size()) {
            lines.add("... and " + (shown.size() - limit) + " more; --verbose shows all");
        }
        long healthy = tenants.stream().filter(TenantStatus::healthy).count();
        lines.add(tenants.size() + (tenants.size() == 1 ? " tenant: " : " tenants: ") + healthy + " healthy, "
                + (tenants.size() - healthy) + " unhealthy; "
                + tenants.stream().filter(tenant -> !tenant.pending().isEmpty()).count()
                + " with pending migrations");
        return lines;
    }

    /** One tenant: each version, each required table, each finding. */
    public static List<String> tenant(TenantStatus tenant) {
        List<String> lines = new ArrayList<>();
        lines.add(tenant.schema() + ": " + health(tenant));
        Table versions = new Table("VERSION", "APPLIED");
        tenant.applied().forEach(row -> versions.add(row.version(), time(row)));
        tenant.pending().forEach(version -> versions.add(version, "pending"));
        lines.add("");
        lines.addAll(versions.lines());
        if (!tenant.presentTables().isEmpty() || !tenant.missingTables().isEmpty()) {
            Table tables = new Table("REQUIRED TABLE", "");
            tenant.presentTables().forEach(table -> tables.add(table, "present"));
            tenant.missingTables().forEach(table -> tables.add(table, "missing"));
            lines.add("");
            lines.addAll(tables.lines());
        }
        if (!tenant.findings().isEmpty()) {
            lines.add("");
            tenant.findings().forEach(finding -> lines.add(TextOutput.finding(finding)));
        }
        return lines;
    }

    private static String health(TenantStatus tenant) {
        return tenant.healthy() ? "healthy" : "unhealthy";
    }

    private static long applied(TenantStatus tenant) {
        return tenant.applied().stream().filter(AppliedMigration::finished).count();
    }

    private static String time(AppliedMigration row) {
        return row.appliedAt().map(TIME::format).orElse("started, never finished");
    }

    private static String listed(List<String> names) {
        int some = 3;
        return names.size() <= some
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, some)) + " and " + (names.size() - some) + " more";
    }
}
