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

/** Work that changes nothing, by all competitors in turn. */
final class Looks {

    /** Short work is repeated within a round until it took as long. */
    private static final Duration ENOUGH = Duration.ofMillis(200);

    /** How much longer the fast ones are warmed up. */
    private static final int FAST = 3;

    /** The slow competitors look at one tenant after the other, so that more tell no more. */
    private static final int SLOW_TENANTS = 50;

    private static final int WARM_UP_TENANTS = 10;
    private static final int MAX_REPEATS = 50;

    private final Setup setup;
    private final Competitors competitors;

    private interface Look {
        void run(List<String> schemas) throws Exception;
    }

    private interface Task {
        void run(Competitor competitor, List<String> schemas) throws Exception;
    }

    Looks(Setup setup, Competitors competitors) {
        this.setup = setup;
        this.competitors = competitors;
    }

    /** Looks at tenants that are up to date. */
    Map<Work, Map<String, Double>> run() throws Exception {
        Map<Work, Map<String, Double>> medians = new EnumMap<>(Work.class);
        Map<String, Double> noop = look(Work.NOOP, Competitor::noop);
        // To the other tools nothing changes by the table in which the library records.
        Map<String, Double> noopFleet = new LinkedHashMap<>(noop);
        noopFleet.putAll(noopInFleetTable());
        medians.put(Work.NOOP, noop);
        medians.put(Work.NOOP_FLEET, noopFleet);
        medians.put(Work.STATUS, look(Work.STATUS, Competitor::status));
        medians.put(Work.VERIFY, look(Work.VERIFY, Competitor::verify));
        return medians;
    }

    /** The fleet whose tenants are recorded in one table. */
    private Map<String, Double> noopInFleetTable() throws Exception {
        setup.tell("noopFleet: creation");
        DataSource database = setup.server().database("fleet", setup.threads());
        Path files = Files.createDirectories(setup.directory().resolve("fleet"));
        Ours ours = new Ours(database, files, setup.threads(), TrackingStore.fleet());
        ours.migrations(competitors.scripts());
        ours.create(setup.tenants());
        Server.execute(database, "ANALYZE");
        return look(Work.NOOP_FLEET, Map.of("ours", ours::noop, "floor", schemas -> Floor.readFleetTable(database)));
    }

    private Map<String, Double> look(Work work, Task task) throws Exception {
        Map<String, Look> all = new LinkedHashMap<>();
        competitors.forEach((name, competitor) -> all.put(name, schemas -> task.run(competitor, schemas)));
        return look(work, all);
    }

    private Map<String, Double> look(Work work, Map<String, Look> looks) throws Exception {
        Map<String, Integer> repeats = new LinkedHashMap<>();
        setup.tell(work.key() + ": warm-up");
        for (Map.Entry<String, Look> look : looks.entrySet()) {
            repeats.put(look.getKey(), warmUp(look.getKey(), look.getValue()));
        }
        Stopwatch<String> stopwatch = new Stopwatch<>();
        for (int round = 0; round < setup.rounds(); round++) {
            setup.tell(work.key() + ": round " + (round + 1) + " of " + setup.rounds());
            for (String name : Competitors.order(Competitors.NAMES, round)) {
                Look look = looks.get(name);
                if (look != null) {
                    int repeat = repeats.getOrDefault(name, 1);
                    List<String> schemas = Competitors.SLOW.contains(name) ? setup.some(SLOW_TENANTS) : setup.tenants();
                    stopwatch.time(name, schemas.size() * repeat, () -> {
                        for (int i = 0; i < repeat; i++) {
                            look.run(schemas);
                        }
                    });
                }
            }
        }
        setup.tell(work.key() + ": " + stopwatch.medians());
        return stopwatch.medians();
    }

    /** Returns how often it must be repeated to take long enough. */
    private int warmUp(String name, Look look) throws Exception {
        // The slow ones are warm after some tenants; the library looks at all.
        List<String> some = Competitors.SLOW.contains(name) ? setup.some(WARM_UP_TENANTS) : setup.tenants();
        long end = System.nanoTime() + Competitors.warmUp(name, setup.rounds(), FAST);
        long last;
        int runs = 0;
        do {
            long begin = System.nanoTime();
            look.run(some);
            last = (System.nanoTime() - begin) * setup.tenants().size() / some.size();
            runs++;
        } while (System.nanoTime() < end && runs < MAX_REPEATS);
        return (int) Math.max(1, Math.min(MAX_REPEATS, ENOUGH.toNanos() / last));
    }
}
