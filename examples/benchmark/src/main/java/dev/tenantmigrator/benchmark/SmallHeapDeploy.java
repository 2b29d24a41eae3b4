package dev.tenantmigrator.benchmark;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import java.nio.file.Path;

/** Deploys to a whole fleet. {@link ScaleBenchmark} starts it in a JVM of its own with a small heap. */
final class SmallHeapDeploy {

    private SmallHeapDeploy() {}

    /**
     * Deploys to all tenants. Throws if a tenant was not migrated.
     *
     * @param args JDBC URL, user, threads, directory of migrations; the password is in {@code PGPASSWORD}
     */
    public static void main(String[] args) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(args[0]);
        config.setUsername(args[1]);
        config.setPassword(System.getenv("PGPASSWORD"));
        int threads = Integer.parseInt(args[2]);
        config.setMaximumPoolSize(threads);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            FleetReport report = TenantMigrator.builder(pool)
                    .migrations(MigrationSource.directory(Path.of(args[3])))
                    .sharedObjects("users")
                    .parallelism(threads)
                    .build()
                    .deployAll()
                    .throwIfFailed();
            if (report.of(TenantOutcome.Migrated.class).size()
                    != report.outcomes().size()) {
                throw new IllegalStateException("not all were migrated: " + report.counts());
            }
        }
    }
}
