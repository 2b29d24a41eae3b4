package dev.tenantmigrator;

import dev.tenantmigrator.report.AdoptionPlan;
import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.PlanReport;
import dev.tenantmigrator.report.PlannedMigration;
import dev.tenantmigrator.report.StatusReport;
import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import javax.sql.DataSource;

/**
 * Creates, migrates, rolls back, repairs and checks the schemas of tenants in one PostgreSQL database.
 *
 * <p>By default there are no required tables and no shared objects, the shared schema is {@code public}, {@code uuid-ossp}
 * is made available in it, and one tenant is worked on at a time; see {@link TenantMigratorBuilder}.
 *
 * <p>Each migration runs in one transaction of its own together with its tracking row, under a lock of the tenant
 * ({@code pg_try_advisory_xact_lock}; PostgreSQL documentation, "Advisory Locks"), so that any number of instances may run
 * the same call at the same time. Connections are borrowed from the {@link DataSource} and returned as they were lent.
 *
 * <p>A run that concerns tenants returns one outcome for each, and the failure of one is not an exception: ask
 * {@link FleetReport#throwIfFailed()}. What makes any work impossible is thrown before anything is changed:
 * {@link InvalidMigrationException} when migrations cannot be read, {@link TenantMigratorException} when the database
 * cannot be reached or lends a connection with an open transaction. Calls that return a {@link FleetReport} report a tenant
 * that is not there as failed; the others throw {@link TenantNotFoundException}. Failed tenants are logged at WARN, without
 * data of theirs.
 *
 * <p>Thread-safe.
 */
public interface TenantMigrator extends AutoCloseable {

    /**
     * Begins the configuration of a migrator.
     *
     * @param dataSource where connections are borrowed. A pool of one suffices: no work holds two connections
     * @return a builder
     */
    static TenantMigratorBuilder builder(DataSource dataSource) {
        return new TenantMigratorBuilder(dataSource);
    }

    /**
     * Makes the required extensions available in the shared schema, once per database, and reads and checks all
     * migrations, so that the first sign-up need not. Does nothing where all is there. Several may do it at once.
     *
     * @throws InvalidMigrationException when a migration could not run in a new tenant
     * @throws TenantMigratorException when an extension is missing and may not be created
     */
    void prepare();

    /**
     * Creates a tenant in one transaction: schema, tracking record, all migrations, a check that all required tables are
     * there, and the host's step. A failure leaves nothing behind.
     *
     * @param name how the schema is named
     * @param step the host's own step
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
     * @param name how the schema is named
     * @return the tenant
     */
    default CreatedTenant createTenant(TenantName name) {
        return createTenant(name, CreationStep.NONE);
    }

    /**
     * Creates a tenant inside the caller's open transaction, so that e.g. a row of {@code users} and the tenant commit or
     * vanish together. Neither commits nor rolls back: it works inside a savepoint, so that the transaction stays usable
     * after a failure, and puts back {@code search_path} and other settings.
     *
     * <p>Create the tenant first and insert the user second: a migration with a foreign key to {@code users} locks that
     * table, and two transactions that have inserted into it already would deadlock.
     *
     * @param connection with an open transaction
     * @param name how the schema is named
     * @param step the host's own step
     * @return the tenant, there for others once the caller commits
     * @throws TenantExistsException when the name was exact and is taken
     * @throws MigrationFailedException when a migration or the check failed
     * @throws InvalidMigrationException when a migration cannot be read to its end
     * @throws TenantMigratorException when the connection has no open transaction, or as above for the step
     */
    CreatedTenant createTenant(Connection connection, TenantName name, CreationStep step);

    /**
     * {@link #createTenant(Connection, TenantName, CreationStep)} without a step.
     *
     * @param connection with an open transaction
     * @param name how the schema is named
     * @return the tenant, there for others once the caller commits
     */
    default CreatedTenant createTenant(Connection connection, TenantName name) {
        return createTenant(connection, name, CreationStep.NONE);
    }

    /**
     * Applies pending migrations. One tenant's failure does not touch another; the next run resumes. When the thread is
     * interrupted, the tenants that are being worked on are finished and the others skipped.
     *
     * @param tenants which tenants
     * @param options how to treat unusual histories, and how to go through the fleet
     * @return one outcome per tenant: migrated, up to date, ahead, failed, or skipped
     * @throws InvalidMigrationException when a script that would run cannot be read to its end
     */
    FleetReport deploy(Tenants tenants, DeployOptions options);

    /**
     * {@link #deploy(Tenants, DeployOptions)} with the defaults.
     *
     * @param tenants which tenants
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
     * Shows what {@link #deploy(Tenants, DeployOptions)} would run: changes nothing, takes no tenant's lock, and creates no
     * extension.
     *
     * @param tenants which tenants
     * @param options how to treat unusual histories
     * @return one plan per tenant
     * @throws InvalidMigrationException when a script that would run cannot be read to its end
     */
    PlanReport plan(Tenants tenants, DeployOptions options);

