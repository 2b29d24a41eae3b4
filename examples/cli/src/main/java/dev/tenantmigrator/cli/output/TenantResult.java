package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The result of a command for one tenant.
 *
 * @param schema the tenant
 * @param outcome e.g. {@code up-to-date}; empty for a tenant that is only listed
 * @param versions versions applied, rolled back or repaired, also those before a failure; in a status, all applied versions
 * @param pending pending versions; empty for a failed tenant
 * @param findings findings of the health check
 * @param error the failure
 * @param more additional fields of the JSON document
 */
public record TenantResult(
        String schema,
        String outcome,
        List<String> versions,
        List<String> pending,
        List<Finding> findings,
        Optional<Failure> error,
        Map<String, Object> more) {

    public static final String FAILED = "failed";
    public static final String UNHEALTHY = "unhealthy";
    public static final String PENDING = "pending";
    public static final String SKIPPED = "skipped";
    public static final String DRIFTED = "drifted";
    public static final String AS_DEFINED = "as-defined";
    public static final String UNKNOWN = "unknown";

    private static final Set<String> BROKEN = Set.of(FAILED, UNHEALTHY, DRIFTED, UNKNOWN);

    /** Result with a name and an outcome only. */
    public static TenantResult of(String schema, String outcome) {
        return new TenantResult(schema, outcome, List.of(), List.of(), List.of(), Optional.empty(), Map.of());
    }

    /** Result of a failed tenant. */
    public static TenantResult failed(String schema, Failure failure) {
        return new TenantResult(schema, FAILED, List.of(), List.of(), List.of(), Optional.of(failure), Map.of());
    }

    /** Result of a tenant whose record cannot be read. */
    public static TenantResult unreadable(String schema, Finding finding) {
        return of(schema, UNHEALTHY).withFindings(List.of(finding));
    }

    public TenantResult withError(Failure failure) {
        return new TenantResult(schema, outcome, versions, pending, findings, Optional.of(failure), more);
    }

    public TenantResult withVersions(List<String> newVersions) {
        return new TenantResult(schema, outcome, newVersions, pending, findings, error, more);
    }

    public TenantResult withPending(List<String> newPending) {
        return new TenantResult(schema, outcome, versions, newPending, findings, error, more);
    }

    public TenantResult withFindings(List<Finding> newFindings) {
        return new TenantResult(schema, outcome, versions, pending, newFindings, error, more);
    }

    public TenantResult withMore(Map<String, Object> newMore) {
        return new TenantResult(schema, outcome, versions, pending, findings, error, newMore);
    }

    /** True if the tenant needs attention or has a warning. */
    public boolean isNotable() {
        return needsAttention() || findings.stream().anyMatch(finding -> finding.severity() != Finding.Severity.INFO);
    }

    /** True for outcomes that an operator must look at; they make the exit code 1. */
    public boolean needsAttention() {
        return isBroken() || outcome.equals(PENDING) || outcome.equals(SKIPPED);
    }

    /** Number of tenants by outcome. */
    static Map<String, Integer> counts(List<TenantResult> tenants) {
        Map<String, Integer> counts = new TreeMap<>();
        tenants.stream()
                .map(TenantResult::outcome)
                .filter(outcome -> !outcome.isEmpty())
                .forEach(outcome -> counts.merge(outcome, 1, Integer::sum));
        return counts;
    }

    /** True for a tenant that a deploy does not put right. */
    boolean isBroken() {
        return BROKEN.contains(outcome);
    }
}
