package dev.tenantmigrator.benchmark;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Milliseconds per tenant for one pending migration, by kind. */
record KindFigures(int tenants, int threads, Map<Kind, Double> ours, Map<Kind, Double> raw) implements Section {

    @Override
    public Map<String, Object> json() {
        Map<String, Object> kinds = new LinkedHashMap<>();
        ours.forEach((kind, millis) -> {
            double floor = raw.getOrDefault(kind, Double.NaN);
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("ours_ms", Figures.rounded(millis));
            entry.put("raw_ms", Figures.rounded(floor));
            entry.put("ratio", Figures.rounded(millis / floor));
            kinds.put(kind.name(), entry);
        });
        return Map.of("kinds", kinds);
    }

    @Override
    public String markdown() {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "One pending migration: milliseconds per tenant, %d tenants, %d threads. Raw JDBC asks nothing before it"
                        + " commits.%n%n| kind | ours | raw | ours / raw |%n|---|---|---|---|%n",
                tenants,
                threads));
        ours.forEach((kind, millis) -> {
            double floor = raw.getOrDefault(kind, Double.NaN);
            table.append(String.format(
                    Locale.ROOT,
                    "| %s %s | %.3f | %.3f | %.2f |%n",
                    kind,
                    kind.title(),
                    millis,
                    floor,
                    millis / floor));
        });
        return table.toString();
    }
}
