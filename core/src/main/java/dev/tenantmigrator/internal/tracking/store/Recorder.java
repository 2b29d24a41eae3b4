package dev.tenantmigrator.internal.tracking.store;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.ReadOnlyTransaction;
import dev.tenantmigrator.internal.jdbc.Session.Work;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads and changes the tenants' records in a {@link TrackingStore}. A change is a pipeline, to be added to the one of the
 * migration: SQL for a built-in store, actions that call its methods for any other one. Thread-safe.
 */
public sealed interface Recorder permits SqlRecorder, ValueRecorder {

    /** The recorder of a store. */
    static Recorder of(TrackingStore store, Duration lockTimeout) {
        return store instanceof PipelinedStore pipelined
                ? new SqlRecorder(pipelined, lockTimeout)
                : new ValueRecorder(store, lockTimeout);
    }

    /** The store. */
    TrackingStore store();

    /** The longest wait for a lock on a table of a built-in store. */
    Duration lockTimeout();

    /** Whether changes are statements of the library's own, each of which changes the one row that it names. */
    boolean isSql();

    /** The name of the store's table in each tenant's own schema; empty when the library knows of none. */
    Optional<String> tableInSchema();

    /**
     * Whether the record is in the tenant's schema, where the check of a script's reach sees changes of the record. Any other
     * record is changed after the check, which could not tell those changes from the script's.
     */
    default boolean recordsInside() {
        return tableInSchema().isPresent();
    }

    /**
     * Runs queries of the methods below, on a connection without a transaction. Tables of a built-in store are read in a {@link
     * ReadOnlyTransaction}.
     */
    default <T> T reading(Connection connection, Work<T> work) throws SQLException {
        return reading(connection, lockTimeout(), work);
    }

    /** Like {@link #reading(Connection, Work)}, with another limit on the wait for a lock. */
    default <T> T reading(Connection connection, Duration limit, Work<T> work) throws SQLException {
        return isSql() ? ReadOnlyTransaction.run(connection, limit, work) : work.run(connection);
    }

    /** Like {@link #reading}, in an open transaction. */
    default <T> T readingWithin(Connection transaction, Work<T> work) throws SQLException {
        return isSql() ? ReadOnlyTransaction.within(transaction, lockTimeout(), work) : work.run(transaction);
    }

    /** The number of tenants to read at a time. */
    int chunk();

    /** All existing schemas with a record, in any order; also those that are no tenants. */
    Collection<String> tenants(Connection connection) throws SQLException;

    /** Whether a schema exists and has a record. */
    boolean isTracked(Connection connection, String schema) throws SQLException;

    /**
     * Reads all rows of some records.
     *
     * @return rows in the order of recording, in a map that may be changed; a schema that has lost its record is absent
     * @throws SQLException when one record cannot be read; with a table in each schema, also when a schema has lost it
     */
    Map<String, List<AppliedMigration>> rows(Connection connection, Collection<String> schemas) throws SQLException;

    /** Like {@link #rows(Connection, Collection)}, but reads only the columns on which decisions depend. */
    Map<String, List<RecordedVersion>> histories(Connection connection, Collection<String> schemas) throws SQLException;

    /** Reads these columns of all records in one query; empty when the store cannot. */
    Optional<Map<String, List<RecordedVersion>>> allHistories(Connection connection) throws SQLException;

    /** The rows of one tenant, which has a record. */
    default List<AppliedMigration> rows(Connection connection, String schema) throws SQLException {
        return required(rows(connection, List.of(schema)), schema);
    }

    /** The columns of one tenant's record on which decisions depend. */
    default List<RecordedVersion> history(Connection connection, String schema) throws SQLException {
        return required(histories(connection, List.of(schema)), schema);
    }

    private static <R> List<R> required(Map<String, List<R>> records, String schema) throws SQLException {
        List<R> rows = records.get(schema);
        if (rows == null) {
            throw new SQLException("the tenant's record or schema does not exist any more");
        }
        return rows;
    }

    /** Creates missing objects that all tenants share; empty when there are none. */
    Pipeline prepare();

    /** Begins a record. Remains of an earlier record of this name are removed. */
    Pipeline create(String schema);

    /**
     * Fails unless the recorded versions are exactly those expected.
     *
     * @param errorMessage a part of the error message
     */
    Pipeline assertRecorded(String schema, List<RecordedVersion> expected, String errorMessage);

    /**
     * Fails unless the recorded versions and checksums are exactly those of a digest.
     *
     * @param digest the {@link RecordDigest} of the expected record
     * @param errorMessage a part of the error message
     */
    Pipeline assertDigest(String schema, String digest, String errorMessage);

    /** Records a migration as applied now. */
    Pipeline insert(String schema, Migration migration);

    /** Records several migrations as applied now, in this order. */
    Pipeline insertAll(String schema, Collection<Migration> migrations);

    /** Records rows of another store, in this order. */
    Pipeline restoreAll(String schema, List<AppliedMigration> rows);

    /** Records a migration as started: it has no time of application yet, and a description of how far it got. */
    Pipeline start(String schema, Migration migration, String description);

    /** Records a started migration as applied now, with its own description. */
    Pipeline finish(String schema, Migration migration);

    /** Records how far a started migration got, or that the rollback of an applied one begins. */
    Pipeline reopen(String schema, String version, String description);

    /** Removes a version's row. */
    Pipeline delete(String schema, String version);

    /** Replaces a version's checksum. */
    Pipeline updateChecksum(String schema, String version, String checksum);

    /** Renames a record with its schema, in the same transaction. */
    Pipeline rename(String schema, String newSchema);

    /** Removes a record. */
    Pipeline forget(String schema);
}
