package dev.tenantmigrator.benchmark;

import dev.tenantmigrator.TrackingStore;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;

/**
 * Lets the competitors do the same work in turn, in rounds whose order rotates, after a warm-up, and proves from the catalogs
 * that each really did it.
 */
final class Benchmark {

    /** Short work is repeated within a round until it took as long. */
    private static final Duration ENOUGH = Duration.ofMillis(200);

    /** Before each work, as long as the run is exact. */
    private static final Duration WARM_UP_PER_ROUND = Duration.ofMillis(400);

    /** How much longer the fast ones are warmed up: the JVM's compiler works beside them for half a minute. */
    private static final int FAST_CREATION = 5;

    private static final int FAST_LOOK = 3;

    private static final int FAST_TENANTS = 50;

    private static final int FAST_DEPLOYS = 40;

    /** The slow competitors look at one tenant after the other, so that more tell no more. */
    private static final int SLOW_TENANTS = 50;

    /** The slow competitors apply the migrations of all warm-up rounds in the last. */
    private static final int WARM_UP_ROUNDS = 5;

    /** The compiler has nothing to do when it has compiled nothing for so long. */
    private static final Duration QUIET = Duration.ofMillis(100);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

    private static final int WARM_UP_TENANTS = 10;
    private static final int MAX_REPEATS = 50;
    private static final Set<String> SLOW = Set.of("flyway", "liquibase");

    private final Server server;
    private final Path directory;
    private final int threads;
    private final int rounds;
    private final Consumer<String> progress;
    private final List<String> tenants;
    private final List<Script> scripts = new ArrayList<>(Script.all());
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<Work, Map<String, Double>> medians = new EnumMap<>(Work.class);

    private record Entry(Competitor competitor, DataSource database) {}

    private interface Look {
        void run(List<String> schemas) throws Exception;
    }

    private interface Task {
        void run(Competitor competitor, List<String> schemas) throws Exception;
    }

    Benchmark(Server server, Path directory, int tenants, int threads, int rounds, Consumer<String> progress)
            throws Exception {
        this.server = server;
        this.directory = directory;
        this.threads = threads;
        this.rounds = rounds;
        this.progress = progress;
        this.tenants = names("tenant_", tenants);
        for (String name : Figures.COMPETITORS) {
            DataSource database = server.database(name, threads);
            Path files = Files.createDirectories(directory.resolve(name));
            Competitor competitor = switch (name) {
                case "ours" -> new Ours(database, files, threads, TrackingStore.perSchema());
                case "floor" -> new Floor(database, threads);
                case "flyway" -> new FlywayCompetitor(database, files, threads);
                default -> new LiquibaseCompetitor(database, files, threads);
            };
            entries.put(name, new Entry(competitor, database));
        }
    }

    /** Runs all. */
    Figures run() throws Exception {
        tellMigrations();
        create();
        deployOne();
        look(Work.NOOP, Competitor::noop);
        noopInFleetTable();
        look(Work.STATUS, Competitor::status);
        look(Work.VERIFY, Competitor::verify);
        return new Figures(tenants.size(), threads, medians);
    }

    private void tellMigrations() throws Exception {
        for (Entry entry : entries.values()) {
            entry.competitor().migrations(scripts);
        }
    }

