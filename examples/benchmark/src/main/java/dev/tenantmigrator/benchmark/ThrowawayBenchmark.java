package dev.tenantmigrator.benchmark;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.Spares;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.ThrowawayTenant;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.flywaydb.core.Flyway;

/**
 * Measures the ways in which a test gets an empty tenant: a new one, a reset one, or a schema that Flyway cleans and migrates again.
 * Before each reset and each clean a test writes to four tables of the sample, or to three of fifty.
 */
final class ThrowawayBenchmark {

    private static final int WARM_UP_ROUNDS = 20;

    /** Limit on a slow server: no further round starts. */
    private static final Duration MAX_WARM_UP = Duration.ofSeconds(60);

    /** Tests in one round. */
    private static final int TESTS = 10;

    private static final int TABLES = 50;

    private static final String ROWS = """
            INSERT INTO team_member (us_id, name) VALUES (uuid_generate_v4(), 'Ada');
            INSERT INTO vendor (us_id, name) SELECT uuid_generate_v4(), 'vendor ' || i FROM generate_series(1, 10) i;
            INSERT INTO contact (us_id, vendor_id, first_name, last_name) SELECT us_id, id, 'Ada', 'L' FROM vendor;
            INSERT INTO reminders (us_id, contact_id, title, due_at) SELECT us_id, id, 'call', now() FROM contact""";

    private final BenchmarkSetup setup;
    private final HikariDataSource database;
    private final Flyway flyway;
    private int created;

    private enum TimedStep {
        CREATE_DROP,
        THROWAWAY_CLOSE,
        THROWAWAY_FROM_STOCK,
        RESET,
        RESET_OF_MANY_TABLES,
        FLYWAY
    }

    ThrowawayBenchmark(BenchmarkSetup setup) throws Exception {
        this.setup = setup;
        this.database = setup.server().database("tests", 2);
        Path directory = Files.createDirectories(setup.directory().resolve("tests"));
        new FlywayCompetitor(database, directory, 1)
                .migrations(MigrationScript.all().stream()
                        .filter(script -> !script.name().equals("small"))
                        .toList());
        this.flyway = Flyway.configure()
                .dataSource(database)
                .defaultSchema("flyway_test")
                .schemas("flyway_test")
                .locations("filesystem:" + directory)
                .connectRetries(0)
                .cleanDisabled(false)
                .loggers("slf4j")
                .load();
    }

    ThrowawayResults run() throws Exception {
        flyway.migrate();
        MigrationSource sample =
                MigrationSource.classpath("migrations-sample", getClass().getClassLoader());
        try (TenantMigrator ours =
                        TenantMigrator.builder(database).migrations(sample).build();
                ThrowawayTenant tenant = ours.throwaway();
                TenantMigrator stocked = TenantMigrator.builder(database)
                        .migrations(sample)
                        .spares(Spares.keep(1))
                        .build();
                TenantMigrator manyTables = TenantMigrator.builder(database)
                        .migrations(MigrationSource.of(Migration.of("1_many", manyTables())))
                        .build();
                ThrowawayTenant many = manyTables.throwaway()) {
            setup.report("throwaway: warm-up");
            long end = System.nanoTime() + MAX_WARM_UP.toNanos();
            for (int i = 0; i < setup.warmUpRounds(WARM_UP_ROUNDS) && System.nanoTime() < end; i++) {
                round(setup.stopwatch(), ours, stocked, tenant, many);
            }
            Stopwatch<TimedStep> stopwatch = setup.stopwatch();
            for (int i = 1; i <= setup.rounds(); i++) {
                setup.report("throwaway: round " + i + " of " + setup.rounds());
                for (int test = 0; test < TESTS; test++) {
                    round(stopwatch, ours, stocked, tenant, many);
                }
            }
            var medians = stopwatch.medians();
            return new ThrowawayResults(
                    medians.getOrDefault(TimedStep.CREATE_DROP, Double.NaN),
                    medians.getOrDefault(TimedStep.THROWAWAY_CLOSE, Double.NaN),
                    medians.getOrDefault(TimedStep.THROWAWAY_FROM_STOCK, Double.NaN),
                    medians.getOrDefault(TimedStep.RESET, Double.NaN),
                    medians.getOrDefault(TimedStep.RESET_OF_MANY_TABLES, Double.NaN),
                    medians.getOrDefault(TimedStep.FLYWAY, Double.NaN));
        }
    }

    private void round(
            Stopwatch<TimedStep> stopwatch,
            TenantMigrator ours,
            TenantMigrator stocked,
            ThrowawayTenant tenant,
            ThrowawayTenant many)
            throws Exception {
        stopwatch.time(TimedStep.CREATE_DROP, 1, () -> {
            ours.createTenant(TenantName.exactly("test_" + ++created));
            ours.dropTenant("test_" + created);
        });
        stopwatch.time(TimedStep.THROWAWAY_CLOSE, 1, () -> ours.throwaway().close());
        stocked.maintainSpares();
        List<ThrowawayTenant> taken = new ArrayList<>();
        stopwatch.time(TimedStep.THROWAWAY_FROM_STOCK, 1, () -> taken.add(stocked.throwaway()));
        taken.get(0).close();
        write(tenant.schema(), ROWS);
        stopwatch.time(TimedStep.RESET, 1, tenant::reset);
        requireEmpty(tenant.schema(), "vendor");
        write(
                many.schema(),
                "INSERT INTO t1 (body) VALUES ('a'); INSERT INTO t2 (other) VALUES (1); INSERT INTO t3 (other) VALUES (1)");
        stopwatch.time(TimedStep.RESET_OF_MANY_TABLES, 1, many::reset);
        requireEmpty(many.schema(), "t1");
        write("flyway_test", ROWS);
        stopwatch.time(TimedStep.FLYWAY, 1, () -> {
            flyway.clean();
            flyway.migrate();
        });
        requireEmpty("flyway_test", "vendor");
    }

    private void write(String schema, String rows) throws Exception {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET search_path TO \"" + schema + "\", public; " + rows + "; RESET search_path");
        }
    }

    private void requireEmpty(String schema, String table) throws Exception {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM \"" + schema + "\"." + table)) {
            row.next();
            if (row.getLong(1) != 0) {
                throw new IllegalStateException(schema + " is not empty");
            }
        }
    }

    private static String manyTables() {
        return IntStream.rangeClosed(1, TABLES)
                .mapToObj(table ->
                        "CREATE TABLE t" + table + " (id serial PRIMARY KEY, body text UNIQUE, other int REFERENCES t"
                                + Math.max(1, table - 1) + ");")
                .collect(Collectors.joining("\n"));
    }
}
