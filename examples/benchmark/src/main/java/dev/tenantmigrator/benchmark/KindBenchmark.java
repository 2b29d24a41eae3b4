package dev.tenantmigrator.benchmark;

import dev.tenantmigrator.benchmark.KindFleet.Deployer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Deploys one migration of each kind to all tenants: with the library, with raw JDBC, and with the library on one thread. The
 * order rotates from round to round.
 */
final class KindBenchmark {

    /** 50 tenants, 10 kinds and 8 rounds: 4,000 deploys, after which the JVM has compiled the hot code. */
    private static final int WARM_UP_TENANTS = 50;

    private static final int WARM_UP_ROUNDS = 8;

    /** Limit on a slow server: no further round starts. */
    private static final Duration MAX_WARM_UP = Duration.ofSeconds(40);

    private final BenchmarkSetup setup;
    private final List<Deployer> deployers;

    /** Measures {@link BenchmarkPart#KINDS}, {@link BenchmarkPart#PARALLEL} or both. */
    KindBenchmark(BenchmarkSetup setup, Set<BenchmarkPart> parts) {
        this.setup = setup;
        deployers = new ArrayList<>(List.of(Deployer.OURS));
        if (parts.contains(BenchmarkPart.KINDS)) {
            deployers.add(Deployer.RAW);
        }
        if (parts.contains(BenchmarkPart.PARALLEL)) {
            deployers.add(Deployer.ONE_THREAD);
        }
    }

    /** Returns a section for each part. */
    List<ResultSection> run() throws Exception {
        warmUp();
        setup.report("kinds: creation of the fleet");
        KindFleet fleet = new KindFleet(setup, "kinds", setup.tenants());
        Map<Deployer, Stopwatch<MigrationKind>> stopwatches = stopwatches();
        for (int round = 1; round <= setup.rounds(); round++) {
            setup.report("kinds: round " + round + " of " + setup.rounds());
            fleet.vacuumCatalogs();
            // VACUUM empties the connections' caches. Fill them again before the first deploy that is timed.
            fleet.deploy(MigrationKind.A, Deployer.OURS, setup.stopwatch());
            round(fleet, round, stopwatches);
        }
        return sections(stopwatches);
    }

    /** Uses a separate fleet, so that the measured catalogs stay small. */
    private void warmUp() throws Exception {
        setup.report("kinds: warm-up");
        KindFleet fleet = new KindFleet(setup, "warm_kinds", setup.some(WARM_UP_TENANTS));
        long end = System.nanoTime() + MAX_WARM_UP.toNanos();
        int rounds = setup.warmUpRounds(WARM_UP_ROUNDS);
        for (int round = 0; round < rounds && System.nanoTime() < end; round++) {
            round(fleet, round, stopwatches());
        }
    }

    private void round(KindFleet fleet, int round, Map<Deployer, Stopwatch<MigrationKind>> stopwatches)
            throws Exception {
        // Rotates the first deployer within a round, and for each kind from round to round.
        int turn = round;
        for (MigrationKind kind : MigrationKind.values()) {
            for (Deployer deployer : Competitors.order(deployers, turn)) {
                fleet.deploy(kind, deployer, stopwatches.getOrDefault(deployer, setup.stopwatch()));
            }
            turn++;
        }
    }

    private Map<Deployer, Stopwatch<MigrationKind>> stopwatches() {
        Map<Deployer, Stopwatch<MigrationKind>> stopwatches = new EnumMap<>(Deployer.class);
        deployers.forEach(deployer -> stopwatches.put(deployer, setup.stopwatch()));
        return stopwatches;
    }

    private List<ResultSection> sections(Map<Deployer, Stopwatch<MigrationKind>> stopwatches) {
        Map<Deployer, Map<MigrationKind, Double>> medians = new EnumMap<>(Deployer.class);
        stopwatches.forEach((deployer, stopwatch) -> medians.put(deployer, stopwatch.medians()));
        Map<MigrationKind, Double> ours = medians.getOrDefault(Deployer.OURS, Map.of());
        List<ResultSection> sections = new ArrayList<>();
        Map<MigrationKind, Double> raw = medians.get(Deployer.RAW);
        if (raw != null) {
            sections.add(KindResults.besideRawJdbc(setup.tenants().size(), setup.threads(), ours, raw));
        }
        Map<MigrationKind, Double> one = medians.get(Deployer.ONE_THREAD);
        if (one != null) {
            sections.add(KindResults.byThreads(setup.tenants().size(), setup.threads(), one, ours));
        }
        return sections;
    }
}
