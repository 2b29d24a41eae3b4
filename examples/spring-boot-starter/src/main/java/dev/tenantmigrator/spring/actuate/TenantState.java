package dev.tenantmigrator.spring.actuate;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.TenantStatus;
import java.util.List;

/** The states in which the actuator counts tenants. */
public enum TenantState {
    /** It has all migrations, and nothing needs attention. */
    UP_TO_DATE,
    /** It has versions newer than the newest file: a newer release of the application was here. */
    AHEAD,
    /** Pending migrations are all that needs attention. */
    BEHIND,
    /** Something else than a deploy is needed, e.g. a repair. */
    UNHEALTHY;

    static TenantState of(TenantStatus tenant) {
        if (tenant.onlyPending()) {
            return BEHIND;
        }
        if (!tenant.healthy()) {
            return UNHEALTHY;
        }
        return tenant.findings().stream().anyMatch(finding -> finding.kind() == Finding.Kind.AHEAD)
                ? AHEAD
                : UP_TO_DATE;
    }

    /** The version that was recorded last; empty when there is none. */
    static String version(TenantStatus tenant) {
        List<AppliedMigration> applied = tenant.applied();
        return applied.isEmpty() ? "" : applied.get(applied.size() - 1).version();
    }
}
