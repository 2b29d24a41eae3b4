package dev.tenantmigrator;

import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.internal.DefaultTenantMigrator;
import dev.tenantmigrator.internal.config.Checks;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import dev.tenantmigrator.rollout.Rollout;
import java.time.Duration;
import java.util.Collection;
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
    private ReadsOutside readsOutside = ReadsOutside.WARN;
    private Set<String> extensions = Set.of("uuid-ossp");
    private String sharedSchema = "public";
    private int parallelism = 1;
    private Duration lockTimeout = Duration.ofSeconds(2);
    private Optional<Boolean> cluster = Optional.empty();
    private Optional<Spares> spares = Optional.empty();
    private boolean errorDetails;

    TenantMigratorBuilder(DataSource dataSource) {
        this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
    }

    /**
     * Sets the source of migrations. Required.
     *
     * @param source read once per run; thread-safe
     * @return this
     */
    public TenantMigratorBuilder migrations(MigrationSource source) {
        migrations = Optional.of(source);
        return this;
    }

    /**
     * Sets the tables that every tenant must have. None by default.
     *
     * @param tables names as PostgreSQL stores them: unquoted names in lower case
     * @return this
     */
    public TenantMigratorBuilder requiredTables(Collection<String> tables) {
        requiredTables = Checks.names(tables);
        return this;
    }

    /**
     * Sets the tables that every tenant must have. None by default.
     *
     * @param tables names as PostgreSQL stores them: unquoted names in lower case
     * @return this
     */
    public TenantMigratorBuilder requiredTables(String... tables) {
        return requiredTables(List.of(tables));
    }

    /**
     * Sets the objects of the shared schema that migrations may name, e.g. {@code users}. None by default.
     *
     * @param objects names as PostgreSQL stores them: unquoted names in lower case
     * @return this
     */
    public TenantMigratorBuilder sharedObjects(Collection<String> objects) {
        sharedObjects = Checks.names(objects);
        return this;
    }

    /**
     * Sets the objects of the shared schema that migrations may name, e.g. {@code users}. None by default.
     *
     * @param objects names as PostgreSQL stores them: unquoted names in lower case
     * @return this
     */
    public TenantMigratorBuilder sharedObjects(String... objects) {
        return sharedObjects(List.of(objects));
    }

    /**
     * Sets the schemas beside the tenant's own that migrations may create, name and change. All tenants share them: an object that one
     * tenant's migration creates there already exists for the next one. None by default.
     *
     * @param schemas names as PostgreSQL stores them: unquoted names in lower case
     * @return this
     */
    public TenantMigratorBuilder allowSchemas(String... schemas) {
        allowedSchemas = Checks.names(List.of(schemas));
        return this;
    }

    /**
     * Sets the tables outside of the tenant's schema that a migration's transaction may write to without naming them, e.g. those in
     * which another tool's event trigger records every change. None by default.
     *
     * @param patterns {@code schema.table} or {@code schema.*}, as PostgreSQL stores the names
     * @return this
     * @throws IllegalArgumentException when a pattern has no dot
     */
    public TenantMigratorBuilder allowTables(String... patterns) {
        allowedTables = Checks.tables(Checks.names(List.of(patterns)));
        return this;
    }

    /**
     * Sets the treatment of migrations that read tables outside of their tenant's schema. {@link ReadsOutside#WARN} by default.
     *
     * @param treatment forbids, logs or allows such reads
     * @return this
     */
    public TenantMigratorBuilder readsOutside(ReadsOutside treatment) {
        readsOutside = Objects.requireNonNull(treatment, "treatment");
        return this;
    }

    /**
     * Sets a data source of direct connections, for statements that cannot run in a transaction, such as {@code CREATE INDEX
     * CONCURRENTLY}. Needed only where the others go through a pooler in transaction mode. By default the migrator's own.
     *
     * @param source a direct data source
     * @return this
     */
    public TenantMigratorBuilder directDataSource(DataSource source) {
        directDataSource = Optional.of(source);
        return this;
    }

    /**
     * Sets the extensions to create in the shared schema when they are missing. {@code uuid-ossp} by default.
     *
     * @param names the extensions' names; none to create none
     * @return this
     */
    public TenantMigratorBuilder extensions(String... names) {
        extensions = Checks.names(List.of(names));
        return this;
    }

    /**
     * Sets the schema of the objects that belong to no tenant. {@code public} by default.
     *
     * @param schema an existing schema
     * @return this
     */
    public TenantMigratorBuilder sharedSchema(String schema) {
        sharedSchema = Checks.name(schema);
        return this;
    }

    /**
     * Narrows the fleet: to this migrator, schemas outside of the selection are not tenants. All by default.
     *
     * @param selection selects among the schemas with a record in the tracking store
     * @return this
     */
    public TenantMigratorBuilder tenants(Tenants selection) {
        tenants = Objects.requireNonNull(selection, "selection");
        return this;
    }

    /**
     * Sets the number of tenants to work on at a time, each on a connection of its own. 1 by default.
     *
     * @param number 1 or more; more than the size of the pool is of no use
     * @return this
     * @throws IllegalArgumentException when less than 1
     */
    public TenantMigratorBuilder parallelism(int number) {
        parallelism = Checks.parallelism(number);
        return this;
    }

    /**
     * Sets the time that a migration or rollback waits for a lock that another session holds, e.g. on a table that the application
     * reads. The application's own statements queue behind it meanwhile, so the default is short: 2 seconds. After a timeout the
     * migration is attempted again, five times in all unless {@link Rollout.Builder#tries} sets another number, while other tenants
     * proceed. It also limits each wait of a creation, unless the session's {@code lock_timeout} is shorter.
     *
     * <p>A script can set a timeout of its own by its first line, e.g. {@code -- tenant-migrator: lock_timeout=10s}. Only that line
     * limits {@code CREATE INDEX CONCURRENTLY} and similar statements: they wait for open transactions, and nobody queues behind
     * them.
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
     * Whether the database is the coordinator of a Citus cluster, which keeps each tenant's schema on one of its nodes. By default the
     * extension {@code citus} in the database tells.
     *
     * @param wanted whether to treat it as one; then new tenants are distributed, also where schema-based sharding is off
     * @return this
     * @see <a href="https://docs.citusdata.com/en/stable/develop/reference_sharding.html">Citus: schema-based sharding</a>
     */
    public TenantMigratorBuilder cluster(boolean wanted) {
        cluster = Optional.of(wanted);
        return this;
    }

    /**
     * Has new tenants made from a stock of spares. None by default.
     *
     * @param stock see {@link Spares#keep}
     * @return this
     */
    public TenantMigratorBuilder spares(Spares stock) {
        spares = Optional.of(stock);
        return this;
    }

    /**
     * Whether failures have a {@linkplain dev.tenantmigrator.report.Failure#detail() detail}: PostgreSQL's full error, which can quote
     * a tenant's rows. Reports and events then contain it; log lines and exception messages never do. False by default.
     *
     * @param wanted whether failures have a detail
     * @return this
     */
    public TenantMigratorBuilder errorDetails(boolean wanted) {
        errorDetails = wanted;
        return this;
    }

    /**
     * Sets a listener of events. None by default.
     *
     * @param eventListener thread-safe; it replaces an earlier one
     * @return this
     */
    public TenantMigratorBuilder listener(TenantEventListener eventListener) {
        listener = Objects.requireNonNull(eventListener, "eventListener");
        return this;
    }

    /**
     * Sets the adapter that turns scripts into statements for a tenant's schema. {@link SchemaAdapter#standard()} by default.
     *
     * @param adapter thread-safe
     * @return this
     */
    public TenantMigratorBuilder schemaAdapter(SchemaAdapter adapter) {
        schemaAdapter = Objects.requireNonNull(adapter, "adapter");
        return this;
    }

    /**
     * Sets the store of the tenants' applied migrations. {@link TrackingStore#perSchema()} by default.
     *
     * @param store thread-safe
     * @return this
     */
    public TenantMigratorBuilder trackingStore(TrackingStore store) {
        trackingStore = Objects.requireNonNull(store, "store");
        return this;
    }

    /**
     * Builds the migrator. Opens no connection and reads no file.
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
                Recorder.of(trackingStore, lockTimeout),
                listener,
                tenants,
                requiredTables,
                sharedObjects,
                allowedSchemas,
                allowedTables,
                readsOutside,
                extensions,
                sharedSchema,
                parallelism,
                lockTimeout,
                cluster,
                spares,
                errorDetails));
    }
}
