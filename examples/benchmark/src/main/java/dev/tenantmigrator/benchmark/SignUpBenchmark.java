package dev.tenantmigrator.benchmark;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.Spares;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantMigratorBuilder;
import dev.tenantmigrator.TenantName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Measures the time that a sign-up waits for its tenant: a spare, by one thread and by sixteen; all migrations; Flyway. Each sign-up is a
 * transaction of its own, from borrowing the connection to the commit.
 */
final class SignUpBenchmark {

    private static final int THREADS = 16;

    /** In one round; a round of 16 threads makes this many at once in all. */
    private static final int SIGN_UPS = 256;

    /** Creating a spare with 400 migrations takes about a second. */
    private static final int SIGN_UPS_OF_HISTORY = 32;

    private static final int COLD = 16;

    private static final int REPLAYS = 20;

    private static final int REPLAYS_OF_HISTORY = 4;

    private static final int WARM_UP_ROUNDS = 3;

    private final BenchmarkSetup setup;
    private int users;

    SignUpBenchmark(BenchmarkSetup setup) {
        this.setup = setup;
    }

    SignUpResults run() throws Exception {
        List<MigrationScript> small = MigrationScript.all();
        HikariDataSource database = setup.server().databaseWith("signup", THREADS + 2);
        BenchmarkServer.execute(database, "CREATE TABLE IF NOT EXISTS users (id uuid PRIMARY KEY)");
        Path directory = written("signup", small);
        setup.report("signup: warm-up");
        int signUps = setup.warm() ? SIGN_UPS : COLD;
        for (int i = 0; i < setup.warmUpRounds(WARM_UP_ROUNDS); i++) {
            taken(database, directory, signUps, 1);
            taken(database, directory, signUps, THREADS);
            replayed(database, directory, REPLAYS);
        }
        List<Long> alone = new ArrayList<>();
        List<Long> together = new ArrayList<>();
        List<Long> replays = new ArrayList<>();
        for (int round = 1; round <= setup.rounds(); round++) {
            setup.report("signup: round " + round + " of " + setup.rounds());
            alone.addAll(taken(database, directory, signUps, 1));
            together.addAll(taken(database, directory, signUps, THREADS));
            replays.addAll(replayed(database, directory, REPLAYS));
        }
        List<Long> flyway = flyway(small);

        setup.report("signup: a history of 400 migrations");
        List<MigrationScript> history = new ArrayList<>(List.of(HistoryScripts.baseline()));
        history.addAll(HistoryScripts.migrations());
        HikariDataSource historyDatabase = setup.server().databaseWith("signup_history", 2);
        Path historyDirectory = written("signup_history", history);
        int ofHistory = setup.warm() ? SIGN_UPS_OF_HISTORY : 2;
        taken(historyDatabase, historyDirectory, ofHistory, 1);
        List<Long> takenOfHistory = taken(historyDatabase, historyDirectory, ofHistory, 1);
        takenOfHistory.addAll(taken(historyDatabase, historyDirectory, ofHistory, 1));
        return new SignUpResults(
                SignUpResults.Percentiles.of(alone),
                SignUpResults.Percentiles.of(together),
                SignUpResults.median(replays),
                SignUpResults.median(flyway),
                SignUpResults.Percentiles.of(takenOfHistory),
                SignUpResults.median(replayed(historyDatabase, historyDirectory, REPLAYS_OF_HISTORY)));
    }

    private Path written(String name, List<MigrationScript> scripts) throws Exception {
        Path directory = Files.createDirectories(setup.directory().resolve(name));
        for (MigrationScript script : scripts) {
            Path migration = Files.createDirectories(directory.resolve(script.version()));
            Files.writeString(migration.resolve("migration.sql"), script.text());
        }
        return directory;
    }

    private static TenantMigratorBuilder migrator(HikariDataSource database, Path directory) {
        return TenantMigrator.builder(database)
                .migrations(MigrationSource.directory(directory))
                .sharedObjects("users");
    }

    /** Fills the stock, then takes all of it. */
    private List<Long> taken(HikariDataSource database, Path directory, int signUps, int threads) throws Exception {
        List<Long> nanos = Collections.synchronizedList(new ArrayList<>());
        try (TenantMigrator migrator =
                migrator(database, directory).spares(Spares.keep(signUps)).build()) {
            migrator.maintainSpares();
            BenchmarkServer.execute(database, "SELECT pg_stat_force_next_flush()");
            List<TenantName> names = names(signUps);
            Workers.each(threads, names, name -> {
                long start = System.nanoTime();
                boolean spare = migrator.createTenant(name).fromSpare();
                nanos.add(System.nanoTime() - start);
                if (!spare) {
                    throw new IllegalStateException("a sign-up took no spare, although there was one for each");
                }
            });
        }
        dropTenants(database);
        return new ArrayList<>(nanos);
    }

    private List<Long> replayed(HikariDataSource database, Path directory, int signUps) throws Exception {
        List<Long> nanos = new ArrayList<>();
        try (TenantMigrator migrator = migrator(database, directory).build()) {
            for (TenantName name : names(signUps)) {
                long start = System.nanoTime();
                migrator.createTenant(name);
                nanos.add(System.nanoTime() - start);
            }
        }
        dropTenants(database);
        return nanos;
    }

    private List<Long> flyway(List<MigrationScript> scripts) throws Exception {
        HikariDataSource database = setup.server().database("signup_flyway", 1);
        BenchmarkServer.execute(database, "CREATE TABLE IF NOT EXISTS users (id uuid PRIMARY KEY)");
        FlywayCompetitor flyway = new FlywayCompetitor(
                database, Files.createDirectories(setup.directory().resolve("signup_flyway")), 1);
        flyway.migrations(scripts);
        List<String> schemas = Benchmark.names("flyway_", setup.warm() ? 2 * REPLAYS : 2);
        List<Long> nanos = new ArrayList<>();
        for (String schema : schemas) {
            long start = System.nanoTime();
            flyway.create(List.of(schema));
            nanos.add(System.nanoTime() - start);
        }
        // The first half warms the JVM up.
        return nanos.subList(nanos.size() / 2, nanos.size());
    }

    private List<TenantName> names(int number) {
        return IntStream.range(0, number)
                .mapToObj(i -> TenantName.exactly("user_" + ++users))
                .toList();
    }

    private static void dropTenants(HikariDataSource database) throws Exception {
        List<String> schemas = new ArrayList<>();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            try (ResultSet rows =
                    statement.executeQuery("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'user\\_%'")) {
                while (rows.next()) {
                    schemas.add(rows.getString(1));
                }
            }
            for (String schema : schemas) {
                statement.execute("DROP SCHEMA \"" + schema + "\" CASCADE");
            }
            statement.execute("SELECT pg_stat_force_next_flush()");
        }
    }
}
