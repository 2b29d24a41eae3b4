package dev.tenantmigrator.benchmark;

import dev.tenantmigrator.TrackingStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** Measures operations that change nothing, for all competitors in turn. */
final class ReadBenchmark {

    /** A short operation is repeated within a round for this long, so that timer and scheduler noise averages out. */
    private static final Duration MIN_ROUND = Duration.ofMillis(200);

    /** Longer warm-up of the fast competitors: the JVM compiles more of their code. */
    private static final int FAST_WARM_UP_FACTOR = 3;

    /** Enough for the slow competitors: they read one tenant after the other, so the time per tenant is constant. */
    private static final int SLOW_TENANTS = 50;

    private static final int WARM_UP_TENANTS = 10;

    /** Bounds a round on a fleet of a few tenants. */
    private static final int MAX_REPEATS = 50;

    private final BenchmarkSetup setup;
    private final Competitors competitors;

    private interface Read {
        void run(List<String> schemas) throws Exception;
    }

    private interface Task {
        void run(Competitor competitor, List<String> schemas) throws Exception;
    }

    ReadBenchmark(BenchmarkSetup setup, Competitors competitors) {
        this.setup = setup;
        this.competitors = competitors;
    }

    /** Measures all read operations on tenants that are up to date. */
    Map<Operation, Map<String, Double>> run() throws Exception {
        Map<Operation, Map<String, Double>> medians = new EnumMap<>(Operation.class);
        Map<String, Double> noop = measure(Operation.NOOP, Competitor::noop);
        // The library's tracking store does not affect the other tools, so their figures are reused.
        Map<String, Double> noopFleet = new LinkedHashMap<>(noop);
        noopFleet.putAll(noopInFleetTable());
        medians.put(Operation.NOOP, noop);
        medians.put(Operation.NOOP_FLEET, noopFleet);
        medians.put(Operation.STATUS, measure(Operation.STATUS, Competitor::status));
        medians.put(Operation.VERIFY, measure(Operation.VERIFY, Competitor::verify));
        return medians;
    }

    /** Uses a fleet with one tracking table for all tenants. */
    private Map<String, Double> noopInFleetTable() throws Exception {
        setup.report("noopFleet: creation");
        DataSource database = setup.server().database("fleet", setup.threads());
        Path files = Files.createDirectories(setup.directory().resolve("fleet"));
        TenantMigratorCompetitor ours =
                new TenantMigratorCompetitor(database, files, setup.threads(), TrackingStore.fleet());
        ours.migrations(competitors.scripts());
        ours.create(setup.tenants());
        BenchmarkServer.execute(database, "ANALYZE");
        return measure(
                Operation.NOOP_FLEET,
                Map.of("ours", ours::noop, "floor", schemas -> RawJdbcCompetitor.readFleetTable(database)));
    }

    private Map<String, Double> measure(Operation operation, Task task) throws Exception {
        Map<String, Read> all = new LinkedHashMap<>();
        competitors.forEach((name, competitor) -> all.put(name, schemas -> task.run(competitor, schemas)));
        return measure(operation, all);
    }

    private Map<String, Double> measure(Operation operation, Map<String, Read> reads) throws Exception {
        Map<String, Integer> repeats = new LinkedHashMap<>();
        setup.report(operation.key() + ": warm-up");
        for (Map.Entry<String, Read> read : reads.entrySet()) {
            repeats.put(read.getKey(), warmUp(read.getKey(), read.getValue()));
        }
        Stopwatch<String> stopwatch = setup.stopwatch();
        for (int round = 0; round < setup.rounds(); round++) {
            setup.report(operation.key() + ": round " + (round + 1) + " of " + setup.rounds());
            for (String name : Competitors.order(Competitors.NAMES, round)) {
                Read read = reads.get(name);
                if (read != null) {
                    int repeat = repeats.getOrDefault(name, 1);
                    List<String> schemas = Competitors.SLOW.contains(name) ? setup.some(SLOW_TENANTS) : setup.tenants();
                    stopwatch.time(name, schemas.size() * repeat, () -> {
                        for (int i = 0; i < repeat; i++) {
                            read.run(schemas);
                        }
                    });
                }
            }
        }
        setup.report(operation.key() + ": " + stopwatch.medians());
        return stopwatch.medians();
    }

    /** Returns the number of repeats per round. */
    private int warmUp(String name, Read read) throws Exception {
        // The slow competitors are warm after a few tenants. The library always reads all tenants.
        List<String> some = Competitors.SLOW.contains(name) ? setup.some(WARM_UP_TENANTS) : setup.tenants();
        long end = System.nanoTime() + Competitors.warmUp(name, setup, FAST_WARM_UP_FACTOR);
        long last;
        int runs = 0;
        do {
            long begin = System.nanoTime();
            read.run(some);
            last = (System.nanoTime() - begin) * setup.tenants().size() / some.size();
            runs++;
        } while (System.nanoTime() < end && runs < MAX_REPEATS);
        return (int) Math.max(1, Math.min(MAX_REPEATS, MIN_ROUND.toNanos() / last));
    }
}