    /**
     * {@link #plan(Tenants, DeployOptions)} with the defaults.
     *
     * @param tenants which tenants
     * @return one plan per tenant
     */
    default PlanReport plan(Tenants tenants) {
        return plan(tenants, DeployOptions.defaults());
    }

    /**
     * Shows what one version runs in each tenant, whether it is applied there or not; see {@link PlannedMigration#applied()}.
     *
     * @param tenants which tenants
     * @param version the version
     * @return one plan per tenant
     * @throws InvalidMigrationException when the version is unknown or its script cannot be read to its end
     */
    PlanReport planVersion(Tenants tenants, String version);

    /**
     * Rolls a version back, in one transaction with the removal of its row. All tenants are read before the first is changed.
     *
     * @param tenants which tenants
     * @param version the version
     * @param options how far to go, and how to go through the fleet
     * @return one outcome per tenant: rolled back, not applied, failed, or skipped
     * @throws InvalidMigrationException when the version is unknown, or a {@code rollback.sql} that would run is missing or
     *     cannot be read to its end; nothing was changed
     */
    FleetReport rollback(Tenants tenants, String version, RollbackOptions options);

    /**
     * {@link #rollback(Tenants, String, RollbackOptions)} with the defaults.
     *
     * @param tenants which tenants
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
     * @param tenants which tenants
     * @return one outcome per tenant: backfilled, up to date, or failed
     */
    FleetReport backfill(Tenants tenants);

    /**
     * Reads the state of tenants.
     *
     * @param tenants which tenants
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
     * versions that are ahead, gaps and wrong order, pending versions, unfinished rows, invalid indexes.
     *
     * @param tenants which tenants
     * @return one outcome per tenant: healthy, unhealthy, or failed
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
     * Corrects the record of tenants; runs no script.
     *
     * @param tenants which tenants
     * @param repair what to correct
     * @return one outcome per tenant: repaired, up to date, not applied, or failed
     * @throws InvalidMigrationException when the repair needs a version that the source does not have
     */
    FleetReport repair(Tenants tenants, Repair repair);

    /**
     * Moves what is recorded for each tenant from this migrator's store to another, one tenant in one transaction under its
     * lock: versions, descriptions, times and checksums as they are, in their order; then they are removed here. What was
     * interrupted goes on with the next call.
     *
     * <p>A tenant that was moved is no tenant any more to an instance that still uses this store: it does not list it, a deploy
     * that had read it before reports it as failed, and nothing is applied twice. So stop sign-ups, move, and start the
     * instances anew with the other store; if one signed somebody up meanwhile, move again. No older tool may write to the
     * tracking tables while they are moved.
     *
     * @param target where to record from now on, e.g. {@link TrackingStore#fleet()}
     * @return one outcome per tenant of this store: moved, up to date when another instance moved it meanwhile, failed, or
     *     skipped
     * @throws IllegalArgumentException when the target is this migrator's store
     */
    FleetReport moveTracking(TrackingStore target);

    /**
     * Finds which versions an existing schema without a tracking table already has: the longest run of first versions
     * whose tables and columns are all there. Changes nothing.
     *
     * @param schema a schema
     * @return what {@link #adopt} would record
     * @throws TenantNotFoundException when there is no such schema
     * @throws TenantExistsException when it is a tenant already
     */
    AdoptionPlan planAdoption(String schema);

    /**
     * Makes an existing schema a tenant: its tracking table is made and the versions are recorded as applied, in one
     * transaction. No script runs.
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
     * Renames a tenant, in one transaction. Bodies and settings of its functions that name the schema are adapted; rows of
     * yours that name it, e.g. in {@code users}, are not.
     *
     * @param schema the tenant
     * @param newName its new name
     * @return the new name
     * @throws TenantNotFoundException when there is no such tenant
     * @throws TenantExistsException when the new name is taken
     */
    String rename(String schema, TenantName newName);

    /**
     * Drops a tenant with all its data, in steps that do not exhaust PostgreSQL's lock table. The schema is renamed first, so
     * that it is no tenant any more; its tracking record goes last. When a step fails, call again to finish.
     *
     * @param schema the tenant
     * @throws InvalidTenantNameException when the name is one that must never be dropped
     * @throws TenantNotFoundException when there is no such tenant and no unfinished drop of it
     */
    void dropTenant(String schema);

    /**
     * Lists tenants whose drop was begun and not finished; {@link #dropTenant} finishes it.
     *
     * @return the names that they had, sorted
     */
    List<String> unfinishedDrops();

    /**
     * Creates a tenant for a test. Throwaway tenants that dead runs left behind are dropped first: runs of this machine
     * whose process is gone, and runs of other machines after a day. Until it is closed it is one of {@link #tenants()}.
     *
     * @return the tenant; close it
     */
    ThrowawayTenant throwaway();

    /**
     * Ends the work that the migrator does in the background; calls that run are finished. Does not close the {@link
     * DataSource}. Closing twice does nothing. Every later call of another method throws {@link IllegalStateException}.
     */
    @Override
    void close();
}
