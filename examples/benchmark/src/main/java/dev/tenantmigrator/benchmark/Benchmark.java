package dev.tenantmigrator.benchmark;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Runs the selected parts. After a warm-up the competitors take turns, in an order that rotates from round to round. Checks in
 * the catalogs that each competitor did the work.
 */
final class Benchmark {

    private final BenchmarkSetup setup;
    private final Set<BenchmarkPart> parts;

    Benchmark(BenchmarkSetup setup, Set<BenchmarkPart> parts) {
        this.setup = setup;
        this.parts = parts;
    }

    /** Runs the selected parts. */
    BenchmarkResult run() throws Exception {
        List<ResultSection> sections = new ArrayList<>();
        if (has(BenchmarkPart.CREATE) || has(BenchmarkPart.DEPLOY_ONE) || has(BenchmarkPart.LOOKS)) {
            sections.add(competitors());
        }
        if (has(BenchmarkPart.KINDS) || has(BenchmarkPart.PARALLEL)) {
            sections.addAll(new KindBenchmark(setup, parts).run());
        }
        if (has(BenchmarkPart.HISTORY)) {
            if (Psql.installed()) {
                sections.add(new HistoryBenchmark(setup).run());
            } else {
                setup.report("history: skipped, because the comparison needs psql on the PATH, and there is no psql");
            }
        }
        if (has(BenchmarkPart.SIGN_UP)) {
            sections.add(new SignUpBenchmark(setup).run());
        }
        if (has(BenchmarkPart.THROWAWAY)) {
            sections.add(new ThrowawayBenchmark(setup).run());
        }
        if (has(BenchmarkPart.DRIFT) || has(BenchmarkPart.REPORT)) {
            sections.addAll(new DriftBenchmark(setup, parts).run());
        }
        return new BenchmarkResult(sections);
    }

    private ResultSection competitors() throws Exception {
        Competitors competitors = new Competitors(setup.server(), setup.directory(), setup.threads());
        WriteBenchmark changes = new WriteBenchmark(setup, competitors);
        Map<Operation, Map<String, Double>> medians = new EnumMap<>(Operation.class);
        if (has(BenchmarkPart.CREATE)) {
            medians.put(Operation.CREATE, changes.create());
        } else {
            changes.createUnmeasured();
        }
        if (has(BenchmarkPart.DEPLOY_ONE)) {
            medians.put(Operation.DEPLOY_ONE, changes.deployOne());
        }
        if (has(BenchmarkPart.LOOKS)) {
            medians.putAll(new ReadBenchmark(setup, competitors).run());
        }
        return new CompetitorResults(setup.tenants().size(), setup.threads(), medians);
    }

    private boolean has(BenchmarkPart part) {
        return parts.contains(part);
    }

    /** Names of tenants, numbered from 1. */
    static List<String> names(String prefix, int number) {
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= number; i++) {
            names.add(prefix + String.format(Locale.ROOT, "%05d", i));
        }
        return List.copyOf(names);
    }
}
