package dev.tenantmigrator.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was measured: milliseconds per tenant, by work and competitor, as a table or as JSON. */
record Figures(int tenants, int threads, Map<Work, Map<String, Double>> medians) {

    /** The competitors, in the order of the columns. */
    static final List<String> COMPETITORS = List.of("ours", "floor", "flyway", "liquibase");

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    String json() {
        Map<String, Object> document = new LinkedHashMap<>();
        medians.forEach((work, figures) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("tenants", tenants);
            entry.put("threads", threads);
            COMPETITORS.forEach(name -> entry.put(name + "_ms", rounded(of(figures, name))));
            entry.put("vs_floor", rounded(of(figures, "ours") / of(figures, "floor")));
            entry.put("vs_flyway", rounded(of(figures, "flyway") / of(figures, "ours")));
            entry.put("vs_liquibase", rounded(of(figures, "liquibase") / of(figures, "ours")));
            document.put(work.key(), entry);
        });
        try {
            return MAPPER.writeValueAsString(document);
        } catch (IOException e) {
            throw new IllegalStateException("maps and numbers can be written", e);
        }
    }

    String markdown() {
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

    private static double rounded(double figure) {
        return Math.round(figure * 10_000) / 10_000.0;
    }
}
