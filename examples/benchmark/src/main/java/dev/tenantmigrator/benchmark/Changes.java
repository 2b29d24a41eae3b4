package dev.tenantmigrator.benchmark;

import dev.tenantmigrator.TrackingStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Creating the tenants, and deploying one more column to them, by all competitors in turn. */
final class Changes {

    /** How much longer the fast ones are warmed up: the JVM's compiler works beside them for half a minute. */
    private static final int FAST_CREATION = 5;

    private static final int FAST_TENANTS = 50;

    private static final int FAST_DEPLOYS = 40;

    /** The slow competitors apply the migrations of all warm-up rounds in the last. */
    private static final int WARM_UP_ROUNDS = 5;

    private static final int WARM_UP_TENANTS = 10;

    private final Setup setup;
    private final Competitors competitors;

    Changes(Setup setup, Competitors competitors) {
        this.setup = setup;
        this.competitors = competitors;
    }

    /** Creates the tenants for other parts. */
    void createUnmeasured() throws Exception {
        setup.tell("creation of the fleets");
        for (String name : Competitors.NAMES) {
            competitors.get(name).create(setup.tenants());
        }
    }

    /** Creates the tenants. */
    Map<String, Double> create() throws Exception {
        setup.tell("create: warm-up");
        for (String name : Competitors.NAMES) {
            long end = System.nanoTime() + Competitors.warmUp(name, setup.rounds(), FAST_CREATION);
            do {
                List<String> schemas = Benchmark.names(
                        "warm_", Math.min(WARM_UP_TENANTS, setup.tenants().size()));
                competitors.get(name).create(schemas);
                for (String schema : schemas) {
                    // What this wrote must not count for what the connection does next.
                    competitors.execute(
                            name, "DROP SCHEMA \"" + schema + "\" CASCADE; SELECT pg_stat_force_next_flush()");
                }
            } while (System.nanoTime() < end);
        }
        // What was dropped is not to be in the way.
        competitors.execute("VACUUM ANALYZE");
        List<List<String>> parts = Workers.chunks(
                setup.tenants(), Math.max(1, (setup.tenants().size() + setup.rounds() - 1) / setup.rounds()));
        Stopwatch<String> stopwatch = new Stopwatch<>();
        for (int round = 0; round < parts.size(); round++) {
            List<String> part = parts.get(round);
            setup.tell("create: round " + (round + 1) + " of " + parts.size());
            for (String name : Competitors.order(Competitors.NAMES, round)) {
                stopwatch.time(name, part.size(), () -> competitors.get(name).create(part));
            }
        }
        competitors.prove(
                "has all tables",
                "SELECT count(*) FROM pg_class c WHERE relkind = 'r' AND relname IN ('vendor', 'user_preferences', 'note_17')",
                3 * setup.tenants().size());
        return told(Work.CREATE, stopwatch);
    }

    /** Deploys a column to tenants that lack it. */
    Map<String, Double> deployOne() throws Exception {
        Stopwatch<String> stopwatch = new Stopwatch<>();
        setup.tell("deployOne: warm-up");
        compileDeploys();
        for (int round = 0; round < WARM_UP_ROUNDS; round++) {
            deployRound(round, round == WARM_UP_ROUNDS - 1 ? Set.of() : Competitors.SLOW, new Stopwatch<>());
        }
        for (int round = 1; round <= setup.rounds(); round++) {
            setup.tell("deployOne: round " + round + " of " + setup.rounds());
            deployRound(WARM_UP_ROUNDS + round, Set.of(), stopwatch);
        }
        // As the server does by itself within minutes.
        competitors.execute("ANALYZE");
        return told(Work.DEPLOY_ONE, stopwatch);
    }

    /** The JVM has compiled what the fast ones run after thousands of tenants: of fleets with which nothing else is done. */
    private void compileDeploys() throws Exception {
        Path files = Files.createDirectories(setup.directory().resolve("warm"));
        List<Competitor> fast = List.of(
                new Ours(
                        setup.server().database("warm_ours", setup.threads()),
                        files,
                        setup.threads(),
                        TrackingStore.perSchema()),
                new Floor(setup.server().database("warm_floor", setup.threads()), setup.threads()));
        List<String> schemas = setup.some(FAST_TENANTS);
        List<Script> all = new ArrayList<>(Script.all());
        for (Competitor competitor : fast) {
            competitor.migrations(all);
            competitor.create(schemas);
        }
        for (int round = 0; round < FAST_DEPLOYS; round++) {
            all.add(Script.ofRound(round));
            for (Competitor competitor : fast) {
                competitor.migrations(all);
                competitor.deployOne(schemas);
            }
        }
    }

    private void deployRound(int round, Set<String> without, Stopwatch<String> stopwatch) throws Exception {
        competitors.add(Script.ofRound(round));
        for (String name : Competitors.order(Competitors.NAMES, round)) {
            if (!without.contains(name)) {
                stopwatch.time(
                        name,
                        setup.tenants().size(),
                        () -> competitors.get(name).deployOne(setup.tenants()));
            }
        }
        if (without.isEmpty()) {
            competitors.prove(
                    "has the newest column",
                    "SELECT count(*) FROM pg_attribute WHERE attname = '" + Script.column(round) + "'",
                    setup.tenants().size());
        }
    }

    private Map<String, Double> told(Work work, Stopwatch<String> stopwatch) {
        setup.tell(work.key() + ": " + stopwatch.medians());
        return stopwatch.medians();
    }
}
