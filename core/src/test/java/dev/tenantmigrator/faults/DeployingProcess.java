package dev.tenantmigrator.faults;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.ChildJvm;
import dev.tenantmigrator.support.TestDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * An application instance: for each line {@code <prefix of tenants> <number of migrations>} of its standard input it deploys,
 * writes a line per migration and one with the outcome.
 */
final class DeployingProcess {

    private static final int CONNECTIONS = 2;

    private DeployingProcess() {}

    /** Starts one on a test's database. */
    static ChildJvm start(TestDatabase database, String name) throws IOException {
        String separator = database.jdbcUrl().contains("?") ? "&" : "?";
        return ChildJvm.start(
                DeployingProcess.class,
                database.jdbcUrl() + separator + "ApplicationName=" + name,
                database.user(),
                database.password());
    }

    /**
     * The answer of a run.
     *
     * @param millis of the run
     * @param applied migrations
     * @param tenants of the report that are done
     * @param failed tenants
     */
    record Result(long millis, int applied, int tenants, int failed) {}

    /** Waits for the end of a run. */
    static Result result(ChildJvm process) throws IOException {
        String line = process.receive();
        while (!line.startsWith("done ")) {
            line = process.receive();
        }
        String[] parts = line.split(" ", -1);
        return new Result(
                Long.parseLong(parts[1]),
                Integer.parseInt(parts[2]),
                Integer.parseInt(parts[3]),
                Integer.parseInt(parts[4]));
    }

    /** Its main method. */
    public static void main(String[] arguments) throws IOException {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(arguments[0]);
        config.setUsername(arguments[1]);
        config.setPassword(arguments[2]);
        config.setMaximumPoolSize(CONNECTIONS);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (HikariDataSource pool = new HikariDataSource(config)) {
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                String[] parts = line.split(" ", -1);
                deploy(pool, parts[0], Integer.parseInt(parts[1]));
            }
        }
    }

    private static void deploy(HikariDataSource pool, String prefix, int migrations) {
        TenantMigrator migrator = TenantMigrator.builder(pool)
                .migrations(CountedFleet.migrations(migrations))
                .tenants(Tenants.all().where(schema -> schema.startsWith(prefix)))
                .parallelism(CONNECTIONS)
                .listener(event -> {
                    if (event instanceof TenantEvent.MigrationApplied applied) {
                        write(applied.schema() + " " + applied.version());
                    }
                })
                .build();
        long start = System.nanoTime();
        try {
            FleetReport report = migrator.deployAll();
            int applied = report.of(TenantOutcome.Migrated.class).stream()
                    .mapToInt(outcome -> outcome.applied().size())
                    .sum();
            int failed = report.failed().size();
            write("done " + (System.nanoTime() - start) / 1_000_000 + " " + applied + " "
                    + (report.outcomes().size() - failed) + " " + failed);
        } catch (TenantMigratorException e) {
            write("done 0 0 0 1 " + e.getMessage());
        }
    }

    /** Whole lines, also by several threads. */
    private static void write(String line) {
        System.out.println(line);
    }
}
