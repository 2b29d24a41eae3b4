package dev.tenantmigrator;

import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.internal.DefaultTenantMigrator;
import dev.tenantmigrator.internal.config.Checks;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import dev.tenantmigrator.rollout.Rollout;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Configures a {@link TenantMigrator}. {@link #build()} copies, so a builder can be used again. Not thread-safe.
 */
public final class TenantMigratorBuilder {

    private final DataSource dataSource;
    private Optional<DataSource> directDataSource = Optional.empty();
    private Optional<MigrationSource> migrations = Optional.empty();
    private SchemaAdapter schemaAdapter = SchemaAdapter.standard();
    private TrackingStore trackingStore = TrackingStore.perSchema();
    private TenantEventListener listener = event -> {};
    private Tenants tenants = Tenants.all();
    private Set<String> requiredTables = Set.of();
    private Set<String> sharedObjects = Set.of();
    private Set<String> allowedSchemas = Set.of();
    private Set<String> allowedTables = Set.of();
    private Set<String> extensions = Set.of("uuid-ossp");
    private String sharedSchema = "public";
    private int parallelism = 1;
    private Duration lockTimeout = Duration.ofSeconds(2);
    private boolean errorDetails;

    TenantMigratorBuilder(DataSource dataSource) {
        this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
    }

    /**
     * Where migrations come from. Required.
     *
     * @param source read once per run
     * @return this
     */
    public TenantMigratorBuilder migrations(MigrationSource source) {
        migrations = Optional.of(source);
        return this;
    }

    /**
     * Tables that every tenant must have. None by default.
     *
     * @param tables names as PostgreSQL stores them: unquoted names in lower case
     * @return this
     */
    public TenantMigratorBuilder requiredTables(Collection<String> tables) {
        requiredTables = names(tables);
        return this;
    }

    /**
     * Tables that every tenant must have. None by default.
     *
     * @param tables names as PostgreSQL stores them: unquoted names in lower case
     * @return this
     */
    public TenantMigratorBuilder requiredTables(String... tables) {
        return requiredTables(List.of(tables));
    }

    /**
     * Objects of the shared schema that migrations may name, e.g. {@code users}. None by default.
     *
     * @param objects names as PostgreSQL stores them: unquoted names in lower case
     * @return this
     */
    public TenantMigratorBuilder sharedObjects(Collection<String> objects) {
        sharedObjects = names(objects);
        return this;
    }

    /**
     * Objects of the shared schema that migrations may name, e.g. {@code users}. None by default.
     *
     * @param objects names as PostgreSQL stores them: unquoted names in lower case
     * @return this
     */
    public TenantMigratorBuilder sharedObjects(String... objects) {
        return sharedObjects(List.of(objects));
    }

    /**
     * Schemas beside the tenant's own that migrations may create, name and change. Every tenant shares them: what one
     * tenant's migration makes there, the next one finds. None by default.
     *
     * @param schemas names as PostgreSQL stores them: unquoted names in lower case
     * @return this
     */
    public TenantMigratorBuilder allowSchemas(String... schemas) {
        allowedSchemas = names(List.of(schemas));
        return this;
    }

    /**
     * Tables outside of the tenant's schema that a migration's transaction may write to without naming them, e.g. those in
     * which an event trigger of another tool records every change. None by default.
     *
     * @param patterns {@code schema.table} or {@code schema.*}, as PostgreSQL stores the names
     * @return this
     * @throws IllegalArgumentException when a pattern has no dot
     */
    public TenantMigratorBuilder allowTables(String... patterns) {
        for (String pattern : patterns) {
            if (pattern.indexOf('.') < 1 || pattern.endsWith(".")) {
                throw new IllegalArgumentException("a table is allowed as schema.table or schema.*, not " + pattern);
            }
        }
        allowedTables = names(List.of(patterns));
        return this;
    }

    /**
     * Connections that lead to PostgreSQL itself, for statements that cannot run in a transaction, such as {@code CREATE
     * INDEX CONCURRENTLY}. Needed only where the other connections go through a pooler such as PgBouncer in transaction
     * mode. The same as the others by default.
     *
     * @param source a direct data source
     * @return this
     */
    public TenantMigratorBuilder directDataSource(DataSource source) {
        directDataSource = Optional.of(source);
        return this;
    }

    /**
     * Extensions that are made available in the shared schema. {@code uuid-ossp} by default.
     *
     * @param names of extensions
     * @return this
     */
    public TenantMigratorBuilder extensions(String... names) {
        extensions = names(List.of(names));
        return this;
    }

    /**
     * The schema of what belongs to no tenant. {@code public} by default.
     *
     * @param schema an existing schema
     * @return this
     */
    public TenantMigratorBuilder sharedSchema(String schema) {
        sharedSchema = name(schema);
        return this;
    }

    /**
     * Narrows the fleet: schemas that are not selected are no tenants of this migrator. All by default.
     *
     * @param selection of the schemas that have a record in the tracking store
     * @return this
     */
    public TenantMigratorBuilder tenants(Tenants selection) {
        tenants = Objects.requireNonNull(selection, "selection");
        return this;
    }

    /**
     * How many tenants are worked on at a time, each on a connection of its own. 1 by default.
     *
     * @param number 1 or more; at most the size of the pool is of use
     * @return this
     * @throws IllegalArgumentException when less than 1
     */
    public TenantMigratorBuilder parallelism(int number) {
        parallelism = Checks.parallelism(number);
        return this;
    }

    /**
     * How long a migration or rollback waits for a lock that another session holds, e.g. on a table that the application
     * reads; the application's own statements queue behind it as long. It is tried again after the other tenants, five times
     * in all unless {@link Rollout.Builder#tries} says otherwise.
     * 2 seconds by default. A script may set another for itself, e.g. by a first line {@code -- tenant-migrator:
     * lock_timeout=10s}. It does not bound {@code CREATE INDEX CONCURRENTLY} and its like, which wait for transactions that
     * are open while nobody waits for them; only a script's first line does.
     *
     * @param timeout at least a millisecond
     * @return this
     * @throws IllegalArgumentException when it is shorter
     */
    public TenantMigratorBuilder lockTimeout(Duration timeout) {
        lockTimeout = Checks.timeout(timeout, "lock timeout");
        return this;
    }

    /**
     * Whether failures have a {@linkplain dev.tenantmigrator.report.Failure#detail() detail}: all that PostgreSQL said, which
     * can quote rows of the tenant ({@code Key (email)=(…) already exists}). They go into reports and events; log lines and
     * exceptions' messages stay without. Not by default.
     *
     * @param wanted whether they are
     * @return this
     */
    public TenantMigratorBuilder errorDetails(boolean wanted) {
        errorDetails = wanted;
        return this;
    }

    /**
     * Who sees what happens. Nobody by default.
     *
     * @param eventListener thread-safe
     * @return this
     */
    public TenantMigratorBuilder listener(TenantEventListener eventListener) {
        listener = Objects.requireNonNull(eventListener, "eventListener");
        return this;
    }

    /**
     * How scripts are put into a tenant's schema. {@link SchemaAdapter#standard()} by default.
     *
     * @param adapter thread-safe
     * @return this
     */
    public TenantMigratorBuilder schemaAdapter(SchemaAdapter adapter) {
        schemaAdapter = Objects.requireNonNull(adapter, "adapter");
        return this;
    }

    /**
     * Where it is recorded which migrations a tenant has. {@link TrackingStore#perSchema()} by default.
     *
     * @param store thread-safe
     * @return this
     */
    public TenantMigratorBuilder trackingStore(TrackingStore store) {
        trackingStore = Objects.requireNonNull(store, "store");
        return this;
    }

    /**
     * Makes the migrator. Opens no connection and reads no file.
     *
     * @return a migrator
     * @throws IllegalStateException when {@link #migrations} was not called
     */
    public TenantMigrator build() {
        MigrationSource source =
                migrations.orElseThrow(() -> new IllegalStateException("no migrations: call migrations(source)"));
        return new DefaultTenantMigrator(new Config(
                dataSource,
                directDataSource,
                source,
                schemaAdapter,
                Recorder.of(trackingStore),
                listener,
                tenants,
                requiredTables,
                sharedObjects,
                allowedSchemas,
                allowedTables,
                extensions,
                sharedSchema,
                parallelism,
                lockTimeout,
                errorDetails));
    }

    private static Set<String> names(Collection<String> names) {
        Set<String> checked = new LinkedHashSet<>();
        names.forEach(name -> checked.add(name(name)));
        return checked;
    }

    private static String name(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a name must not be blank");
        }
        return name;
    }
}
