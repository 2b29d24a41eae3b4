package dev.tenantmigrator.report;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The plan of a deploy.
 *
 * @param tenants the tenants' plans, in the order of their names
 * @param missingExtensions the extensions that a deploy would first create in the shared schema, once for all tenants. Until an
 *     extension exists, its objects are unknown: the plan shows its {@code public.f()} as the tenant's, which the deploy will not do
 */
public record PlanReport(List<TenantPlan> tenants, Set<String> missingExtensions) {

    /** Takes copies of the collections. */
    public PlanReport {
        tenants = List.copyOf(tenants);
        missingExtensions = Collections.unmodifiableSet(new TreeSet<>(missingExtensions));
    }

    /**
     * Whether no tenant would be refused. The statements themselves may still fail when they run.
     *
     * @return true when every tenant has a plan
     */
    public boolean successful() {
        return tenants.stream().allMatch(tenant -> tenant.failure().isEmpty());
    }
}
