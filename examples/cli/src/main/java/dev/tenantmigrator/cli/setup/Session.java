package dev.tenantmigrator.cli.setup;

import dev.tenantmigrator.Cancellation;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantMigratorBuilder;
import java.util.Map;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** The migrator and the database of one command. */
public final class Session implements AutoCloseable {

    private final Host host;
    private final Settings settings;
    private final Database database;
    private final Interruption interruption;
    private final Course course = new Course();
    private final Progress progress;
    private final TenantMigrator migrator;

    private Session(Host host, Settings settings, Interruption interruption, Database database) {
        this.host = host;
        this.settings = settings;
        this.interruption = interruption;
        this.database = database;
        this.progress = new Progress(host, settings, course);
        TenantMigratorBuilder builder = TenantMigrator.builder(database.dataSource())
                .migrations(MigrationSource.directory(settings.migrations()))
                .requiredTables(settings.requiredTables())
                .sharedObjects(settings.sharedObjects())
                .allowSchemas(settings.allowedSchemas().toArray(String[]::new))
                .allowTables(settings.allowedTables().toArray(String[]::new))
                .parallelism(settings.parallelism())
                .errorDetails(settings.errorDetails())
                .trackingStore(settings.tracking())
                .listener(progress);
        database.directDataSource().ifPresent(builder::directDataSource);
        settings.extensions().ifPresent(names -> builder.extensions(names.toArray(String[]::new)));
        this.migrator = builder.build();
    }

    /**
     * Connects.
     *
     * @param host where it reads and writes
     * @param settings which migrations and database
     * @param interruption what ends its run early
     * @throws CommandException when the database is not there
     */
    public static Session open(Host host, Settings settings, Interruption interruption) {
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

    /** What ends a run early on Ctrl-C. */
    public Cancellation cancellation() {
        return interruption.cancellation();
    }

    /** Has a connection for each of as many tenants at a time. */
    public void provideFor(int tenants) {
        database.provideFor(tenants);
    }

    /** Does something to tenants, so that it can be interrupted, and tells how far it is where it is long. */
    public <T> T run(Supplier<T> work) {
        interruption.begin();
        try {
            return work.get();
        } finally {
            interruption.end();
            progress.end();
        }
    }

    /** What the runs said of themselves as a whole, as fields of the JSON document. */
    public Map<String, Object> course() {
        return course.fields();
    }

    @Override
    public void close() {
        database.close();
    }
}
