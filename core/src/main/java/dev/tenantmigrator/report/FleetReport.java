package dev.tenantmigrator.report;

import dev.tenantmigrator.FleetFailedException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The report of a run over tenants.
 *
 * @param outcomes one outcome per tenant, in the order of the tenants' names
 * @param duration the duration of the whole run
 */
public record FleetReport(List<TenantOutcome> outcomes, Duration duration) {

    /** Takes a copy of the list. */
    public FleetReport {
        outcomes = List.copyOf(outcomes);
    }

    /**
     * The failed tenants.
     *
     * @return the failures, in the order of the tenants' names
     */
    public List<TenantOutcome.Failed> failed() {
        return of(TenantOutcome.Failed.class);
    }

    /**
     * The outcomes of one type.
     *
     * @param type e.g. {@code TenantOutcome.Migrated.class}
     * @param <O> the type
     * @return the outcomes, in the order of the tenants' names
     */
    public <O extends TenantOutcome> List<O> of(Class<O> type) {
        return outcomes.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /**
     * Counts the tenants by outcome.
     *
     * @return the kinds that occur, in the order of their declaration
     */
    public Map<TenantOutcome.Kind, Integer> counts() {
        Map<TenantOutcome.Kind, Integer> counts = new EnumMap<>(TenantOutcome.Kind.class);
        outcomes.forEach(outcome -> counts.merge(outcome.kind(), 1, Integer::sum));
        return counts;
    }

    /**
     * Whether no tenant failed, is unhealthy or pending, or was skipped.
     *
     * @return true when there is nothing to look at
     */
    public boolean successful() {
        return outcomes.stream()
                .noneMatch(outcome -> outcome instanceof TenantOutcome.Failed
                        || outcome instanceof TenantOutcome.Unhealthy
                        || outcome instanceof TenantOutcome.Pending
                        || outcome instanceof TenantOutcome.Skipped);
    }

    /**
     * Throws unless the run was {@link #successful()}.
     *
     * @return this
     * @throws FleetFailedException when a tenant failed, is unhealthy or pending, or was skipped; it carries this report
     */
    public FleetReport throwIfFailed() {
        if (!successful()) {
            throw new FleetFailedException(this);
        }
        return this;
    }
}
