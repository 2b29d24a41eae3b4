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
    private final Progress progress;
    private final TenantMigrator migrator;

    private Session(Host host, Settings settings, Database database) {
        this.host = host;
        this.settings = settings;
        this.database = database;
        this.progress = new Progress(host, settings);
        TenantMigratorBuilder builder = TenantMigrator.builder(database.dataSource())
                .migrations(MigrationSource.directory(settings.migrations()))
                .requiredTables(settings.requiredTables())
                .sharedObjects(settings.sharedObjects())
                .parallelism(settings.parallelism())
                .listener(progress);
        settings.extensions().ifPresent(names -> builder.extensions(names.toArray(String[]::new)));
        this.migrator = builder.build();
    }

    /**
     * Looks for the migrations, then connects.
     *
     * @throws CommandException when either is not there
     */
    public static Session open(Host host, Settings settings) {
        if (!Files.isDirectory(settings.migrations())) {
            throw new CommandException("there is no directory of migrations at "
                    + settings.migrations().toAbsolutePath().normalize()
                    + "; name it by --migrations, or begin one by: create NAME");
        }
        return new Session(host, settings, Database.open(host, settings));
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

    public TenantMigrator migrator() {
        return migrator;
    }

    /**
     * Does something to all tenants, with a progress bar where it is long and somebody looks.
     *
     * @param task what the bar is called
     * @param work what to do
     * @return what came of it
     */
    public <T> T onFleet(String task, Function<TenantMigrator, T> work) {
        progress.begin(task, migrator);
        try {
            return work.apply(migrator);
        } finally {
            progress.end();
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
