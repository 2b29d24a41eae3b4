package dev.tenantmigrator;

import dev.tenantmigrator.internal.tracking.store.FleetTrackingStore;
import dev.tenantmigrator.internal.tracking.store.SchemaTrackingStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The place where each tenant's applied migrations are recorded. A tenant's record is a list of rows, one per version; a record
 * without rows makes a schema a tenant too.
 *
 * <p><b>Place.</b> Keep the record outside of the tenants' schemas, in a table that no migration may write to. The library checks
 * everything that a script touched, and only then calls {@link #record} or {@link #remove}. A migration can put a trigger on a table
 * in its own schema, and that trigger would run after the check.
 *
 * <p><b>Transactions.</b> A store never begins, commits or rolls back a transaction. It uses the given connection alone, so that a
 * change of the record commits together with the migration. Changes are made in a transaction of the library's own or of the caller
 * of {@link TenantMigrator#createTenant(Connection, TenantName, CreationStep)}; {@link #tenants} and {@link #read} are called inside
 * and outside of transactions. An exception of a store rolls the migration
 * back; throw {@link SQLException} rather than another one.
 *
 * <p><b>Locks.</b> The library holds the tenant's lock while it calls {@link #record}, {@link #remove}, {@link #rename} and {@link
 * #forget}. A dropped schema is the exception: it has a random
 * name by the time that it is forgotten. {@link #create} is called with the lock, or for a
 * schema that the same transaction has created. {@link #prepare}, {@link #tenants} and {@link #read} are called at any time.
 *
 * <p><b>Names.</b> A store names its tables with their schema, because the search path is another one in each call. The names of
 * schemas may contain any character. A store does not need to know which schemas exist or are reserved: the library leaves out
 * records of schemas that are gone, that are its own, PostgreSQL's or shared, or that the tenant filter excludes.
 *
 * <p>Implementations are thread-safe. {@code TrackingStoreContract} in this project's tests is their contract test.
 */
public interface TrackingStore {

    /**
     * Creates objects that all tenants share, such as a table, if they are missing. The library calls it before {@link #create}, in the same
     * transaction or an earlier one, and in {@link TenantMigrator#prepare()}. Several instances may call it at once; when one of them
     * fails because another one has made the object meanwhile (SQLState 23505, 42P06, 42P07 or 42710), it is called once more.
     *
     * @param connection an open connection, in a transaction
     * @throws SQLException when PostgreSQL refuses
     */
    default void prepare(Connection connection) throws SQLException {}

    /**
     * Finds all schemas with a record. Before {@link #prepare} has ever run there are none, which is no error.
     *
     * @param connection an open connection
     * @return the schemas' names, in any order
     * @throws SQLException when PostgreSQL refuses
     */
    Collection<String> tenants(Connection connection) throws SQLException;

    /**
     * Reads the records of some schemas, better in one query than in one for each.
     *
     * @param connection an open connection
     * @param schemas the schemas' names, at most a thousand
     * @return by schema the rows in the order in which their versions were first recorded; empty for a record without rows; a schema
     *     without a record is absent
     * @throws SQLException when a record cannot be read; the library then reads the others in smaller portions
     */
    Map<String, List<AppliedMigration>> read(Connection connection, Collection<String> schemas) throws SQLException;

    /**
     * Begins the record of a new tenant, without rows.
     *
     * @param connection an open connection, in a transaction
     * @param schema the tenant's schema, without a record
     * @throws SQLException when PostgreSQL refuses
     */
    void create(Connection connection, String schema) throws SQLException;

    /**
     * Writes the row of one version: at the end of the record, or in the place of that version's row if there is one.
     *
     * <p>A script can choose {@code REPEATABLE READ} or {@code SERIALIZABLE}. Even then the call must fail if another transaction has
     * recorded the version since the snapshot was taken. A unique constraint does that.
     *
     * @param connection an open connection, in a transaction
     * @param schema the tenant's schema, with a record
     * @param row the row; without a time of application, the version is started and not finished
     * @throws SQLException when PostgreSQL refuses
     */
    void record(Connection connection, String schema, AppliedMigration row) throws SQLException;

    /**
     * Removes the row of one version, if there is one.
     *
     * @param connection an open connection, in a transaction
     * @param schema the tenant's schema, with a record
     * @param version the version
     * @throws SQLException when PostgreSQL refuses
     */
    void remove(Connection connection, String schema, String version) throws SQLException;

    /**
     * Lets a record follow its schema, which has been renamed in the same transaction.
     *
     * @param connection an open connection, in a transaction
     * @param schema the old name, with a record
     * @param newSchema the new name, without a record
     * @throws SQLException when PostgreSQL refuses
     */
    void rename(Connection connection, String schema, String newSchema) throws SQLException;

    /**
     * Removes a record with all its rows, if there is one. The schema may be gone already, and stays otherwise.
     *
     * @param connection an open connection, in a transaction
     * @param schema the schema's name
     * @throws SQLException when PostgreSQL refuses
     */
    void forget(Connection connection, String schema) throws SQLException;

    /**
     * The store used by default: a table {@code schema_migrations} in each tenant's own schema, always named with its
     * schema. A table of that name with other columns belongs to another tool and is no tenant's.
     *
     * @return the store
     */
    static TrackingStore perSchema() {
        return SchemaTrackingStore.INSTANCE;
    }

    /**
     * One table for the whole fleet, {@code tenant_migrator_fleet.schema_migrations}, with a column {@code tenant} beside the
     * columns of the other: a run with nothing to do costs one query, also for thousands of tenants. Schema and table are made
     * by {@link TenantMigrator#prepare()} or with the first tenant.
     *
     * <p>The record does not go with the schema: a schema that is renamed by hand is no tenant until it has its old name again
     * ({@link TenantMigrator#rename} takes the record along), and {@code pg_dump} of one schema does not hold it.
     * {@link TenantMigrator#moveTracking} moves records from one store to the other.
     *
     * @return the store
     */
    static TrackingStore fleet() {
        return FleetTrackingStore.INSTANCE;
    }
}
