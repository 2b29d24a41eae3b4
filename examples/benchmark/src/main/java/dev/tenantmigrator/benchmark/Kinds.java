package dev.tenantmigrator.benchmark;

import dev.tenantmigrator.benchmark.KindFleet.Deployer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Deploys one migration of each kind to all tenants, by the library, by raw JDBC and by the library with one thread, in rounds
 * whose order rotates.
 */
final class Kinds {

    private static final int WARM_UP_TENANTS = 50;
    private static final int WARM_UP_ROUNDS = 8;

    /** No round begins after that. */
    private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(40);

    private final Setup setup;
    private final List<Deployer> deployers;

    /** Measures for {@link Part#KINDS}, for {@link Part#PARALLEL} or for both. */
    Kinds(Setup setup, Set<Part> parts) {
        this.setup = setup;
        deployers = new ArrayList<>(List.of(Deployer.OURS));
        if (parts.contains(Part.KINDS)) {
            deployers.add(Deployer.RAW);
        }
        if (parts.contains(Part.PARALLEL)) {
            deployers.add(Deployer.ONE_THREAD);
        }
    }

    /** Runs; returns a section for each part. */
    List<Section> run() throws Exception {
        warmUp();
        setup.tell("kinds: creation of the fleet");
        KindFleet fleet = new KindFleet(setup, "kinds", setup.tenants());
        Map<Deployer, Stopwatch<Kind>> stopwatches = stopwatches();
        for (int round = 1; round <= setup.rounds(); round++) {
            setup.tell("kinds: round " + round + " of " + setup.rounds());
            fleet.vacuumCatalogs();
            // VACUUM empties the connections' caches. Fill them again before the first deploy that is timed.
            fleet.deploy(Kind.A, Deployer.OURS, new Stopwatch<>());
            round(fleet, round, stopwatches);
        }
        return sections(stopwatches);
    }

    /** The JVM compiles on a fleet with which nothing else is done. */
    private void warmUp() throws Exception {
        setup.tell("kinds: warm-up");
        KindFleet fleet = new KindFleet(setup, "warm_kinds", setup.some(WARM_UP_TENANTS));
        long end = System.nanoTime() + LONGEST_WARM_UP.toNanos();
        for (int round = 0; round < WARM_UP_ROUNDS && System.nanoTime() < end; round++) {
            round(fleet, round, stopwatches());
        }
    }

    private void round(KindFleet fleet, int round, Map<Deployer, Stopwatch<Kind>> stopwatches) throws Exception {
        // Within a round, and from round to round of one kind, another one is the first.
        int turn = round;
        for (Kind kind : Kind.values()) {
            for (Deployer deployer : Competitors.order(deployers, turn)) {
                fleet.deploy(kind, deployer, stopwatches.getOrDefault(deployer, new Stopwatch<>()));
            }
            turn++;
        }
    }

    private Map<Deployer, Stopwatch<Kind>> stopwatches() {
        Map<Deployer, Stopwatch<Kind>> stopwatches = new EnumMap<>(Deployer.class);
        deployers.forEach(deployer -> stopwatches.put(deployer, new Stopwatch<>()));
        return stopwatches;
    }

    private List<Section> sections(Map<Deployer, Stopwatch<Kind>> stopwatches) {
        Map<Deployer, Map<Kind, Double>> medians = new EnumMap<>(Deployer.class);
        stopwatches.forEach((deployer, stopwatch) -> medians.put(deployer, stopwatch.medians()));
        Map<Kind, Double> ours = medians.getOrDefault(Deployer.OURS, Map.of());
        List<Section> sections = new ArrayList<>();
        Map<Kind, Double> raw = medians.get(Deployer.RAW);
        if (raw != null) {
            sections.add(new KindFigures(setup.tenants().size(), setup.threads(), ours, raw));
        }
        Map<Kind, Double> one = medians.get(Deployer.ONE_THREAD);
        if (one != null) {
            sections.add(new ParallelFigures(setup.tenants().size(), setup.threads(), one, ours));
        }
        return sections;
    }
}
