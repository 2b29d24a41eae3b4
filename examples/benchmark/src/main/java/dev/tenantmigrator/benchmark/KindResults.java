package dev.tenantmigrator.benchmark;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Compares two ways to deploy one pending migration, by kind of migration.
 *
 * @param key member of the JSON document
 * @param introduction text above the table
 * @param first first column
 * @param second second column
 * @param ratio ratio of the two columns
 * @param rows figures of each kind
 */
record KindResults(
        String key, String introduction, Column first, Column second, Column ratio, Map<MigrationKind, Row> rows)
        implements ResultSection {

    /** Names of a column in JSON and Markdown, and its number format. */
    private record Column(String key, String heading, String format) {
        String cell(double value) {
            return String.format(Locale.ROOT, format, value);
        }
    }

    private record Row(double first, double second, double ratio) {}

    /** Milliseconds per tenant of the library and of raw JDBC. */
    static KindResults besideRawJdbc(
            int tenants, int threads, Map<MigrationKind, Double> ours, Map<MigrationKind, Double> raw) {
        Map<MigrationKind, Row> rows = new LinkedHashMap<>();
        ours.forEach((kind, ourMillis) -> {
            double rawMillis = raw.getOrDefault(kind, Double.NaN);
            rows.put(kind, new Row(ourMillis, rawMillis, ourMillis / rawMillis));
        });
        return new KindResults(
                "kinds",
                String.format(
                        Locale.ROOT,
                        "One pending migration: milliseconds per tenant, %d tenants, %d threads. Raw JDBC commits without"
                                + " a containment check.",
                        tenants,
                        threads),
                new Column("ours_ms", "ours", "%.3f"),
                new Column("raw_ms", "raw", "%.3f"),
                new Column("ratio", "ours / raw", "%.2f"),
                rows);
    }

    /** Tenants per second of the library with one thread and with all threads, from milliseconds per tenant. */
    static KindResults byThreads(
            int tenants, int threads, Map<MigrationKind, Double> oneThread, Map<MigrationKind, Double> allThreads) {
        Map<MigrationKind, Row> rows = new LinkedHashMap<>();
        oneThread.forEach((kind, oneMillis) -> {
            double allMillis = allThreads.getOrDefault(kind, Double.NaN);
            rows.put(kind, new Row(1000 / oneMillis, 1000 / allMillis, oneMillis / allMillis));
        });
        return new KindResults(
                "parallel",
                String.format(
                        Locale.ROOT, "One pending migration by the library: tenants per second, %d tenants.", tenants),
                new Column("one_per_second", "1 thread", "%.0f"),
                new Column("all_per_second", "--threads " + threads, "%.0f"),
                new Column("speedup", "speedup", "%.2f"),
                rows);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> kinds = new LinkedHashMap<>();
        rows.forEach((kind, row) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put(first.key(), BenchmarkResult.rounded(row.first()));
            entry.put(second.key(), BenchmarkResult.rounded(row.second()));
            entry.put(ratio.key(), BenchmarkResult.rounded(row.ratio()));
            kinds.put(kind.name(), entry);
        });
        return Map.of(key, kinds);
    }

    @Override
    public String markdown() {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%s%n%n| kind | %s | %s | %s |%n|---|---|---|---|%n",
                introduction,
                first.heading(),
                second.heading(),
                ratio.heading()));
        rows.forEach((kind, row) -> table.append(String.format(
                Locale.ROOT,
                "| %s %s | %s | %s | %s |%n",
                kind,
                kind.title(),
                first.cell(row.first()),
                second.cell(row.second()),
                ratio.cell(row.ratio()))));
        return table.toString();
    }
}
