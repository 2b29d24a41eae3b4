package dev.tenantmigrator.benchmark;

import dev.tenantmigrator.TrackingStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import javax.sql.DataSource;

/** The four competitors, each in a database of its own, with the migrations that all of them have at the moment. */
final class Competitors {

    /** In the order of the columns. */
    static final List<String> NAMES = List.of("ours", "floor", "flyway", "liquibase");

    /** Those that look at one tenant after the other. */
    static final Set<String> SLOW = Set.of("flyway", "liquibase");

    /** Before each work, as long as the run is exact. */
    private static final Duration WARM_UP_PER_ROUND = Duration.ofMillis(400);

    private final List<Script> scripts = new ArrayList<>(Script.all());
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private record Entry(Competitor competitor, DataSource database) {}

    /** Makes the databases. */
    Competitors(Server server, Path directory, int threads) throws Exception {
        for (String name : NAMES) {
            DataSource database = server.database(name, threads);
            Path files = Files.createDirectories(directory.resolve(name));
            Competitor competitor = switch (name) {
                case "ours" -> new Ours(database, files, threads, TrackingStore.perSchema());
                case "floor" -> new Floor(database, threads);
                case "flyway" -> new FlywayCompetitor(database, files, threads);
                default -> new LiquibaseCompetitor(database, files, threads);
            };
            competitor.migrations(scripts);
            entries.put(name, new Entry(competitor, database));
        }
    }

    /** All migrations so far. */
    List<Script> scripts() {
        return List.copyOf(scripts);
    }

    /** One more migration for all. */
    void add(Script script) throws Exception {
        scripts.add(script);
        for (Entry entry : entries.values()) {
            entry.competitor().migrations(scripts);
        }
    }

    Competitor get(String name) {
        return entry(name).competitor();
    }

    void forEach(BiConsumer<String, Competitor> action) {
        entries.forEach((name, entry) -> action.accept(name, entry.competitor()));
    }

    /** Executes a statement in the database of one. */
    void execute(String name, String sql) throws Exception {
        Server.execute(entry(name).database(), sql);
    }

    /** Executes a statement in the database of each. */
    void execute(String sql) throws Exception {
        for (String name : NAMES) {
            execute(name, sql);
        }
    }

    /** Compares a count from the catalogs of each with what it must be. */
    void prove(String what, String query, int expected) throws Exception {
        for (String name : NAMES) {
            prove(name, entry(name).database(), what, query, expected);
        }
    }

    /** Compares a count from the catalogs with what it must be. */
    static void prove(String name, DataSource database, String what, String query, int expected) throws Exception {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            if (row.getInt(1) != expected) {
                throw new IllegalStateException(String.format(
                        Locale.ROOT,
                        "%s did not do its work: not every tenant %s (%d, not %d)",
                        name,
                        what,
                        row.getInt(1),
                        expected));
            }
        }
    }

    /** How long one is warmed up. */
    static long warmUp(String name, int rounds, int ifFast) {
        return WARM_UP_PER_ROUND
                .multipliedBy((long) rounds * (SLOW.contains(name) ? 1 : ifFast))
                .toNanos();
    }

    /** Nobody is always the first, or always behind the same. */
    static <T> List<T> order(List<T> all, int round) {
        List<T> names = new ArrayList<>(all);
        Collections.rotate(names, round);
        return names;
    }

    private Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("no competitor: " + name);
        }
        return entry;
    }
}
