package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Converts the library's reports to {@link TenantResult}s. */
public final class TenantResults {

    private TenantResults() {}

    /** One entry per tenant of a run. */
    public static List<TenantResult> of(FleetReport report) {
        return report.outcomes().stream().map(TenantResults::of).toList();
    }

    /** One entry per tenant of a status. */
    public static List<TenantResult> of(StatusReport report) {
        return report.tenants().stream().map(TenantResults::of).toList();
    }

    private static TenantResult of(TenantOutcome outcome) {
        String schema = outcome.schema();
        if (outcome instanceof TenantOutcome.Migrated migrated) {
            return TenantResult.of(schema, "migrated").withVersions(versions(migrated.applied()));
        }
        if (outcome instanceof TenantOutcome.UpToDate) {
            return TenantResult.of(schema, "up-to-date");
        }
        if (outcome instanceof TenantOutcome.Ahead ahead) {
            return TenantResult.of(schema, "ahead").withVersions(ahead.versions());
        }
        if (outcome instanceof TenantOutcome.RolledBack rolledBack) {
            return TenantResult.of(schema, "rolled-back")
                    .withVersions(versions(rolledBack.rolledBack()))
                    .withFindings(rolledBack.findings());
        }
        if (outcome instanceof TenantOutcome.NotApplied) {
            return TenantResult.of(schema, "not-applied");
        }
        if (outcome instanceof TenantOutcome.Backfilled backfilled) {
            return TenantResult.of(schema, "backfilled")
                    .withFindings(backfilled.findings())
                    .withMore(Map.of("tables", backfilled.tables()));
        }
        if (outcome instanceof TenantOutcome.Repaired repaired) {
            return TenantResult.of(schema, "repaired").withVersions(repaired.versions());
        }
        if (outcome instanceof TenantOutcome.Moved moved) {
            return TenantResult.of(schema, "moved").withVersions(moved.versions());
        }
        if (outcome instanceof TenantOutcome.Ran) {
            return TenantResult.of(schema, "ran");
        }
        if (outcome instanceof TenantOutcome.Healthy healthy) {
            return TenantResult.of(schema, "healthy").withFindings(healthy.findings());
        }
        if (outcome instanceof TenantOutcome.Pending pending) {
            return TenantResult.of(schema, TenantResult.PENDING).withFindings(pending.findings());
        }
        if (outcome instanceof TenantOutcome.Unhealthy unhealthy) {
            return TenantResult.of(schema, TenantResult.UNHEALTHY).withFindings(unhealthy.findings());
        }
        if (outcome instanceof TenantOutcome.Drifted drifted) {
            return TenantResult.of(schema, TenantResult.DRIFTED).withFindings(drifted.findings());
        }
        if (outcome instanceof TenantOutcome.Skipped skipped) {
            return TenantResult.of(schema, TenantResult.SKIPPED).withMore(Map.of("reason", skipped.reason()));
        }
        if (outcome instanceof TenantOutcome.Failed failed) {
            return TenantResult.failed(schema, failed.failure()).withVersions(versions(failed.done()));
        }
        throw new IllegalArgumentException("unknown outcome " + outcome);
    }

    private static TenantResult of(TenantStatus status) {
        Map<String, Object> more = new LinkedHashMap<>();
        List<Map<String, Object>> applied = new ArrayList<>();
        status.applied().forEach(row -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("version", row.version());
            row.appliedAt().ifPresent(time -> entry.put("appliedAt", time.toString()));
            applied.add(entry);
        });
        status.node().ifPresent(node -> more.put("node", node));
        more.put("applied", applied);
        more.put("presentTables", status.presentTables());
        more.put("missingTables", status.missingTables());
        return TenantResult.of(status.schema(), health(status))
                .withVersions(status.applied().stream()
                        .filter(row -> row.finished())
                        .map(row -> row.version())
                        .toList())
                .withPending(status.pending())
                .withFindings(status.findings())
                .withMore(more);
    }

    /** The outcome of a tenant's checks. */
    static String health(TenantStatus status) {
        return status.healthy() ? "healthy" : status.onlyPending() ? TenantResult.PENDING : TenantResult.UNHEALTHY;
    }

    private static List<String> versions(List<TenantOutcome.Step> steps) {
        return steps.stream().map(TenantOutcome.Step::version).toList();
    }
}
