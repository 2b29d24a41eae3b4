package dev.tenantmigrator.benchmark;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Milliseconds for a whole history in one tenant. */
record HistoryResults(int migrations, Pair deploy, Pair create) implements ResultSection {

    /** Milliseconds of the library and of psql for one operation. */
    record Pair(double ours, double psql) {

        Map<String, Object> json() {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("ours_ms", BenchmarkResult.rounded(ours));
            entry.put("psql_ms", BenchmarkResult.rounded(psql));
            entry.put("ratio", BenchmarkResult.rounded(ours / psql));
            return entry;
        }

        String markdown(String work) {
            return String.format(Locale.ROOT, "| %s | %.0f | %.0f | %.2f |%n", work, ours, psql, ours / psql);
        }
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> history = new LinkedHashMap<>();
        history.put("migrations", migrations);
        history.put("deploy", deploy.json());
        history.put("create", create.json());
        return Map.of("history", history);
    }

    @Override
    public String markdown() {
        return String.format(
                        Locale.ROOT,
                        "A baseline and %d migrations in one tenant: milliseconds. psql runs the scripts only; its time"
                                + " includes the start of the process.%n%n| work | ours | psql | ours / psql |%n"
                                + "|---|---|---|---|%n",
                        migrations)
                + deploy.markdown("deploy all but the baseline, one transaction each")
                + create.markdown("create a tenant, one transaction");
    }
}
