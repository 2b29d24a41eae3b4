package dev.tenantmigrator;

import dev.tenantmigrator.internal.tracking.FleetTrackingStore;
import dev.tenantmigrator.internal.tracking.SchemaTrackingStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where it is recorded which migrations each tenant has.
 *
 * <p>Reads are given a connection and leave it as it was. Writes are SQL text, because they travel in one flight with the
 * migration and commit with it. Schema and version names in that text are quoted by the store. Implementations must be
 * thread-safe and never begin or end a transaction.
 */
public interface TrackingStore {

    /**
     * Finds all tenants in one query.
     *
     * @param connection an open connection
     * @param sharedSchema never a tenant
     * @return the schemas' names in any order
     * @throws SQLException when PostgreSQL refuses
     */
    List<String> discover(Connection connection, String sharedSchema) throws SQLException;

    /**
     * Whether one schema is a tenant.
     *
     * @param connection an open connection
     * @param schema a schema's name, existing or not
     * @return true when the store tracks it
     * @throws SQLException when PostgreSQL refuses
     */
    boolean isTracked(Connection connection, String schema) throws SQLException;

    /**
     * Reads what is recorded for several tenants, in one statement.
     *
     * @param connection an open connection
     * @param schemas tenants; the caller bounds their number
     * @return for each schema its rows in the order in which they were recorded
     * @throws SQLException when any of them cannot be read; the caller asks again one by one
     */
    Map<String, List<AppliedMigration>> read(Connection connection, Collection<String> schemas) throws SQLException;

    /**
     * Reads the part of what is recorded that decisions depend on, for several tenants, in one statement.
     *
     * @param connection an open connection
     * @param schemas tenants; the caller bounds their number
     * @return for each schema its versions in the order in which they were recorded
     * @throws SQLException when any of them cannot be read; the caller asks again one by one
     */
    default Map<String, List<RecordedVersion>> histories(Connection connection, Collection<String> schemas)
            throws SQLException {
        Map<String, List<RecordedVersion>> histories = new LinkedHashMap<>();
        read(connection, schemas)
                .forEach((schema, rows) -> histories.put(
                        schema, rows.stream().map(AppliedMigration::recorded).toList()));
        return histories;
    }

    /**
     * Reads the same of all tenants in one query, where the store can.
     *
     * @param connection an open connection
     * @param sharedSchema never a tenant
     * @return by schema; empty when the store cannot: then tenants are discovered and read in chunks
     * @throws SQLException when PostgreSQL refuses
     */
    default Optional<Map<String, List<RecordedVersion>>> allHistories(Connection connection, String sharedSchema)
            throws SQLException {
        return Optional.empty();
    }

    /**
     * Whether the store writes to a table outside of the tenant's schema. What a script does is then checked before the
     * store's own statements run, because the check cannot tell one from the other; otherwise after them.
     *
     * @return false for a table in the tenant's schema
     */
    default boolean recordsOutside() {
        return false;
    }

    /**
     * The table in the tenant's schema to which {@link #insertSql}, an {@code INSERT}, writes one row, and from which {@link
     * #deleteSql}, a {@code DELETE}, deletes one, neither touching another; both can be followed by {@code RETURNING version,
     * applied_at}. Where the server counts rows, that a script did nothing to this table is then asked in
     * place of {@link #assertRecordedSql}, which takes longer.
     *
     * @param schema the tenant's schema
     * @return the table's name with its schema, as SQL names it; empty when a migration is recorded in another way
     */
    default Optional<String> countedTable(String schema) {
        return Optional.empty();
    }

    /**
     * SQL that makes what all tenants share and is not there yet. It runs before each {@link #createSql}, in the same
     * transaction or an earlier one; several may run it at once.
     *
     * @return one statement; empty when they share nothing
     */
    default Optional<String> prepareSql() {
        return Optional.empty();
    }

    /**
     * SQL that makes what the store needs for a new tenant. What it still holds of an earlier tenant of the same name is
     * forgotten.
     *
     * @param schema the tenant's schema, which exists and is not tracked
     * @return one statement
     */
    String createSql(String schema);

    /**
     * SQL whose evaluation fails unless the tenant's recorded versions are exactly those expected. It runs after the tenant's lock
     * was taken, so that work decided on an older reading is not done twice, and after a script, so that none is recorded
     * that was not, or the other way round.
     *
     * @param schema the tenant's schema
     * @param expected the rows
     * @param otherwise what its error message contains
     * @return an expression of type {@code integer} for the list of a {@code SELECT}; what it means depends on no search path
     */
    String assertRecordedSql(String schema, List<RecordedVersion> expected, String otherwise);

    /**
     * SQL that records a migration as applied now.
     *
     * @param schema the tenant's schema
     * @param migration what was applied
     * @return one statement
     */
    String insertSql(String schema, Migration migration);

    /**
     * SQL that records several migrations as applied now, in this order: all of a new tenant's.
     *
     * @param schema the tenant's schema
     * @param migrations what was applied
     * @return statements, better one than one for each
     */
    default List<String> insertAllSql(String schema, Collection<Migration> migrations) {
        return migrations.stream()
                .map(migration -> insertSql(schema, migration))
                .toList();
    }

    /**
     * SQL that records a migration as started: its row has no time of application yet.
     *
     * @param schema the tenant's schema
     * @param migration what is started; not recorded yet
     * @return one statement
     */
    String startSql(String schema, Migration migration);

    /**
     * SQL that records a started migration as applied now.
     *
     * @param schema the tenant's schema
     * @param version the version, whose row exists
     * @return one statement
     */
    String finishSql(String schema, String version);

    /**
     * SQL that makes an applied migration's row one of a started migration again, because its rollback begins.
     *
     * @param schema the tenant's schema
     * @param version the version, whose row exists
     * @return one statement
     */
    String reopenSql(String schema, String version);

    /**
     * SQL that removes a version's row.
     *
     * @param schema the tenant's schema
     * @param version the version
     * @return one statement
     */
    String deleteSql(String schema, String version);

    /**
     * SQL that replaces a version's recorded checksum.
     *
     * @param schema the tenant's schema
     * @param version the version
     * @param checksum the new checksum
     * @return one statement
     */
    String updateChecksumSql(String schema, String version, String checksum);

    /**
     * SQL that records what another store had recorded, with its time.
     *
     * @param schema the tenant's schema, tracked
     * @param row a row
     * @return one statement
     */
    String restoreSql(String schema, AppliedMigration row);

    /**
     * SQL that lets what is recorded for a tenant follow its schema, which is renamed in the same transaction.
     *
     * @param schema the tenant's schema, tracked
     * @param newSchema its new name, which no other schema has
     * @return one statement; empty when the record is in the schema
     */
    default Optional<String> renameSql(String schema, String newSchema) {
        return Optional.empty();
    }

    /**
     * SQL that forgets a tenant with all that is recorded for it. Its schema stays.
     *
     * @param schema the tenant's schema
     * @return one statement
     */
    String forgetSql(String schema);

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
