package dev.tenantmigrator.report;

import dev.tenantmigrator.AppliedMigration;
import java.util.List;
import java.util.Optional;

/**
 * The state of a tenant.
 *
 * @param schema the tenant
 * @param applied its recorded migrations, in the order in which they were recorded
 * @param pending versions of the source that are not applied, in order
 * @param presentTables required tables that exist
 * @param missingTables required tables that do not exist
 * @param findings all findings of a verification
 * @param node host and port of the node of a cluster that has the tenant; empty on one server, and for a tenant on the coordinator
 */
public record TenantStatus(
        String schema,
        List<AppliedMigration> applied,
        List<String> pending,
        List<String> presentTables,
        List<String> missingTables,
        List<Finding> findings,
        Optional<String> node) {

    /** Takes copies of the lists. */
    public TenantStatus {
        applied = List.copyOf(applied);
        pending = List.copyOf(pending);
        presentTables = List.copyOf(presentTables);
        missingTables = List.copyOf(missingTables);
        findings = List.copyOf(findings);
    }

    /**
     * Whether nothing needs attention: no finding is an {@link Finding.Severity#ERROR}. Pending migrations and lost
     * tables are errors.
     *
     * @return true when the tenant is healthy
     */
    public boolean healthy() {
        return findings.stream().noneMatch(finding -> finding.severity() == Finding.Severity.ERROR);
    }

    /**
     * Whether pending migrations are all that needs attention: a deploy makes the tenant healthy.
     *
     * @return true when each {@link Finding.Severity#ERROR} is a {@link Finding.Kind#PENDING}, and there is one
     */
    public boolean onlyPending() {
        return !healthy()
                && findings.stream()
                        .filter(finding -> finding.severity() == Finding.Severity.ERROR)
                        .allMatch(finding -> finding.kind() == Finding.Kind.PENDING);
    }
}
