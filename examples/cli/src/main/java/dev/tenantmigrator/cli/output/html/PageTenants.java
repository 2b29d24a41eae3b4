package dev.tenantmigrator.cli.output.html;

import dev.tenantmigrator.cli.output.CommandResult;
import dev.tenantmigrator.cli.output.TenantResult;
import dev.tenantmigrator.cli.output.TenantResults;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The tenants of a page.
 *
 * @param results their health with their structure, in the order of their names; of a tenant that failed in a run, its failure
 */
public record PageTenants(List<TenantResult> results) {

    /** Takes a copy of the list. */
    public PageTenants {
        results = List.copyOf(results);
    }

    static PageTenants of(StatusReport status, DriftReport drift, Optional<FleetReport> run) {
        FleetReport health = new FleetReport(
                status.tenants().stream().map(PageTenants::outcome).toList(), Duration.ZERO);
        Map<String, Failure> failures = new HashMap<>();
        run.ifPresent(report -> report.failed().forEach(failed -> failures.put(failed.schema(), failed.failure())));
        List<TenantResult> results = new ArrayList<>();
        for (TenantResult result : TenantResults.of(health.withStructure(drift))) {
            Optional<Failure> failure = Optional.ofNullable(failures.remove(result.schema()));
            results.add(failure.map(reason ->
                            TenantResult.failed(result.schema(), reason).withFindings(result.findings()))
                    .orElse(result));
        }
        // Tenants that are gone since the run.
        failures.forEach((schema, failure) -> results.add(TenantResult.failed(schema, failure)));
        return new PageTenants(results);
    }

    private static TenantOutcome outcome(TenantStatus tenant) {
        if (tenant.healthy()) {
            return new TenantOutcome.Healthy(tenant.schema(), tenant.findings());
        }
        return tenant.onlyPending()
                ? new TenantOutcome.Pending(tenant.schema(), tenant.findings())
                : new TenantOutcome.Unhealthy(tenant.schema(), tenant.findings());
    }

    /** The number of tenants by outcome. */
    Map<String, Integer> counts() {
        return CommandResult.of("report", results).counts();
    }

    /** The fleet in a sentence. */
    public Verdict verdict() {
        int all = results.size();
        if (all == 0) {
            return new Verdict("waiting", "There is no tenant.");
        }
        Map<String, Integer> counts = new HashMap<>(counts());
        int waiting = Optional.ofNullable(counts.remove(TenantResult.PENDING)).orElse(0);
        counts.remove("healthy");
        int broken = counts.values().stream().mapToInt(count -> count).sum();
        String wait = waiting == 0 ? "" : number(waiting) + (waiting == 1 ? " waits" : " wait") + " for a deploy.";
        if (broken > 0) {
            List<String> parts = counts.entrySet().stream()
                    .sorted(Map.Entry.<String, Integer>comparingByValue()
                            .reversed()
                            .thenComparing(Map.Entry.comparingByKey()))
                    .map(count -> number(count.getValue()) + " " + count.getKey())
                    .toList();
            String need = all == 1
                    ? "The tenant needs attention: "
                    : number(broken) + " of " + number(all) + " tenants " + (broken == 1 ? "needs" : "need")
                            + " attention: ";
            return new Verdict("bad", (need + String.join(", ", parts) + ". " + wait).strip());
        }
        if (waiting > 0) {
            return new Verdict("waiting", "Nothing is broken. Of " + tenants(all) + ", " + wait);
        }
        return new Verdict(
                "good",
                all == 1
                        ? "The tenant is healthy, and its structure is as defined."
                        : "All " + tenants(all) + " are healthy, and their structures are as defined.");
    }

    private static String tenants(int count) {
        return number(count) + (count == 1 ? " tenant" : " tenants");
    }

    static String number(int count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
