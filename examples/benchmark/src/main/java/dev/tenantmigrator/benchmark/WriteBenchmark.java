package dev.tenantmigrator.benchmark;

import dev.tenantmigrator.TrackingStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Measures the creation of tenants and the deploy of one more column, for all competitors in turn. */
final class WriteBenchmark {

    /** Longer warm-up of the fast competitors: the JVM compiles their code for half a minute. */
    private static final int FAST_WARM_UP_FACTOR = 5;

    /** 50 tenants and 40 deploys: 2,000 deploys, after which the JVM has compiled the hot code. */
    private static final int FAST_TENANTS = 50;

    private static final int FAST_DEPLOYS = 40;

    /** The slow competitors take part in the last warm-up round only; there they apply the migrations of all rounds. */
    private static final int WARM_UP_ROUNDS = 5;

    /** Small, because each warm-up tenant is dropped again. */
    private static final int WARM_UP_TENANTS = 10;

    private final BenchmarkSetup setup;
    private final Competitors competitors;

    WriteBenchmark(BenchmarkSetup setup, Competitors competitors) {
        this.setup = setup;
        this.competitors = competitors;
    }

    /** Creates the tenants for other parts, without measuring. */
    void createUnmeasured() throws Exception {
        setup.report("creation of the fleets");
        for (String name : Competitors.NAMES) {
            competitors.get(name).create(setup.tenants());
        }
    }

    /** Measures the creation of the tenants. */
    Map<String, Double> create() throws Exception {
        setup.report("create: warm-up");
        for (String name : Competitors.NAMES) {
            long end = System.nanoTime() + Competitors.warmUp(name, setup, FAST_WARM_UP_FACTOR);
            do {
                List<String> schemas = Benchmark.names(
                        "warm_", Math.min(WARM_UP_TENANTS, setup.tenants().size()));
                competitors.get(name).create(schemas);
                for (String schema : schemas) {
                    // Flushes the statistics now; otherwise the backend flushes them during the next measurement.
                    competitors.execute(
                            name, "DROP SCHEMA \"" + schema + "\" CASCADE; SELECT pg_stat_force_next_flush()");
                }
            } while (System.nanoTime() < end);
        }
        // Removes the rows of dropped tenants from the catalogs.
        competitors.execute("VACUUM ANALYZE");
        List<List<String>> parts = Workers.chunks(
                setup.tenants(), Math.max(1, (setup.tenants().size() + setup.rounds() - 1) / setup.rounds()));
        Stopwatch<String> stopwatch = setup.stopwatch();
        for (int round = 0; round < parts.size(); round++) {
            List<String> part = parts.get(round);
            setup.report("create: round " + (round + 1) + " of " + parts.size());
            for (String name : Competitors.order(Competitors.NAMES, round)) {
                stopwatch.time(name, part.size(), () -> competitors.get(name).create(part));
            }
        }
        competitors.prove(
                "has all tables",
                "SELECT count(*) FROM pg_class c WHERE relkind = 'r' AND relname IN ('vendor', 'user_preferences', 'note_17')",
                3 * setup.tenants().size());
        return reported(Operation.CREATE, stopwatch);
    }

    /** Measures the deploy of one column. */
    Map<String, Double> deployOne() throws Exception {
        Stopwatch<String> stopwatch = setup.stopwatch();
        setup.report("deployOne: warm-up");
        compileDeploys();
        int warmUpRounds = setup.warmUpRounds(WARM_UP_ROUNDS);
        for (int round = 0; round < warmUpRounds; round++) {
            deployRound(round, round == warmUpRounds - 1 ? Set.of() : Competitors.SLOW, setup.stopwatch());
        }
        for (int round = 1; round <= setup.rounds(); round++) {
            setup.report("deployOne: round " + round + " of " + setup.rounds());
            deployRound(warmUpRounds + round, Set.of(), stopwatch);
        }
        // Autovacuum would do it within minutes; now it cannot disturb the next part.
        competitors.execute("ANALYZE");
        return reported(Operation.DEPLOY_ONE, stopwatch);
    }

    /** Warms up the fast competitors on separate fleets, so that the measured catalogs stay small. */
    private void compileDeploys() throws Exception {
        Path files = Files.createDirectories(setup.directory().resolve("warm"));
        List<Competitor> fast = List.of(
                new TenantMigratorCompetitor(
                        setup.server().database("warm_ours", setup.threads()),
                        files,
                        setup.threads(),
                        TrackingStore.perSchema()),
                new RawJdbcCompetitor(setup.server().database("warm_floor", setup.threads()), setup.threads()));
        List<String> schemas = setup.some(FAST_TENANTS);
        List<MigrationScript> all = new ArrayList<>(MigrationScript.all());
        for (Competitor competitor : fast) {
            competitor.migrations(all);
            competitor.create(schemas);
        }
        for (int round = 0; round < setup.warmUpRounds(FAST_DEPLOYS); round++) {
            all.add(MigrationScript.ofRound(round));
            for (Competitor competitor : fast) {
                competitor.migrations(all);
                competitor.deployOne(schemas);
            }
        }
    }

    private void deployRound(int round, Set<String> without, Stopwatch<String> stopwatch) throws Exception {
        competitors.add(MigrationScript.ofRound(round));
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
                    "SELECT count(*) FROM pg_attribute WHERE attname = '" + MigrationScript.column(round) + "'",
                    setup.tenants().size());
        }
    }

    private Map<String, Double> reported(Operation operation, Stopwatch<String> stopwatch) {
        setup.report(operation.key() + ": " + stopwatch.medians());
        return stopwatch.medians();
    }
}
