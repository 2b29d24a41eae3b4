package dev.tenantmigrator.benchmark;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Milliseconds per tenant, by operation and competitor. */
record CompetitorResults(int tenants, int threads, Map<Operation, Map<String, Double>> medians)
        implements ResultSection {

    @Override
    public Map<String, Object> json() {
        Map<String, Object> document = new LinkedHashMap<>();
        medians.forEach((operation, millis) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("tenants", tenants);
            entry.put("threads", threads);
            Competitors.NAMES.forEach(name -> entry.put(name + "_ms", BenchmarkResult.rounded(of(millis, name))));
            entry.put("vs_floor", BenchmarkResult.rounded(of(millis, "ours") / of(millis, "floor")));
            entry.put("vs_flyway", BenchmarkResult.rounded(of(millis, "flyway") / of(millis, "ours")));
            entry.put("vs_liquibase", BenchmarkResult.rounded(of(millis, "liquibase") / of(millis, "ours")));
            document.put(operation.key(), entry);
        });
        return document;
    }

    @Override
    public String markdown() {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "Milliseconds per tenant, %d tenants, %d threads each.%n%n"
                        + "| work | ours | floor | Flyway | Liquibase | ours / floor | Flyway / ours | Liquibase / ours |%n"
                        + "|---|---|---|---|---|---|---|---|%n",
                tenants,
                threads));
        medians.forEach((operation, millis) -> table.append(String.format(
                Locale.ROOT,
                "| %s | %.3f | %.3f | %.2f | %.2f | %.2f | %.1f | %.1f |%n",
                operation.key(),
                of(millis, "ours"),
                of(millis, "floor"),
                of(millis, "flyway"),
                of(millis, "liquibase"),
                of(millis, "ours") / of(millis, "floor"),
                of(millis, "flyway") / of(millis, "ours"),
                of(millis, "liquibase") / of(millis, "ours"))));
        return table.toString();
    }

    private static double of(Map<String, Double> millis, String competitor) {
        Double figure = millis.get(competitor);
        if (figure == null) {
            throw new IllegalStateException("not measured: " + competitor);
        }
        return figure;
    }
}
