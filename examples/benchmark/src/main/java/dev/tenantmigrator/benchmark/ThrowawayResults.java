package dev.tenantmigrator.benchmark;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Milliseconds for a test to get an empty tenant. */
record ThrowawayResults(
        double createDrop,
        double throwawayClose,
        double throwawayFromStock,
        double reset,
        double resetOfManyTables,
        double flywayCleanMigrate)
        implements ResultSection {

    @Override
    public Map<String, Object> json() {
        Map<String, Object> tests = new LinkedHashMap<>();
        tests.put("create_drop_ms", BenchmarkResult.rounded(createDrop));
        tests.put("throwaway_close_ms", BenchmarkResult.rounded(throwawayClose));
        tests.put("throwaway_from_stock_ms", BenchmarkResult.rounded(throwawayFromStock));
        tests.put("reset_ms", BenchmarkResult.rounded(reset));
        tests.put("reset_50_tables_ms", BenchmarkResult.rounded(resetOfManyTables));
        tests.put("flyway_clean_migrate_ms", BenchmarkResult.rounded(flywayCleanMigrate));
        return Map.of("tests", tests);
    }

    @Override
    public String markdown() {
        return String.format(
                Locale.ROOT,
                "An empty tenant for a test, with the sample's migrations: milliseconds.%n%n| work | ms |%n|---|---|%n"
                        + "| create and drop | %.2f |%n"
                        + "| throwaway and close; the rest of the drop is in the background | %.2f |%n"
                        + "| throwaway from a stock of spare tenants, without close | %.2f |%n"
                        + "| reset, four tables written | %.2f |%n"
                        + "| reset of 50 tables, three written | %.2f |%n"
                        + "| Flyway: clean and migrate | %.2f |%n",
                createDrop,
                throwawayClose,
                throwawayFromStock,
                reset,
                resetOfManyTables,
                flywayCleanMigrate);
    }
}
