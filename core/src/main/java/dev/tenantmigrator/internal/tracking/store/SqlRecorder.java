package dev.tenantmigrator.internal.tracking.store;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Records by SQL, in the migration's own round trip.
 *
 * @param store one of the built-in stores
 */
record SqlRecorder(PipelinedStore store, Duration lockTimeout) implements Recorder {

    @Override
    public boolean isSql() {
        return true;
    }

    @Override
    public Optional<String> tableInSchema() {
        return store.tableInSchema();
    }

    @Override
    public int chunk() {
        return store.chunk();
    }

    @Override
    public Collection<String> tenants(Connection connection) throws SQLException {
        return store.tenants(connection);
    }

    @Override
    public boolean isTracked(Connection connection, String schema) throws SQLException {
        return store.isTracked(connection, schema);
    }

    @Override
    public Map<String, List<AppliedMigration>> rows(Connection connection, Collection<String> schemas)
            throws SQLException {
        return store.rows(connection, schemas);
    }

    @Override
    public Map<String, List<RecordedVersion>> histories(Connection connection, Collection<String> schemas)
            throws SQLException {
        return store.histories(connection, schemas);
    }

    @Override
    public Optional<Map<String, List<RecordedVersion>>> allHistories(Connection connection) throws SQLException {
        return store.allHistories(connection);
    }

    private static Pipeline of(Optional<String> sql) {
        Pipeline pipeline = new Pipeline();
        sql.ifPresent(pipeline::add);
        return pipeline;
    }

    @Override
    public Pipeline prepare() {
        return of(store.prepareSql());
    }

    @Override
    public Pipeline create(String schema) {
        return new Pipeline().add(store.createSql(schema));
    }

    @Override
    public Pipeline assertRecorded(String schema, List<RecordedVersion> expected, String errorMessage) {
        return new Pipeline().add("SELECT " + store.assertRecordedSql(schema, expected, errorMessage));
    }

    @Override
    public Pipeline assertDigest(String schema, String digest, String errorMessage) {
        return new Pipeline().add("SELECT " + store.assertDigestSql(schema, digest, errorMessage));
    }

    @Override
    public Pipeline insert(String schema, Migration migration) {
        return new Pipeline().add(store.insertSql(schema, migration));
    }

    @Override
    public Pipeline insertAll(String schema, Collection<Migration> migrations) {
        return migrations.isEmpty() ? new Pipeline() : new Pipeline().add(store.insertAllSql(schema, migrations));
    }

    @Override
    public Pipeline restoreAll(String schema, List<AppliedMigration> rows) {
        return rows.isEmpty() ? new Pipeline() : new Pipeline().add(store.restoreAllSql(schema, rows));
    }

    @Override
    public Pipeline start(String schema, Migration migration, String description) {
        return new Pipeline().add(store.startSql(schema, migration, description));
    }

    @Override
    public Pipeline finish(String schema, Migration migration) {
        return new Pipeline().add(store.finishSql(schema, migration));
    }

    @Override
    public Pipeline reopen(String schema, String version, String description) {
        return new Pipeline().add(store.reopenSql(schema, version, description));
    }

    @Override
    public Pipeline delete(String schema, String version) {
        return new Pipeline().add(store.deleteSql(schema, version));
    }

    @Override
    public Pipeline updateChecksum(String schema, String version, String checksum) {
        return new Pipeline().add(store.updateChecksumSql(schema, version, checksum));
    }

    @Override
    public Pipeline rename(String schema, String newSchema) {
        return of(store.renameSql(schema, newSchema));
    }

    @Override
    public Pipeline forget(String schema) {
        return new Pipeline().add(store.forgetSql(schema));
    }
}
