package dev.tenantmigrator.benchmark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Milliseconds that a sign-up waits for its tenant. */
record SignUpResults(
        Percentiles spare,
        Percentiles spareByThreads,
        double replay,
        double flyway,
        Percentiles historySpare,
        double historyReplay)
        implements ResultSection {

    private static final double NANOS = 1_000_000.0;

    /** The median, and the time within which 99 of 100 sign-ups are done. */
    record Percentiles(double p50, double p99) {

        static Percentiles of(List<Long> nanos) {
            List<Long> sorted = nanos.stream().sorted().toList();
            int last = (int) Math.ceil(sorted.size() * 0.99) - 1;
            return new Percentiles(median(nanos), sorted.get(last) / NANOS);
        }

        Map<String, Object> json() {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("p50", BenchmarkResult.rounded(p50));
            entry.put("p99", BenchmarkResult.rounded(p99));
            return entry;
        }
    }

    static double median(List<Long> nanos) {
        List<Long> sorted = nanos.stream().sorted().toList();
        return sorted.get(sorted.size() / 2) / NANOS;
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> history = new LinkedHashMap<>();
        history.put("spare_ms", historySpare.json());
        history.put("replay_ms", BenchmarkResult.rounded(historyReplay));
        Map<String, Object> signUp = new LinkedHashMap<>();
        signUp.put("spare_ms", spare.json());
        signUp.put("spare_ms_16_threads", spareByThreads.json());
        signUp.put("replay_ms", BenchmarkResult.rounded(replay));
        signUp.put("flyway_ms", BenchmarkResult.rounded(flyway));
        signUp.put("history_400", history);
        return Map.of("signup", signUp);
    }

    @Override
    public String markdown() {
        return String.format(
                Locale.ROOT,
                "A sign-up waits for its tenant: milliseconds.%n%n| work | p50 | p99 |%n|---|---|---|%n"
                        + "| a spare, 20 migrations, one thread | %.2f | %.2f |%n"
                        + "| a spare, 20 migrations, 16 threads | %.2f | %.2f |%n"
                        + "| all 20 migrations | %.1f | |%n"
                        + "| Flyway, 20 migrations | %.1f | |%n"
                        + "| a spare, 400 migrations, one thread | %.2f | %.2f |%n"
                        + "| all 400 migrations | %.0f | |%n",
                spare.p50(),
                spare.p99(),
                spareByThreads.p50(),
                spareByThreads.p99(),
                replay,
                flyway,
                historySpare.p50(),
                historySpare.p99(),
                historyReplay);
    }
}
