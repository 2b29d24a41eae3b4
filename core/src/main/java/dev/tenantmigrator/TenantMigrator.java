package dev.tenantmigrator;

import dev.tenantmigrator.report.AdoptionPlan;
import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.DriftFix;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.PlanReport;
import dev.tenantmigrator.report.PlannedMigration;
import dev.tenantmigrator.report.SpareReport;
import dev.tenantmigrator.report.SpareTenant;
import dev.tenantmigrator.report.StatusReport;
import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import javax.sql.DataSource;

/**
 * Creates, migrates, rolls back, repairs and checks the schemas of tenants in one PostgreSQL database.
 *
 * <p>By default there are no required tables and no shared objects, the shared schema is {@code public}, the extension {@code
 * uuid-ossp} is created in it, and tenants are migrated one at a time; see {@link TenantMigratorBuilder}.
 *
 * <p>Each migration runs in a transaction of its own together with its tracking row, under a lock of the tenant
 * ({@code pg_try_advisory_xact_lock}; PostgreSQL documentation, "Advisory Locks"). So any number of instances may make equal calls at
 * the same time. Connections are borrowed from the {@link DataSource} and returned as they were lent.
 *
 * <p>A call that returns a {@link FleetReport} has one outcome per tenant. A failed tenant is an outcome, not an exception; {@link
 * FleetReport#throwIfFailed()} turns it into one. An error that prevents the whole run is thrown before anything is changed: {@link
 * InvalidMigrationException} when migrations cannot be read, {@link TenantMigratorException} when the database cannot be reached or
 * the pool lends a connection with an open transaction. A tenant that does not exist is a failed outcome where the call returns a
 * {@link FleetReport}; the other calls throw {@link TenantNotFoundException}. Failed tenants are logged at WARN, without their data.
 *
 * <p>Thread-safe.
 */
public interface TenantMigrator extends AutoCloseable {

    /**
     * Begins the configuration of a migrator.
     *
     * @param dataSource lends connections. A pool of one suffices, because no thread holds two connections at a time
     * @return a builder
     */
    static TenantMigratorBuilder builder(DataSource dataSource) {
        return new TenantMigratorBuilder(dataSource);
    }

    /**
     * Creates missing extensions in the shared schema, once per database, and reads and checks all migrations, so that the first
     * creation of a tenant need not. Repeating the call does no harm, and several instances may call it at once.
     *
     * @throws InvalidMigrationException when a migration could not run in a new tenant
     * @throws TenantMigratorException when an extension is missing and the role may not create it
     */
    void prepare();

    /**
     * Creates a tenant in one transaction: schema, tracking record, all migrations, a check that all required tables exist, and the
     * creation step. A failure leaves nothing behind. With {@link TenantMigratorBuilder#spares} a spare that fits is renamed instead;
     * a failure leaves it as it was.
     *
     * <p>Each wait for a lock ends after {@link TenantMigratorBuilder#lockTimeout}. After a lock timeout or deadlock of the migrations
     * the creation is attempted again, three times in all. No attempt begins later than 10 seconds after the first, and each ends
     * after two such waits at most: 14 seconds with the default timeout. A step that waits in vain is not repeated.
     *
     * @param name the name of the schema
     * @param step the host application's own step
     * @return the tenant
     * @throws TenantExistsException when the name was exact and is taken
     * @throws MigrationFailedException when a migration or the check failed
     * @throws InvalidMigrationException when a migration cannot be read to its end
     * @throws TenantMigratorException when the step threw an {@link java.sql.SQLException}, with that as cause but without its
     *     detail; other exceptions of the step are thrown as they are
     */
    CreatedTenant createTenant(TenantName name, CreationStep step);

    /**
     * {@link #createTenant(TenantName, CreationStep)} without a step.
     *
     * @param name the name of the schema
     * @return the tenant
     */
    default CreatedTenant createTenant(TenantName name) {
        return createTenant(name, CreationStep.NONE);
    }

