package dev.tenantmigrator.cli.setup;

import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantMigratorBuilder;
import java.nio.file.Files;
import java.util.function.Function;
import javax.sql.DataSource;

/** The migrator and the database of one command. */
public final class Session implements AutoCloseable {

    private final Host host;
    private final Settings settings;
    private final Database database;
    private final Interruption interruption;
    private final Progress progress;
    private final TenantMigrator migrator;

    private Session(Host host, Settings settings, Interruption interruption, Database database) {
        this.host = host;
        this.settings = settings;
        this.interruption = interruption;
        this.database = database;
        this.progress = new Progress(host, settings);
        TenantMigratorBuilder builder = TenantMigrator.builder(database.dataSource())
                .migrations(MigrationSource.directory(settings.migrations()))
                .requiredTables(settings.requiredTables())
                .sharedObjects(settings.sharedObjects())
                .allowSchemas(settings.allowedSchemas().toArray(String[]::new))
                .allowTables(settings.allowedTables().toArray(String[]::new))
                .parallelism(settings.parallelism())
                .trackingStore(settings.tracking())
                .listener(progress);
        database.directDataSource().ifPresent(builder::directDataSource);
        settings.extensions().ifPresent(names -> builder.extensions(names.toArray(String[]::new)));
        this.migrator = builder.build();
    }

    /**
     * Looks for the migrations, then connects.
     *
     * @param host where it reads and writes
     * @param settings which migrations and database
     * @param interruption what interrupts a run of many tenants
     * @throws CommandException when either is not there
     */
    public static Session open(Host host, Settings settings, Interruption interruption) {
        if (!Files.isDirectory(settings.migrations())) {
            throw new CommandException("there is no directory of migrations at "
                    + settings.migrations().toAbsolutePath().normalize()
                    + "; name it by --migrations, or begin one by: create NAME");
        }
        return new Session(host, settings, interruption, Database.open(host, settings));
    }

    public Host host() {
        return host;
    }

    public Settings settings() {
        return settings;
    }

    public DataSource dataSource() {
        return database.dataSource();
    }

    /** Database, host and user, for a person. */
    public String place() {
        return Place.of(database.dataSource());
    }

    public TenantMigrator migrator() {
        return migrator;
    }

    /**
     * Does something to all tenants, so that it can be interrupted, and tells how far it is where it is long.
     *
     * @param task what the bar is called
     * @param work what to do
     * @return what came of it
     */
    public <T> T onFleet(String task, Function<TenantMigrator, T> work) {
        progress.begin(task, migrator);
        interruption.begin();
        try {
            return work.apply(migrator);
        } finally {
            interruption.end();
            progress.end();
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
