package dev.tenantmigrator.benchmark;

import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.sql.DataSource;

/** The library with the configuration that its README shows. */
final class TenantMigratorCompetitor implements Competitor {

    private final TenantMigrator migrator;
    private final Path directory;
    private final int threads;

    TenantMigratorCompetitor(DataSource dataSource, Path directory, int threads, TrackingStore store) {
        this(dataSource, directory, threads, store, MigrationScript.REQUIRED_TABLES);
    }

    TenantMigratorCompetitor(
            DataSource dataSource, Path directory, int threads, TrackingStore store, List<String> requiredTables) {
        this.directory = directory;
        this.threads = threads;
        this.migrator = TenantMigrator.builder(dataSource)
                .migrations(MigrationSource.directory(directory))
                .requiredTables(requiredTables)
                .sharedObjects("users")
                .trackingStore(store)
                .parallelism(threads)
                .build();
    }

    @Override
    public void migrations(List<MigrationScript> scripts) throws IOException {
        for (MigrationScript script : scripts) {
            Path migration = Files.createDirectories(directory.resolve(script.version()));
            Files.writeString(migration.resolve("migration.sql"), script.text());
        }
    }

    @Override
    public void create(List<String> schemas) throws Exception {
        Workers.each(threads, schemas, schema -> migrator.createTenant(TenantName.exactly(schema)));
    }

    @Override
    public void deployOne(List<String> schemas) {
        require(migrator.deployAll(), TenantOutcome.Migrated.class, schemas);
    }

    /** Deploys to one tenant. */
    void deploy(String schema) {
        require(migrator.deploy(Tenants.named(schema)), TenantOutcome.Migrated.class, List.of(schema));
    }

    @Override
    public void noop(List<String> schemas) {
        require(migrator.deployAll(), TenantOutcome.UpToDate.class, schemas);
    }

    @Override
    public void status(List<String> schemas) {
        if (migrator.status().tenants().size() != schemas.size()) {
            throw new IllegalStateException("status does not show all tenants");
        }
    }

    @Override
    public void verify(List<String> schemas) {
        require(migrator.verify(), TenantOutcome.Healthy.class, schemas);
    }

    /** Moves the tracking records to another store. Use a competitor with that store afterwards. */
    void moveTracking(TrackingStore target) {
        migrator.moveTracking(target).throwIfFailed();
    }

    private static void require(FleetReport report, Class<? extends TenantOutcome> outcome, List<String> schemas) {
        if (report.of(outcome).size() != schemas.size()) {
            throw new IllegalStateException("not all tenants are " + outcome.getSimpleName() + ": " + report.counts()
                    + " " + report.failed().stream().limit(3).toList());
        }
    }
}
