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
 * A fleet that receives migrations from the library and from raw JDBC in turn. Both use the same tenants and connections, so that
 * neither has a smaller catalog or warmer caches. Raw JDBC writes the same tracking rows as the library.
 */
final class KindFleet {

    private static final String TABLE = "a";

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
    private final Map<MigrationKind, Integer> numbers = new EnumMap<>(MigrationKind.class);
    private int migrations;

    /** Creates the tenants. */
    KindFleet(BenchmarkSetup setup, String name, List<String> tenants) throws Exception {
        this.tenants = tenants;
        // One connection per thread, so that all deployers use the same ones.
        this.database = setup.server().databaseWith(name, setup.threads());
        Path files = Files.createDirectories(setup.directory().resolve(name));
        TenantMigratorCompetitor ours = new TenantMigratorCompetitor(
                database, files, setup.threads(), TrackingStore.perSchema(), List.of(TABLE));
        RawJdbcCompetitor raw = RawJdbcCompetitor.withoutContainmentCheck(database, setup.threads());
        this.deployers = Map.of(
                Deployer.OURS,
                ours,
                Deployer.RAW,
                raw,
                Deployer.ONE_THREAD,
                new TenantMigratorCompetitor(database, files, 1, TrackingStore.perSchema(), List.of(TABLE)));
        List<MigrationScript> baseline =
                List.of(new MigrationScript(version("baseline"), MigrationKind.baseline(TABLE)));
        ours.migrations(baseline);
        raw.migrations(baseline);
        // Raw JDBC creates thousands of tenants faster, and writes the same tracking rows.
        raw.create(tenants);
    }

    /** Deploys the next migration of a kind to all tenants, then checks in the catalogs that each tenant has it. */
    void deploy(MigrationKind kind, Deployer by, Stopwatch<MigrationKind> stopwatch) throws Exception {
        int number = numbers.merge(kind, 1, Integer::sum) + 1;
        MigrationScript script = new MigrationScript(version(kind.migration(number)), kind.script(TABLE, number));
        for (Competitor deployer : deployers.values()) {
            deployer.migrations(List.of(script));
        }
        Competitor deployer = deployers.get(by);
        if (deployer == null) {
            throw new IllegalArgumentException("unknown deployer: " + by);
        }
        stopwatch.time(kind, tenants.size(), () -> deployer.deployOne(tenants));
        Competitors.prove(
                by.name(), database, "has migration " + script.name(), kind.proof(TABLE, number), tenants.size());
    }

    /** Vacuums the catalogs between rounds; otherwise autovacuum would do it during a round and take processor time. */
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
