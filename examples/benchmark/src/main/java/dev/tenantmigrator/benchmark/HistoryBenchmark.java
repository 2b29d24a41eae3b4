package dev.tenantmigrator.benchmark;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.TrackingStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Measures a history of realistic size: deployed to a tenant that has the baseline only, and applied to a new tenant. psql runs
 * the same scripts for comparison, without tracking rows, locks and containment checks.
 */
final class HistoryBenchmark {

    /** Each round applies 800 migrations with the library. */
    private static final int WARM_UP_ROUNDS = 5;

    /** Limit on a slow server: no further round starts. */
    private static final Duration MAX_WARM_UP = Duration.ofSeconds(20);

    private final BenchmarkSetup setup;
    private final HikariDataSource database;
    private final Psql psql;
    private final TenantMigratorCompetitor oursBefore;
    private final TenantMigratorCompetitor ours;
    private final MigrationScript baseline = HistoryScripts.baseline();
    private final List<MigrationScript> migrations = HistoryScripts.migrations();
    private int round;

    private enum TimedStep {
        OURS_DEPLOY,
        PSQL_DEPLOY,
        OURS_CREATE,
        PSQL_CREATE
    }

    HistoryBenchmark(BenchmarkSetup setup) throws Exception {
        this.setup = setup;
        this.database = setup.server().database("history", 1);
        Path directory = Files.createDirectories(setup.directory().resolve("history"));
        this.psql = new Psql((PGSimpleDataSource) database.getDataSource(), directory);
        this.oursBefore = ours(directory.resolve("before"));
        this.ours = ours(directory.resolve("all"));
        oursBefore.migrations(List.of(baseline));
        ours.migrations(List.of(baseline));
        ours.migrations(migrations);
    }

    HistoryResults run() throws Exception {
        setup.report("history: warm-up");
        long end = System.nanoTime() + MAX_WARM_UP.toNanos();
        for (int i = 0; i < setup.warmUpRounds(WARM_UP_ROUNDS) && System.nanoTime() < end; i++) {
            round(setup.stopwatch());
        }
        Stopwatch<TimedStep> stopwatch = setup.stopwatch();
        for (int i = 1; i <= setup.rounds(); i++) {
            setup.report("history: round " + i + " of " + setup.rounds());
            round(stopwatch);
        }
        var medians = stopwatch.medians();
        return new HistoryResults(
                migrations.size(),
                new HistoryResults.Pair(
                        medians.getOrDefault(TimedStep.OURS_DEPLOY, Double.NaN),
                        medians.getOrDefault(TimedStep.PSQL_DEPLOY, Double.NaN)),
                new HistoryResults.Pair(
                        medians.getOrDefault(TimedStep.OURS_CREATE, Double.NaN),
                        medians.getOrDefault(TimedStep.PSQL_CREATE, Double.NaN)));
    }

    private TenantMigratorCompetitor ours(Path directory) {
        return new TenantMigratorCompetitor(database, directory, 1, TrackingStore.perSchema(), List.of());
    }

    private void round(Stopwatch<TimedStep> stopwatch) throws Exception {
        round++;
        String oursDeployed = "ours_deployed_" + round;
        String psqlDeployed = "psql_deployed_" + round;
        String oursCreated = "ours_created_" + round;
        String psqlCreated = "psql_created_" + round;

        oursBefore.create(List.of(oursDeployed));
        psql.run(psql.file("before.sql", creation(psqlDeployed, baseline.unqualified())));
        Path deploy = psql.file("deploy.sql", deploy(psqlDeployed));
        Path create = psql.file("create.sql", creation(psqlCreated, baseline.unqualified() + joined("", "")));
        stopwatch.time(TimedStep.OURS_DEPLOY, 1, () -> ours.deploy(oursDeployed));
        stopwatch.time(TimedStep.PSQL_DEPLOY, 1, () -> psql.run(deploy));
        stopwatch.time(TimedStep.OURS_CREATE, 1, () -> ours.create(List.of(oursCreated)));
        stopwatch.time(TimedStep.PSQL_CREATE, 1, () -> psql.run(create));

        long expected = columns(psqlDeployed);
        for (String schema : List.of(oursDeployed, oursCreated, psqlCreated)) {
            if (columns(schema) != expected) {
                throw new IllegalStateException(schema + " differs from " + psqlDeployed);
            }
        }
        for (String schema : List.of(oursDeployed, psqlDeployed, oursCreated, psqlCreated)) {
            BenchmarkServer.execute(
                    database, "DROP SCHEMA \"" + schema + "\" CASCADE; SELECT pg_stat_force_next_flush()");
        }
    }

    private String deploy(String schema) {
        return searchPath(schema) + joined("BEGIN;\n", "COMMIT;\n");
    }

    private static String creation(String schema, String scripts) {
        return "BEGIN;\nCREATE SCHEMA \"" + schema + "\";\n" + searchPath(schema) + scripts + "COMMIT;\n";
    }

    private static String searchPath(String schema) {
        return "SET search_path TO \"" + schema + "\", public;\n";
    }

    private String joined(String before, String after) {
        return migrations.stream()
                .map(script -> before + script.unqualified() + after)
                .collect(Collectors.joining());
    }

    /** Number of columns of the tenant's relations, dropped columns and index columns included; never 0. */
    private long columns(String schema) throws Exception {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT count(*) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid"
                                + " WHERE relname NOT LIKE 'schema_migrations%' AND relnamespace = '\"" + schema
                                + "\"'::regnamespace")) {
            row.next();
            return row.getLong(1);
        }
    }
}
