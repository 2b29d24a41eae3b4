package dev.tenantmigrator.cli.output.html;

import dev.tenantmigrator.cli.output.TerminalText;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantOutcome.Step;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The slowest tenants and migrations of a run. */
final class RunTimes {

    private static final int SHOWN = 10;

    private RunTimes() {}

    /** A migration in a tenant. */
    private record Applied(String schema, Step step) {
        long millis() {
            return step.duration().toMillis();
        }
    }

    static Map<String, Object> of(FleetReport run) {
        List<Applied> all = run.outcomes().stream()
                .flatMap(outcome -> steps(outcome).stream().map(step -> new Applied(outcome.schema(), step)))
                .toList();
        Map<String, Object> data = new LinkedHashMap<>();
        Map<String, Integer> counts = new LinkedHashMap<>();
        run.counts().forEach((kind, count) -> counts.put(TerminalText.kebab(kind), count));
        data.put("counts", counts);
        data.put("millis", run.duration().toMillis());
        run.of(TenantOutcome.Skipped.class).stream()
                .findFirst()
                .ifPresent(skipped -> data.put("skipped", PageData.clean(skipped.reason())));
        Map<String, List<Applied>> byTenant = all.stream().collect(Collectors.groupingBy(Applied::schema));
        data.put(
                "tenants",
                byTenant.entrySet().stream()
                        .map(tenant -> List.<Object>of(PageData.clean(tenant.getKey()), sum(tenant.getValue())))
                        .sorted(slowest())
                        .limit(SHOWN)
                        .toList());
        Map<String, List<Applied>> byVersion = all.stream()
                .collect(Collectors.groupingBy(applied -> applied.step().version()));
        data.put(
                "migrations",
                byVersion.entrySet().stream()
                        .map(version -> migration(version.getKey(), version.getValue()))
                        .sorted(slowest())
                        .limit(SHOWN)
                        .toList());
        return data;
    }

    private static Comparator<List<Object>> slowest() {
        return Comparator.comparingLong((List<Object> row) -> ((Number) row.get(1)).longValue())
                .reversed();
    }

    /** Version, longest time, mean time, number of tenants, slowest tenant. */
    private static List<Object> migration(String version, List<Applied> applied) {
        Applied slowest =
                applied.stream().max(Comparator.comparingLong(Applied::millis)).orElseThrow();
        return List.of(
                PageData.clean(version),
                slowest.millis(),
                sum(applied) / applied.size(),
                applied.size(),
                PageData.clean(slowest.schema()));
    }

    private static long sum(List<Applied> applied) {
        return applied.stream().mapToLong(Applied::millis).sum();
    }

    private static List<Step> steps(TenantOutcome outcome) {
        if (outcome instanceof TenantOutcome.Migrated migrated) {
            return migrated.applied();
        }
        return outcome instanceof TenantOutcome.Failed failed ? failed.done() : List.of();
    }
}
