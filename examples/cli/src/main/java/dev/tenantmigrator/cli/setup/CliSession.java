package dev.tenantmigrator.cli.setup;

import dev.tenantmigrator.Cancellation;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantMigratorBuilder;
import java.util.Map;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** The migrator and the database of one command. */
public final class CliSession implements AutoCloseable {

    private final CliContext context;
    private final CliSettings settings;
    private final Database database;
    private final InterruptHandler interrupts;
    private final RunSummary summary = new RunSummary();
    private final ProgressListener progress;
    private final TenantMigrator migrator;

    private CliSession(CliContext context, CliSettings settings, InterruptHandler interrupts, Database database) {
        this.context = context;
        this.settings = settings;
        this.interrupts = interrupts;
        this.database = database;
        this.progress = new ProgressListener(context, settings, summary);
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
     * @param context where it reads and writes
     * @param settings which migrations and database
     * @param interrupts what ends its run early
     * @throws CommandException when the database is not there
     */
    public static CliSession open(CliContext context, CliSettings settings, InterruptHandler interrupts) {
        return new CliSession(context, settings, interrupts, Database.open(context, settings));
    }

    public CliContext context() {
        return context;
    }

    public CliSettings settings() {
        return settings;
    }

    public DataSource dataSource() {
        return database.dataSource();
    }

    /** Database, host and user, for a person. */
    public String databaseDescription() {
        return DatabaseDescription.of(database.dataSource());
    }

    public TenantMigrator migrator() {
        return migrator;
    }

    /** What ends a run early on Ctrl-C. */
    public Cancellation cancellation() {
        return interrupts.cancellation();
    }

    /** Has a connection for each of as many tenants at a time. */
    public void provideFor(int tenants) {
        database.provideFor(tenants);
    }

    /** Does something to tenants, so that it can be interrupted, and tells how far it is where it is long. */
    public <T> T run(Supplier<T> work) {
        interrupts.begin();
        try {
            return work.get();
        } finally {
            interrupts.end();
            progress.end();
        }
    }

    /** What the runs said of themselves as a whole, as fields of the JSON document. */
    public Map<String, Object> summary() {
        return summary.fields();
    }

    @Override
    public void close() {
        database.close();
    }
}
