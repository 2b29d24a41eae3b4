package dev.tenantmigrator.benchmark;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How much faster several threads deploy.
 *
 * @param one milliseconds per tenant with one thread
 * @param all milliseconds per tenant with all threads
 */
record ParallelFigures(int tenants, int threads, Map<Kind, Double> one, Map<Kind, Double> all) implements Section {

    @Override
    public Map<String, Object> json() {
        Map<String, Object> kinds = new LinkedHashMap<>();
        one.forEach((kind, millis) -> {
            double together = all.getOrDefault(kind, Double.NaN);
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("one_per_second", Figures.rounded(1000 / millis));
            entry.put("all_per_second", Figures.rounded(1000 / together));
            entry.put("speedup", Figures.rounded(millis / together));
            kinds.put(kind.name(), entry);
        });
        return Map.of("parallel", kinds);
    }

    @Override
    public String markdown() {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "One pending migration by the library: tenants per second, %d tenants.%n%n"
                        + "| kind | 1 thread | --threads %d | speedup |%n|---|---|---|---|%n",
                tenants,
                threads));
        one.forEach((kind, millis) -> {
            double together = all.getOrDefault(kind, Double.NaN);
            table.append(String.format(
                    Locale.ROOT,
                    "| %s %s | %.0f | %.0f | %.2f |%n",
                    kind,
                    kind.title(),
                    1000 / millis,
                    1000 / together,
                    millis / together));
        });
        return table.toString();
    }
}