    /**
     * Creates a tenant inside the caller's open transaction, so that e.g. a row of {@code users} and the tenant are committed or rolled
     * back together. The call itself neither commits nor rolls back. It works inside a savepoint, so that the transaction stays
     * usable after a failure, and restores {@code search_path} and other settings. It is attempted once; the migrations wait for a
     * lock as long as two times {@link TenantMigratorBuilder#lockTimeout} at most.
     *
     * <p>Create the tenant first and insert the user second: a migration with a foreign key to {@code users} locks that
     * table, and two transactions that have already inserted into it would deadlock.
     *
     * @param connection a connection with an open transaction
     * @param name the name of the schema
     * @param step the host application's own step
     * @return the tenant, visible to others once the caller commits
     * @throws TenantExistsException when the name was exact and is taken
     * @throws MigrationFailedException when a migration or the check failed
     * @throws InvalidMigrationException when a migration cannot be read to its end
     * @throws TenantMigratorException when the connection has no open transaction, or when the step threw an {@link
     *     java.sql.SQLException}
     */
    CreatedTenant createTenant(Connection connection, TenantName name, CreationStep step);

    /**
     * {@link #createTenant(Connection, TenantName, CreationStep)} without a step.
     *
     * @param connection a connection with an open transaction
     * @param name the name of the schema
     * @return the tenant, visible to others once the caller commits
     */
    default CreatedTenant createTenant(Connection connection, TenantName name) {
        return createTenant(connection, name, CreationStep.NONE);
    }

    /**
     * Applies pending migrations, each in a transaction of its own. A failure of one tenant does not affect another, and the next run
     * continues. When the thread is interrupted, tenants in progress are finished and the others skipped.
     *
     * @param tenants the tenants to deploy to
     * @param options versions, treatment of unusual histories, and rollout
     * @return one outcome per tenant: migrated, up to date, ahead, failed, or skipped
     * @throws InvalidMigrationException when a script that would run cannot be read to its end
     */
    FleetReport deploy(Tenants tenants, DeployOptions options);

    /**
     * {@link #deploy(Tenants, DeployOptions)} with the defaults.
     *
     * @param tenants the selected tenants
     * @return one outcome per tenant
     */
    default FleetReport deploy(Tenants tenants) {
        return deploy(tenants, DeployOptions.defaults());
    }

    /**
     * {@link #deploy(Tenants, DeployOptions)} for all tenants, with the defaults.
     *
     * @return one outcome per tenant
     */
    default FleetReport deployAll() {
        return deploy(Tenants.all(), DeployOptions.defaults());
    }

    /**
     * Plans a {@link #deploy(Tenants, DeployOptions)}: shows the statements that it would run. Changes nothing, takes no tenant's lock,
     * and creates no extension.
     *
     * @param tenants the selected tenants
     * @param options versions and treatment of unusual histories
     * @return one plan per tenant
     * @throws InvalidMigrationException when a script that would run cannot be read to its end
     */
    PlanReport plan(Tenants tenants, DeployOptions options);

    /**
     * {@link #plan(Tenants, DeployOptions)} with the defaults.
     *
     * @param tenants the selected tenants
     * @return one plan per tenant
     */
    default PlanReport plan(Tenants tenants) {
        return plan(tenants, DeployOptions.defaults());
    }

    /**
     * Shows the statements of one version in each tenant, whether it is applied there or not; see {@link PlannedMigration#applied()}.
     *
     * @param tenants the selected tenants
     * @param version the version
     * @return one plan per tenant
     * @throws InvalidMigrationException when the version is unknown or its script cannot be read to its end
     */
    PlanReport planVersion(Tenants tenants, String version);

    /**
     * Rolls a version back by its {@code rollback.sql}, in one transaction with the removal of its row. All tenants are read before the
     * first is changed.
     *
     * @param tenants the selected tenants
     * @param version the version
     * @param options versions to roll back, and rollout
     * @return one outcome per tenant: rolled back, not applied, failed, or skipped
     * @throws InvalidMigrationException when the version is unknown, or a {@code rollback.sql} that would run is missing or
     *     cannot be read to its end; nothing was changed
     */
    FleetReport rollback(Tenants tenants, String version, RollbackOptions options);

    /**
     * {@link #rollback(Tenants, String, RollbackOptions)} with the defaults.
     *
     * @param tenants the selected tenants
     * @param version the version
     * @return one outcome per tenant
     */
    default FleetReport rollback(Tenants tenants, String version) {
        return rollback(tenants, version, RollbackOptions.defaults());
    }

    /**
     * Creates missing required tables as each tenant's applied migrations define them. A table that exists is neither altered
     * nor emptied. Rows that migrations inserted are not inserted again.
     *
     * @param tenants the selected tenants
     * @return one outcome per tenant: backfilled, up to date, or failed
     */
    FleetReport backfill(Tenants tenants);