    private void create() throws Exception {
        progress.accept("create: warm-up");
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            long end = System.nanoTime() + warmUp(entry.getKey(), FAST_CREATION);
            do {
                List<String> schemas = names("warm_", Math.min(WARM_UP_TENANTS, tenants.size()));
                entry.getValue().competitor().create(schemas);
                for (String schema : schemas) {
                    // What this wrote must not count for what the connection does next.
                    Server.execute(
                            entry.getValue().database(),
                            "DROP SCHEMA \"" + schema + "\" CASCADE; SELECT pg_stat_force_next_flush()");
                }
            } while (System.nanoTime() < end);
        }
        for (Entry entry : entries.values()) {
            // What was dropped is not to be in the way.
            Server.execute(entry.database(), "VACUUM ANALYZE");
        }
        List<List<String>> parts = Workers.chunks(tenants, Math.max(1, (tenants.size() + rounds - 1) / rounds));
        Map<String, List<Double>> times = new LinkedHashMap<>();
        for (int round = 0; round < parts.size(); round++) {
            List<String> part = parts.get(round);
            progress.accept("create: round " + (round + 1) + " of " + parts.size());
            for (String name : order(round)) {
                record(times, name, part.size(), () -> entry(name).competitor().create(part));
            }
        }
        keep(Work.CREATE, times);
        prove(
                "has all tables",
                "SELECT count(*) FROM pg_class c WHERE relkind = 'r' AND relname IN ('vendor', 'user_preferences', 'note_17')",
                3 * tenants.size());
    }

    private void deployOne() throws Exception {
        Map<String, List<Double>> times = new LinkedHashMap<>();
        progress.accept("deployOne: warm-up");
        compileDeploys();
        for (int round = 0; round < WARM_UP_ROUNDS; round++) {
            deployRound(round, round == WARM_UP_ROUNDS - 1 ? Set.of() : SLOW, new LinkedHashMap<>());
        }
        for (int round = 1; round <= rounds; round++) {
            progress.accept("deployOne: round " + round + " of " + rounds);
            deployRound(WARM_UP_ROUNDS + round, Set.of(), times);
        }
        keep(Work.DEPLOY_ONE, times);
        // As the server does by itself within minutes.
        for (Entry entry : entries.values()) {
            Server.execute(entry.database(), "ANALYZE");
        }
    }

    /** The JVM has compiled what the fast ones run after thousands of tenants: of fleets with which nothing else is done. */
    private void compileDeploys() throws Exception {
        Path files = Files.createDirectories(directory.resolve("warm"));
        List<Competitor> fast = List.of(
                new Ours(server.database("warm_ours", threads), files, threads, TrackingStore.perSchema()),
                new Floor(server.database("warm_floor", threads), threads));
        List<String> schemas = some(FAST_TENANTS);
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

    private void deployRound(int round, Set<String> without, Map<String, List<Double>> times) throws Exception {
        scripts.add(Script.ofRound(round));
        tellMigrations();
        for (String name : order(round)) {
            if (!without.contains(name)) {
                record(
                        times,
                        name,
                        tenants.size(),
                        () -> entry(name).competitor().deployOne(tenants));
            }
        }
        if (without.isEmpty()) {
            prove(
                    "has the newest column",
                    "SELECT count(*) FROM pg_attribute WHERE attname = '" + Script.column(round) + "'",
                    tenants.size());
        }
    }

    /** The fleet whose tenants are recorded in one table. To the other tools nothing changes by that. */
    private void noopInFleetTable() throws Exception {
        progress.accept("noopFleet: creation");
        DataSource database = server.database("fleet", threads);
        Path files = Files.createDirectories(directory.resolve("fleet"));
        Ours ours = new Ours(database, files, threads, TrackingStore.fleet());
        ours.migrations(scripts);
        ours.create(tenants);
        Server.execute(database, "ANALYZE");
        look(Work.NOOP_FLEET, Map.of("ours", ours::noop, "floor", schemas -> Floor.readFleetTable(database)));
        Map<String, Double> others = new LinkedHashMap<>(medians.getOrDefault(Work.NOOP, Map.of()));
        others.putAll(medians.getOrDefault(Work.NOOP_FLEET, Map.of()));
        medians.put(Work.NOOP_FLEET, others);
    }

    private void look(Work work, Task task) throws Exception {
        Map<String, Look> all = new LinkedHashMap<>();
        entries.forEach((name, entry) -> all.put(name, schemas -> task.run(entry.competitor(), schemas)));
        look(work, all);
    }

    private void look(Work work, Map<String, Look> competitors) throws Exception {
        Map<String, Integer> repeats = new LinkedHashMap<>();
        progress.accept(work.key() + ": warm-up");
        for (Map.Entry<String, Look> competitor : competitors.entrySet()) {
            // The slow ones are warm after some tenants; the library looks at all.
            List<String> some = SLOW.contains(competitor.getKey()) ? some(WARM_UP_TENANTS) : tenants;
            long end = System.nanoTime() + warmUp(competitor.getKey(), FAST_LOOK);
            long last;
            int runs = 0;
            do {
                long begin = System.nanoTime();
                competitor.getValue().run(some);
                last = (System.nanoTime() - begin) * tenants.size() / some.size();
                runs++;
            } while (System.nanoTime() < end && runs < MAX_REPEATS);
            repeats.put(competitor.getKey(), (int) Math.max(1, Math.min(MAX_REPEATS, ENOUGH.toNanos() / last)));
        }
        Map<String, List<Double>> times = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            progress.accept(work.key() + ": round " + (round + 1) + " of " + rounds);
            for (String name : order(round)) {
                Look competitor = competitors.get(name);
                if (competitor != null) {
                    int repeat = repeats.getOrDefault(name, 1);
                    List<String> schemas = SLOW.contains(name) ? some(SLOW_TENANTS) : tenants;
                    record(times, name, schemas.size() * repeat, () -> {
                        for (int i = 0; i < repeat; i++) {
                            competitor.run(schemas);
                        }
                    });
                }
            }
        }
        keep(work, times);
    }

    private List<String> some(int number) {
        return tenants.subList(0, Math.min(number, tenants.size()));
    }

    private long warmUp(String name, int ifFast) {
        return WARM_UP_PER_ROUND
                .multipliedBy((long) rounds * (SLOW.contains(name) ? 1 : ifFast))
                .toNanos();
    }

    private interface Timed {
        void run() throws Exception;
    }

    private static void record(Map<String, List<Double>> times, String name, int tenants, Timed timed)
            throws Exception {
        waitForCompiler();
        long start = System.nanoTime();
        timed.run();
        double millis = (System.nanoTime() - start) / 1e6 / tenants;
        times.computeIfAbsent(name, key -> new ArrayList<>()).add(millis);
    }

    /** What the JVM compiles of one competitor is not to take the processors from the next. */
    private static void waitForCompiler() throws InterruptedException {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        long end = System.nanoTime() + LONGEST_WAIT.toNanos();
        long before;
        do {
            before = compiler.getTotalCompilationTime();
            Thread.sleep(QUIET.toMillis());
        } while (compiler.getTotalCompilationTime() != before && System.nanoTime() < end);
    }

    private void keep(Work work, Map<String, List<Double>> times) {
        Map<String, Double> figures = new LinkedHashMap<>();
        times.forEach((name, values) -> figures.put(name, median(values)));
        medians.put(work, figures);
        progress.accept(work.key() + ": " + figures);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("no competitor: " + name);
        }
        return entry;
    }

    /** Nobody is always the first, or always behind the same. */
    private static List<String> order(int round) {
        List<String> names = new ArrayList<>(Figures.COMPETITORS);
        Collections.rotate(names, round);
        return names;
    }

    private void prove(String what, String query, int expected) throws Exception {
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            try (Connection connection = entry.getValue().database().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(query)) {
                row.next();
                if (row.getInt(1) != expected) {
                    throw new IllegalStateException(String.format(
                            Locale.ROOT,
                            "%s did not do its work: not every tenant %s (%d, not %d)",
                            entry.getKey(),
                            what,
                            row.getInt(1),
                            expected));
                }
            }
        }
    }

    /** Names of tenants, from 1. */
    static List<String> names(String prefix, int number) {
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= number; i++) {
            names.add(prefix + String.format(Locale.ROOT, "%05d", i));
        }
        return List.copyOf(names);
    }
}
