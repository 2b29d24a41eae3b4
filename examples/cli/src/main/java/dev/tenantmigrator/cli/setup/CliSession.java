package dev.tenantmigrator.cli.setup;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.Spares;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantMigratorBuilder;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.rollout.Cancellation;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** The migrator and the database connections of one command. */
public final class CliSession implements AutoCloseable {

    private final CliContext context;
    private final CliSettings settings;
    private final MigrationSource migrations;
    private final Database database;
    private final InterruptHandler interrupts;
    private final RunSummary summary = new RunSummary();
    private final ProgressListener progress;
    private final TenantMigrator migrator;

    private CliSession(CliContext context, CliSettings settings, InterruptHandler interrupts, Database database) {
        this.context = context;
        this.settings = settings;
        this.migrations = MigrationSource.directory(settings.migrations());
        this.interrupts = interrupts;
        this.database = database;
        this.progress = new ProgressListener(context, settings, summary);
        this.migrator = builder().build();
    }

    private TenantMigratorBuilder builder() {
        TenantMigratorBuilder builder = TenantMigrator.builder(database.dataSource())
                .migrations(migrations)
                .requiredTables(settings.requiredTables())
                .sharedObjects(settings.sharedObjects())
                .sharedSchema(settings.sharedSchema())
                .allowSchemas(settings.allowedSchemas().toArray(String[]::new))
                .allowTables(settings.allowedTables().toArray(String[]::new))
                .readsOutside(settings.readsOutside())
                .parallelism(settings.parallelism())
                .errorDetails(settings.errorDetails())
                .trackingStore(settings.tracking())
                .listener(progress);
        database.directDataSource().ifPresent(builder::directDataSource);
        settings.extensions().ifPresent(names -> builder.extensions(names.toArray(String[]::new)));
        return builder;
    }

    /**
     * Connects.
     *
     * @param context the streams, environment and directory of the command
     * @param settings the migrations and the database
     * @param interrupts cancels the run on Ctrl-C
     * @throws CommandException if the database cannot be reached
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

    /** A line for a database without tenants. */
    public String noTenant() {
        return "There is no tenant in " + database() + ".";
    }

    /** The database in words. */
    public String database() {
        return DatabaseDescription.of(database.dataSource());
    }

    public TenantMigrator migrator() {
        return migrator;
    }

    /** A migrator that keeps this number of spares. The other one keeps none, so no tenant of this command is made from one. */
    public TenantMigrator keeping(int spares) {
        return builder().spares(Spares.keep(spares)).build();
    }

    /** The tenants whose record cannot be read, each with the finding. Needs no migrations directory: any migration serves. */
    public Map<String, Finding> unreadable() {
        Map<String, Finding> unreadable = new TreeMap<>();
        TenantMigrator reader = TenantMigrator.builder(database.dataSource())
                .migrations(MigrationSource.of(Migration.of("0", "")))
                .sharedSchema(settings.sharedSchema())
                .parallelism(settings.parallelism())
                .trackingStore(settings.tracking())
                .build();
        reader.status()
                .tenants()
                .forEach(tenant -> tenant.findings().stream()
                        .filter(finding -> finding.kind() == Finding.Kind.UNREADABLE)
                        .forEach(finding -> unreadable.put(tenant.schema(), finding)));
        return unreadable;
    }

    /** Compares versions, older first. */
    public Comparator<String> versionOrder() {
        return migrations.order();
    }

    /** Cancelled by Ctrl-C and SIGTERM. */
    public Cancellation cancellation() {
        return interrupts.cancellation();
    }

    /** Enlarges the connection pool for this number of tenants at a time. */
    public void allowParallelism(int tenants) {
        database.allowParallelism(tenants);
    }

    /** Runs work on tenants with progress display and handling of Ctrl-C. */
    public <T> T run(Supplier<T> work) {
        interrupts.begin();
        try {
            return showingProgress(work);
        } finally {
            interrupts.end();
        }
    }

    /** Runs work with progress display. Ctrl-C ends the process at once. */
    public <T> T showingProgress(Supplier<T> work) {
        try {
            return work.get();
        } finally {
            progress.end();
        }
    }

    /** Groups and stop reason, as fields of the JSON document. */
    public Map<String, Object> summary() {
        return summary.fields();
    }

    /** A migration that failed in a spare, before the first tenant. */
    public Optional<Failure> failedSpare() {
        return summary.failedSpare();
    }

    @Override
    public void close() {
        database.close();
    }
}
