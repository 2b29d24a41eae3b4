package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a command says of one tenant.
 *
 * @param schema the tenant
 * @param outcome e.g. {@code up-to-date}; empty for a tenant that is only listed
 * @param versions what was applied, rolled back or repaired, before it failed too; in a status, what is applied
 * @param pending versions that wait; not known of a failed tenant
 * @param findings what was found
 * @param error why it failed
 * @param more further fields of the JSON document
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
    public static final String SKIPPED = "skipped";

    /** A tenant of which only the name and the outcome are known. */
    public static TenantResult of(String schema, String outcome) {
        return new TenantResult(schema, outcome, List.of(), List.of(), List.of(), Optional.empty(), Map.of());
    }

    /** A tenant in which something went wrong. */
    public static TenantResult failed(String schema, Failure failure) {
        return new TenantResult(schema, FAILED, List.of(), List.of(), List.of(), Optional.of(failure), Map.of());
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

    /** Whether there is something to tell of this tenant: it needs attention, or a finding is more than a remark. */
    public boolean isNotable() {
        return needsAttention() || findings.stream().anyMatch(finding -> finding.severity() != Finding.Severity.INFO);
    }

    /** Whether somebody should look at this tenant. */
    public boolean needsAttention() {
        return outcome.equals(FAILED) || outcome.equals(UNHEALTHY) || outcome.equals(SKIPPED);
    }
}
