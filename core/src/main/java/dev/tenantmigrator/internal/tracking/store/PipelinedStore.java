package dev.tenantmigrator.internal.tracking.store;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.TrackingStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A store whose changes are SQL text, sent in one round trip with the migration. The two built-in stores are of this type. Each text
 * is one statement, quotes all names, and is independent of the search path.
 */
public interface PipelinedStore extends TrackingStore {

    /**
     * The name of the store's table in each tenant's own schema; empty for a table outside. {@link #insertSql} writes one row to it
     * and {@link #deleteSql} deletes one; {@code RETURNING version, applied_at} can follow both.
     */
    Optional<String> tableInSchema();

    /** The number of tenants that one query may read. */
    int chunk();

    /** Whether a schema has a record. */
    boolean isTracked(Connection connection, String schema) throws SQLException;

    /**
     * Reads the records of schemas that have one, in one query. A schema that has lost its record is absent, or the query fails as a
     * whole.
     */
    Map<String, List<AppliedMigration>> rows(Connection connection, Collection<String> schemas) throws SQLException;

    /** Like {@link #rows}, but reads only the columns on which decisions depend. */
    Map<String, List<RecordedVersion>> histories(Connection connection, Collection<String> schemas) throws SQLException;

    /** Reads these columns of all records in one query; empty when the store cannot. */
    default Optional<Map<String, List<RecordedVersion>>> allHistories(Connection connection) throws SQLException {
        return Optional.empty();
    }

    /** Creates missing objects that all tenants share; empty when there are none. */
    default Optional<String> prepareSql() {
        return Optional.empty();
    }

    /** Begins a record. Remains of an earlier record of this name are removed. */
    String createSql(String schema);

    /**
     * An expression of type {@code integer} whose evaluation fails unless the recorded versions are exactly those expected.
     *
     * @param errorMessage a part of the error message
     */
    String assertRecordedSql(String schema, List<RecordedVersion> expected, String errorMessage);

    /**
     * Like {@link #assertRecordedSql}, also for the checksums. The text does not grow with the number of versions.
     *
     * @param digest the {@link RecordDigest} of the expected record
     */
    String assertDigestSql(String schema, String digest, String errorMessage);

    /** Records a migration as applied now. */
    String insertSql(String schema, Migration migration);

    /** Records several migrations as applied now, in this order; at least one. */
    String insertAllSql(String schema, Collection<Migration> migrations);

    /** Records rows of another store, in this order; at least one. */
    String restoreAllSql(String schema, List<AppliedMigration> rows);

    /** Records a migration as started, with a description until it is finished. */
    String startSql(String schema, Migration migration, String description);

    /** Records a started migration as applied now, with its own description. */
    String finishSql(String schema, Migration migration);

    /** Records a version as started, with a description until it is finished. */
    String reopenSql(String schema, String version, String description);

    /** Removes a version's row. */
    String deleteSql(String schema, String version);

    /** Replaces a version's checksum. */
    String updateChecksumSql(String schema, String version, String checksum);

    /** Renames a record with its schema; empty when the record is in the schema. */
    default Optional<String> renameSql(String schema, String newSchema) {
        return Optional.empty();
    }

    /** Removes a record. */
    String forgetSql(String schema);
}
