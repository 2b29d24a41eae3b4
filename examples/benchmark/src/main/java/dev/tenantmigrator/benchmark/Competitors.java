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

/** The four competitors, each in a database of its own, and their common migrations. */
final class Competitors {

    /** JSON names, in the order of the table's columns. */
    static final List<String> NAMES = List.of("ours", "floor", "flyway", "liquibase");

    /** Competitors that read one tenant after the other. */
    static final Set<String> SLOW = Set.of("flyway", "liquibase");

    /** Grows with the number of rounds: a more exact run deserves a longer warm-up. */
    private static final Duration WARM_UP_PER_ROUND = Duration.ofMillis(400);

    private final List<MigrationScript> scripts = new ArrayList<>(MigrationScript.all());
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private record Entry(Competitor competitor, DataSource database) {}

    /** Creates the databases. */
    Competitors(BenchmarkServer server, Path directory, int threads) throws Exception {
        for (String name : NAMES) {
            DataSource database = server.database(name, threads);
            Path files = Files.createDirectories(directory.resolve(name));
            Competitor competitor = switch (name) {
                case "ours" -> new TenantMigratorCompetitor(database, files, threads, TrackingStore.perSchema());
                case "floor" -> new RawJdbcCompetitor(database, threads);
                case "flyway" -> new FlywayCompetitor(database, files, threads);
                default -> new LiquibaseCompetitor(database, files, threads);
            };
            competitor.migrations(scripts);
            entries.put(name, new Entry(competitor, database));
        }
    }

    /** All current migrations. */
    List<MigrationScript> scripts() {
        return List.copyOf(scripts);
    }

    /** Adds a migration for all competitors. */
    void add(MigrationScript script) throws Exception {
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

    /** Executes a statement in the database of one competitor. */
    void execute(String name, String sql) throws Exception {
        BenchmarkServer.execute(entry(name).database(), sql);
    }

    /** Executes a statement in the database of each competitor. */
    void execute(String sql) throws Exception {
        for (String name : NAMES) {
            execute(name, sql);
        }
    }

    /** Checks a count from the catalogs of each competitor. */
    void prove(String what, String query, int expected) throws Exception {
        for (String name : NAMES) {
            prove(name, entry(name).database(), what, query, expected);
        }
    }

    /** Checks a count from the catalogs. */
    static void prove(String name, DataSource database, String what, String query, int expected) throws Exception {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            if (row.getInt(1) != expected) {
                throw new IllegalStateException(String.format(
                        Locale.ROOT,
                        "%s is not measured correctly: not every tenant %s (%d instead of %d)",
                        name,
                        what,
                        row.getInt(1),
                        expected));
            }
        }
    }

    /** Nanoseconds of warm-up. */
    static long warmUp(String name, BenchmarkSetup setup, int ifFast) {
        return setup.warmUp(WARM_UP_PER_ROUND)
                .multipliedBy((long) setup.rounds() * (SLOW.contains(name) ? 1 : ifFast))
                .toNanos();
    }

    /** Rotates the order, so that no competitor is always first or always after the same one. */
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