    /**
     * Reads the state of tenants.
     *
     * @param tenants the selected tenants
     * @return one status per tenant
     * @throws TenantNotFoundException when a tenant that was named does not exist
     */
    StatusReport status(Tenants tenants);

    /**
     * {@link #status(Tenants)} of all tenants.
     *
     * @return one status per tenant
     */
    default StatusReport status() {
        return status(Tenants.all());
    }

    /**
     * Checks the health of tenants: required tables, the checksum of every applied migration against its file, missing files,
     * versions that are ahead, gaps and wrong order, pending versions, unfinished rows, invalid indexes, unfinished drops.
     *
     * @param tenants the selected tenants
     * @return one outcome per tenant: healthy, pending, unhealthy, or failed
     */
    FleetReport verify(Tenants tenants);

    /**
     * {@link #verify(Tenants)} for all tenants.
     *
     * @return one outcome per tenant
     */
    default FleetReport verify() {
        return verify(Tenants.all());
    }

    /**
     * Compares the structure of each tenant with the one that its own recorded versions give, so pending migrations are no drift. The
     * migrations run in a scratch schema whose transaction is rolled back. Reads only the catalogs, in read-only transactions.
     *
     * @param tenants the selected tenants
     * @param options what to compare with, and what to leave out
     * @return the tenants by their differences; tenants that could not be compared, with the reason
     * @throws TenantMigratorException when a pattern of {@link DriftOptions#ignoring} names no kind of object
     */
    DriftReport drift(Tenants tenants, DriftOptions options);

    /**
     * Brings a tenant to its definition, in one transaction under the tenant's lock. The check before commit is that of a migration.
     *
     * @param schema the tenant
     * @param options what to compare with, and what to leave out
     * @param shown the differences that were found before; when the tenant now has others, it is left as it is
     * @param destructive whether statements may run that drop or change something; views and other objects in their way are then
     *     dropped too, and made again as defined
     * @return the statements that ran, and what is left
     * @throws TenantNotFoundException when there is no such tenant
     * @throws TenantMigratorException when its differences are not those shown, when it cannot be compared, or when the result would
     *     touch something outside of the tenant; nothing was changed
     */
    DriftFix fixDrift(String schema, DriftOptions options, Collection<Difference> shown, boolean destructive);

    /**
     * Corrects tracking rows, in one transaction per tenant. Runs no script.
     *
     * @param tenants the selected tenants
     * @param repair the correction
     * @return one outcome per tenant: repaired, up to date, not applied, or failed
     * @throws InvalidMigrationException when the repair needs a version that the source does not have
     */
    FleetReport repair(Tenants tenants, Repair repair);

    /**
     * Runs the host's own work once in each tenant, in a transaction per tenant. Like a migration it must stay inside of its tenant,
     * but it is not recorded. By default it can only read. A failure of one tenant does not affect another.
     *
     * @param tenants the selected tenants
     * @param options whether the work may write, and rollout
     * @param work the work
     * @return one outcome per tenant: ran, failed, or skipped
     */
    FleetReport forEachTenant(Tenants tenants, RunOptions options, TenantWork work);

    /**
     * Runs a script once in each tenant, in a transaction per tenant. The script is adapted and contained like a migration, but not
     * recorded. By default it can only read. A failure of one tenant does not affect another.
     *
     * @param tenants the selected tenants
     * @param script the script, written for {@code public}
     * @param options whether the script may write, and rollout
     * @param rows receives the rows of its queries
     * @return one outcome per tenant: ran, failed, or skipped
     * @throws InvalidMigrationException when the script must not run, e.g. because PostgreSQL refuses a statement in a transaction
     */
    FleetReport runScript(Tenants tenants, MigrationScript script, RunOptions options, ScriptRows rows);

