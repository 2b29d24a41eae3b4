package dev.tenantmigrator.report;

import java.util.List;

/**
 * The state of the selected tenants.
 *
 * @param versions all versions of the source, in order
 * @param tenants the tenants' states, in the order of their names
 * @param spares the stock of spare tenants, which are not among the tenants
 */
public record StatusReport(List<String> versions, List<TenantStatus> tenants, SpareCounts spares) {

    /** Takes copies of the lists. */
    public StatusReport {
        versions = List.copyOf(versions);
        tenants = List.copyOf(tenants);
    }

    /**
     * Whether every tenant is healthy.
     *
     * @return true when nothing needs attention
     */
    public boolean healthy() {
        return tenants.stream().allMatch(TenantStatus::healthy);
    }
}
