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
 * A history of real size, deployed whole to one tenant that has its baseline, and replayed for a new tenant. Beside it psql runs
 * the scripts and nothing else: it writes no tracking row, takes no lock and asks no question.
 */
final class History {

    private static final int WARM_UP_ROUNDS = 5;

    /** No round begins after that. */
    private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(20);

    private final Setup setup;
    private final HikariDataSource database;
    private final Psql psql;
    private final Ours oursBefore;
    private final Ours ours;
    private final Script baseline = HistoryScripts.baseline();
    private final List<Script> migrations = HistoryScripts.migrations();
    private int round;

    /** The works that are timed. */
    private enum Timed {
        OURS_DEPLOY,
        PSQL_DEPLOY,
        OURS_CREATE,
        PSQL_CREATE
    }

    History(Setup setup) throws Exception {
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

    /** Runs. */
    HistoryFigures run() throws Exception {
        setup.tell("history: warm-up");
        long end = System.nanoTime() + LONGEST_WARM_UP.toNanos();
        for (int i = 0; i < WARM_UP_ROUNDS && System.nanoTime() < end; i++) {
            round(new Stopwatch<>());
        }
        Stopwatch<Timed> stopwatch = new Stopwatch<>();
        for (int i = 1; i <= setup.rounds(); i++) {
            setup.tell("history: round " + i + " of " + setup.rounds());
            round(stopwatch);
        }
        var medians = stopwatch.medians();
        return new HistoryFigures(
                migrations.size(),
                new HistoryFigures.Pair(
                        medians.getOrDefault(Timed.OURS_DEPLOY, Double.NaN),
                        medians.getOrDefault(Timed.PSQL_DEPLOY, Double.NaN)),
                new HistoryFigures.Pair(
                        medians.getOrDefault(Timed.OURS_CREATE, Double.NaN),
                        medians.getOrDefault(Timed.PSQL_CREATE, Double.NaN)));
    }

    private Ours ours(Path directory) {
        return new Ours(database, directory, 1, TrackingStore.perSchema(), List.of());
    }

    private void round(Stopwatch<Timed> stopwatch) throws Exception {
        round++;
        String oursDeployed = "ours_deployed_" + round;
        String psqlDeployed = "psql_deployed_" + round;
        String oursCreated = "ours_created_" + round;
        String psqlCreated = "psql_created_" + round;

        oursBefore.create(List.of(oursDeployed));
        psql.run(psql.file("before.sql", creation(psqlDeployed, baseline.unqualified())));
        Path deploy = psql.file("deploy.sql", deploy(psqlDeployed));
        Path create = psql.file("create.sql", creation(psqlCreated, baseline.unqualified() + joined("", "")));
        stopwatch.time(Timed.OURS_DEPLOY, 1, () -> ours.deploy(oursDeployed));
        stopwatch.time(Timed.PSQL_DEPLOY, 1, () -> psql.run(deploy));
        stopwatch.time(Timed.OURS_CREATE, 1, () -> ours.create(List.of(oursCreated)));
        stopwatch.time(Timed.PSQL_CREATE, 1, () -> psql.run(create));

        long expected = columns(psqlDeployed);
        for (String schema : List.of(oursDeployed, oursCreated, psqlCreated)) {
            if (columns(schema) != expected) {
                throw new IllegalStateException(schema + " differs from " + psqlDeployed);
            }
        }
        for (String schema : List.of(oursDeployed, psqlDeployed, oursCreated, psqlCreated)) {
            Server.execute(database, "DROP SCHEMA \"" + schema + "\" CASCADE; SELECT pg_stat_force_next_flush()");
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

    /** How many columns the tenant's relations have, dropped ones and those of indexes included; never 0. */
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
