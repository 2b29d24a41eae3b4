package dev.tenantmigrator.internal.fleet;

import dev.tenantmigrator.report.TenantOutcome;
import java.util.ArrayList;
import java.util.List;

/**
 * The decision of a run for every tenant, made before any tenant is touched.
 *
 * @param decided outcomes of tenants that need no work
 * @param jobs jobs of the other tenants
 * @param spares jobs of spare tenants, which run first and are in no report
 */
public record FleetPlan(List<TenantOutcome> decided, List<TenantJob> jobs, List<TenantJob> spares) {

    /** An empty plan, for {@link #decide} and {@link #add}. */
    public FleetPlan() {
        this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    /** Adds the outcome of a tenant that needs no work. */
    public void decide(TenantOutcome outcome) {
        decided.add(outcome);
    }

    /** Adds the job of a tenant that needs work. */
    public void add(TenantJob job) {
        jobs.add(job);
    }

    /** Adds the job of a spare tenant. */
    public void addSpare(TenantJob job) {
        spares.add(job);
    }
}
