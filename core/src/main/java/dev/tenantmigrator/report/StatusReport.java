package dev.tenantmigrator.report;

import java.util.List;

/**
 * The state of the selected tenants.
 *
 * @param versions all versions of the source, in order
 * @param tenants the tenants' states, in the order of their names
 * @param spares the stock of spare tenants, which are not among the tenants
 * @param unrecorded selected schemas that have all required tables and no record, sorted: no run includes them. Each is no tenant, or one
 *     that lost its record
 */
public record StatusReport(
        List<String> versions, List<TenantStatus> tenants, SpareCounts spares, List<String> unrecorded) {

    /** Takes copies of the lists. */
    public StatusReport {
        versions = List.copyOf(versions);
        tenants = List.copyOf(tenants);
        unrecorded = List.copyOf(unrecorded);
    }

    /**
     * A report without schemas that lost their record.
     *
     * @param versions all versions of the source, in order
     * @param tenants the tenants' states, in the order of their names
     * @param spares the stock of spare tenants
     */
    public StatusReport(List<String> versions, List<TenantStatus> tenants, SpareCounts spares) {
        this(versions, tenants, spares, List.of());
    }

    /**
     * Whether every tenant is healthy. Schemas that lost their record do not count.
     *
     * @return true when nothing needs attention
     */
    public boolean healthy() {
        return tenants.stream().allMatch(TenantStatus::healthy);
    }
}
