package dev.tenantmigrator.report;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a deploy would do, without doing it.
 *
 * @param tenants in the order of their names
 * @param missingExtensions what a deploy would first create in the shared schema, once for all. As long as an extension is not
 *     there, its objects are not known: {@code public.f()} of one of these is shown as the tenant's, and will not be
 */
public record PlanReport(List<TenantPlan> tenants, Set<String> missingExtensions) {

    /** Copies its arguments. */
    public PlanReport {
        tenants = List.copyOf(tenants);
        missingExtensions = Collections.unmodifiableSet(new TreeSet<>(missingExtensions));
    }

    /**
     * Whether no tenant would be refused. Whether the statements succeed is not known before they run.
     *
     * @return true when every tenant has a plan
     */
    public boolean successful() {
        return tenants.stream().allMatch(tenant -> tenant.failure().isEmpty());
    }
}
