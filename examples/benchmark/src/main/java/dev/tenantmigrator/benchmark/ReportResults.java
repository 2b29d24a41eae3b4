package dev.tenantmigrator.benchmark;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Milliseconds to write the page about a fleet, and its size. */
record ReportResults(int tenants, double milliseconds, int bytes) implements ResultSection {

    @Override
    public Map<String, Object> json() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("tenants", tenants);
        report.put("page_ms", BenchmarkResult.rounded(milliseconds));
        report.put("bytes", bytes);
        return Map.of("report", report);
    }

    @Override
    public String markdown() {
        return String.format(
                Locale.ROOT,
                "The page about %d tenants, from what was read before: %.1f ms, %d bytes.%n",
                tenants,
                milliseconds,
                bytes);
    }
}
