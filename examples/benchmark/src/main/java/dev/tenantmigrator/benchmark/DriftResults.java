package dev.tenantmigrator.benchmark;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Milliseconds per tenant to compare a fleet with its definition. */
record DriftResults(int tenants, int connections, double oneConnection, double allConnections)
        implements ResultSection {

    @Override
    public Map<String, Object> json() {
        Map<String, Object> drift = new LinkedHashMap<>();
        drift.put("tenants", tenants);
        drift.put("connections", connections);
        drift.put("one_connection_ms", BenchmarkResult.rounded(oneConnection));
        drift.put("all_connections_ms", BenchmarkResult.rounded(allConnections));
        return Map.of("drift", drift);
    }

    @Override
    public String markdown() {
        return String.format(
                Locale.ROOT,
                "Comparison of %d tenants with 20 tables each with their definition: milliseconds per tenant.%n%n"
                        + "| connections | ms |%n|---|---|%n| 1 | %.2f |%n| %d | %.2f |%n",
                tenants,
                oneConnection,
                connections,
                allConnections);
    }
}