    /**
     * Moves the tenants' records from this migrator's store to another one. Each tenant is moved in one transaction under its lock:
     * versions, descriptions, times and checksums are copied unchanged and in order, then removed here. After an interruption the next
     * call continues.
     *
     * <p>An instance that still uses this store does not see a moved tenant any more: it does not list it, and a deploy that had read
     * it before reports it as failed, so that nothing is applied twice. So stop creating tenants, move, and restart the instances with
     * the other store. If an instance created a tenant meanwhile, move again. No older tool may write to the tracking tables during the
     * move.
     *
     * @param target the store to use from now on, e.g. {@link TrackingStore#fleet()}
     * @return one outcome per tenant of this store: moved, up to date when another instance moved it meanwhile, failed, or
     *     skipped
     * @throws IllegalArgumentException when the target is this migrator's store
     */
    FleetReport moveTracking(TrackingStore target);

    /**
     * Finds the versions that an existing schema without a tracking table already has: the longest series of leading versions whose
     * tables and columns all exist. It runs the migrations in a scratch schema that is rolled back, and changes nothing; missing
     * extensions are created.
     *
     * @param schema a schema
     * @return the versions to pass to {@link #adopt}
     * @throws TenantNotFoundException when there is no such schema
     * @throws TenantExistsException when it is a tenant already
     */
    AdoptionPlan planAdoption(String schema);

    /**
     * Makes an existing schema a tenant: creates its tracking record and records the versions as applied, in one transaction. No script
     * runs.
     *
     * @param schema a schema
     * @param versions versions of the source
     * @throws InvalidMigrationException when a version is unknown
     * @throws InvalidTenantNameException when the schema must never be a tenant, e.g. {@code public}
     * @throws TenantNotFoundException when there is no such schema
     * @throws TenantExistsException when it is a tenant already, or holds another tool's tracking table
     */
    void adopt(String schema, Collection<String> versions);

    /**
     * Lists the tenants, in one query.
     *
     * @return their schemas, sorted
     */
    List<String> tenants();

    /**
     * Whether a tenant exists.
     *
     * @param schema any text
     * @return true when it does
     */
    boolean exists(String schema);

    /**
     * Renames a tenant, in one transaction. Functions that name the schema are adapted. Other definitions that hold the old name as
     * text, e.g. comments, are logged as a warning. The application's own rows that name it, e.g. in {@code users}, are not changed.
     *
     * @param schema the tenant
     * @param newName its new name
     * @return the new name
     * @throws TenantNotFoundException when there is no such tenant
     * @throws TenantExistsException when the new name is taken
     */
    String rename(String schema, TenantName newName);

    /**
     * Drops a tenant with all its data, in several transactions that do not exhaust PostgreSQL's lock table. The schema is renamed
     * first, so that it is no tenant any more; its tracking record is removed last. When a step fails, call again to finish.
     *
     * @param schema the tenant
     * @throws InvalidTenantNameException when the name is one that must never be dropped
     * @throws TenantNotFoundException when there is no such tenant and no unfinished drop of it
     */
    void dropTenant(String schema);

    /**
     * Lists tenants whose drop is unfinished; {@link #dropTenant} finishes it.
     *
     * @return their former names, sorted
     */
    List<String> unfinishedDrops();

    /**
     * Creates a tenant for a test. The first call also drops throwaway tenants of dead runs: runs on this machine whose process is gone,
     * and runs on other machines after a day. The tenant is one of {@link #tenants()} until it is closed.
     *
     * @return the tenant; close it
     */
    ThrowawayTenant throwaway();

    /**
     * Maintains the stock of {@linkplain TenantMigratorBuilder#spares spare tenants}: drops those that are too old, and makes those that are
     * missing, each in a transaction of its own. Several instances may call it at once; together they make no more than are asked for.
     *
     * @return the stock afterwards
     * @throws IllegalStateException when the builder was given no {@link Spares}
     * @throws MigrationFailedException when a spare cannot be made; sign-ups go on without
     * @throws SparesNotDroppedException when a spare that is too old cannot be dropped; the missing ones were made
     */
    SpareReport maintainSpares();

    /**
     * Lists the spare tenants of the database.
     *
     * @return the spares, in the order of their names
     */
    List<SpareTenant> spares();

    /**
     * Drops all spare tenants of the database, also those of other instances; not those that a sign-up has just taken.
     *
     * @return their number
     * @throws SparesNotDroppedException when some cannot be dropped; the others were
     */
    int dropSpares();

    /**
     * Closes the migrator. Calls in progress are finished, and the {@link DataSource} stays open. Waits until closed throwaway tenants
     * are dropped. Every later call of another method throws {@link IllegalStateException}; closing again has no effect.
     */
    @Override
    void close();
}
