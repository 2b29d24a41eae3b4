package dev.tenantmigrator.benchmark;

import dev.tenantmigrator.TrackingStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.sql.DataSource;

/**
 * One fleet to which migrations of the kinds are deployed, some by the library and some by raw JDBC. Both use the same tenants
 * and the same connections, so that neither finds a smaller catalog or warmer caches. A row that raw JDBC writes to a tracking
 * table is what the library would have written.
 */
final class KindFleet {

    private static final String TABLE = "a";

    /** One that deploys. */
    enum Deployer {
        /** The library with all threads. */
        OURS,
        /** Raw JDBC with all threads. */
        RAW,
        /** The library with one thread. */
        ONE_THREAD
    }

    private final DataSource database;
    private final List<String> tenants;
    private final Map<Deployer, Competitor> deployers;
    private final Map<Kind, Integer> numbers = new EnumMap<>(Kind.class);
    private int migrations;

    /** Creates the tenants. */
    KindFleet(Setup setup, String name, List<String> tenants) throws Exception {
        this.tenants = tenants;
        // No more connections than threads: each is used from the beginning, by all in turn.
        this.database = setup.server().databaseWith(name, setup.threads());
        Path files = Files.createDirectories(setup.directory().resolve(name));
        Ours ours = new Ours(database, files, setup.threads(), TrackingStore.perSchema(), List.of(TABLE));
        Floor raw = Floor.withoutQuestions(database, setup.threads());
        this.deployers = Map.of(
                Deployer.OURS,
                ours,
                Deployer.RAW,
                raw,
                Deployer.ONE_THREAD,
                new Ours(database, files, 1, TrackingStore.perSchema(), List.of(TABLE)));
        List<Script> baseline = List.of(new Script(version("baseline"), Kind.baseline(TABLE)));
        ours.migrations(baseline);
        raw.migrations(baseline);
        // A fleet of thousands is there sooner than by the library, for which the rows are the same.
        raw.create(tenants);
    }

    /** Deploys one more migration of a kind to all tenants; proves from the catalogs that each tenant has it. */
    void deploy(Kind kind, Deployer by, Stopwatch<Kind> stopwatch) throws Exception {
        int number = numbers.merge(kind, 1, Integer::sum) + 1;
        Script script = new Script(version(kind.migration(number)), kind.script(TABLE, number));
        for (Competitor deployer : deployers.values()) {
            deployer.migrations(List.of(script));
        }
        Competitor deployer = deployers.get(by);
        if (deployer == null) {
            throw new IllegalArgumentException("nobody: " + by);
        }
        stopwatch.time(kind, tenants.size(), () -> deployer.deployOne(tenants));
        Competitors.prove(
                by.name(), database, "has migration " + script.name(), kind.proof(TABLE, number), tenants.size());
    }

    /** Removes what changes left in the catalogs, as the server does by itself, which would take processors from a round. */
    void vacuumCatalogs() throws Exception {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            String catalogs;
            try (ResultSet row = statement.executeQuery(
                    "SELECT string_agg(oid::regclass::text, ', ') FROM pg_class WHERE relkind = 'r'"
                            + " AND relnamespace = 'pg_catalog'::regnamespace AND NOT relisshared")) {
                row.next();
                catalogs = row.getString(1);
            }
            statement.execute("VACUUM ANALYZE " + catalogs);
        }
    }

    private String version(String name) {
        return String.format(Locale.ROOT, "20260101%06d_%s", ++migrations, name);
    }
}
