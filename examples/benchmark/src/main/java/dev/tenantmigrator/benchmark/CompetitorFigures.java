package dev.tenantmigrator.benchmark;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Milliseconds per tenant, by work and competitor. */
record CompetitorFigures(int tenants, int threads, Map<Work, Map<String, Double>> medians) implements Section {

    @Override
    public Map<String, Object> json() {
        Map<String, Object> document = new LinkedHashMap<>();
        medians.forEach((work, figures) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("tenants", tenants);
            entry.put("threads", threads);
            Competitors.NAMES.forEach(name -> entry.put(name + "_ms", Figures.rounded(of(figures, name))));
            entry.put("vs_floor", Figures.rounded(of(figures, "ours") / of(figures, "floor")));
            entry.put("vs_flyway", Figures.rounded(of(figures, "flyway") / of(figures, "ours")));
            entry.put("vs_liquibase", Figures.rounded(of(figures, "liquibase") / of(figures, "ours")));
            document.put(work.key(), entry);
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
        medians.forEach((work, figures) -> table.append(String.format(
                Locale.ROOT,
                "| %s | %.3f | %.3f | %.2f | %.2f | %.2f | %.1f | %.1f |%n",
                work.key(),
                of(figures, "ours"),
                of(figures, "floor"),
                of(figures, "flyway"),
                of(figures, "liquibase"),
                of(figures, "ours") / of(figures, "floor"),
                of(figures, "flyway") / of(figures, "ours"),
                of(figures, "liquibase") / of(figures, "ours"))));
        return table.toString();
    }

    private static double of(Map<String, Double> figures, String competitor) {
        Double figure = figures.get(competitor);
        if (figure == null) {
            throw new IllegalStateException("not measured: " + competitor);
        }
        return figure;
    }
}
