package dev.tenantmigrator.internal.tracking.store;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.Queries;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Records by calling a store that is not built in. Such a store does not know which schemas exist: a record whose schema is gone is
 * ignored, and replaced when the name is used again.
 *
 * @param store any store
 */
record ValueRecorder(TrackingStore store, Duration lockTimeout) implements Recorder {

    private static final int CHUNK = 1000;

    private static final String SAVEPOINT = "tenant_migrator_prepare";

    /** Errors of {@code CREATE}, with or without {@code IF NOT EXISTS}, when another transaction creates the object at the same time. */
    private static final Set<String> MADE_MEANWHILE = Set.of("23505", "42P06", "42P07", "42710");

    @Override
    public boolean isSql() {
        return false;
    }

    @Override
    public Optional<String> tableInSchema() {
        return Optional.empty();
    }

    @Override
    public int chunk() {
        return CHUNK;
    }

    @Override
    public Collection<String> tenants(Connection connection) throws SQLException {
        return Queries.existingSchemas(connection, store.tenants(connection));
    }

    @Override
    public boolean isTracked(Connection connection, String schema) throws SQLException {
        return Queries.schemaExists(connection, schema)
                && store.read(connection, List.of(schema)).containsKey(schema);
    }

    @Override
    public Map<String, List<AppliedMigration>> rows(Connection connection, Collection<String> schemas)
            throws SQLException {
        Map<String, List<AppliedMigration>> rows = new LinkedHashMap<>(store.read(connection, schemas));
        rows.keySet().retainAll(Set.copyOf(schemas));
        return rows;
    }

    @Override
    public Map<String, List<RecordedVersion>> histories(Connection connection, Collection<String> schemas)
            throws SQLException {
        Map<String, List<RecordedVersion>> histories = new LinkedHashMap<>();
        rows(connection, schemas).forEach((schema, rows) -> histories.put(schema, recorded(rows)));
        return histories;
    }

    private static List<RecordedVersion> recorded(List<AppliedMigration> rows) {
        return rows.stream().map(AppliedMigration::recorded).toList();
    }

    @Override
    public Optional<Map<String, List<RecordedVersion>>> allHistories(Connection connection) {
        return Optional.empty();
    }

    private static Pipeline step(String comment, Pipeline.SqlAction action) {
        return new Pipeline().add("-- the tracking store " + comment, action);
    }

    @Override
    public Pipeline prepare() {
        return step("creates the objects that all tenants share", connection -> {
            Jdbc.execute(connection, "SAVEPOINT " + SAVEPOINT);
            try {
                store.prepare(connection);
            } catch (SQLException e) {
                if (!MADE_MEANWHILE.contains(SqlErrors.state(e))) {
                    throw e;
                }
                Jdbc.execute(connection, "ROLLBACK TO SAVEPOINT " + SAVEPOINT);
                store.prepare(connection);
            }
            Jdbc.execute(connection, "RELEASE SAVEPOINT " + SAVEPOINT);
        });
    }

    @Override
    public Pipeline create(String schema) {
        return step("begins the tenant's record", connection -> {
            store.forget(connection, schema);
            store.create(connection, schema);
        });
    }

    @Override
    public Pipeline assertRecorded(String schema, List<RecordedVersion> expected, String errorMessage) {
        return step("compares the recorded versions", connection -> {
            boolean same = Queries.schemaExists(connection, schema)
                    && Optional.ofNullable(rows(connection, List.of(schema)).get(schema))
                            .filter(rows -> versions(recorded(rows)).equals(versions(expected)))
                            .isPresent();
            if (!same) {
                throw new SQLException(errorMessage);
            }
        });
    }

    /** Sorted instead of a set, so that a version recorded twice makes a difference. */
    private static List<String> versions(List<RecordedVersion> rows) {
        return rows.stream()
                .map(row -> row.version() + (row.finished() ? '+' : '-'))
                .sorted()
                .toList();
    }

    @Override
    public Pipeline assertDigest(String schema, String digest, String errorMessage) {
        return step("compares the recorded versions and checksums", connection -> {
            boolean same = Queries.schemaExists(connection, schema)
                    && Optional.ofNullable(rows(connection, List.of(schema)).get(schema))
                            .filter(rows -> RecordDigest.of(recorded(rows)).equals(digest))
                            .isPresent();
            if (!same) {
                throw new SQLException(errorMessage);
            }
        });
    }

    @Override
    public Pipeline insert(String schema, Migration migration) {
        return insertAll(schema, List.of(migration));
    }

    @Override
    public Pipeline insertAll(String schema, Collection<Migration> migrations) {
        if (migrations.isEmpty()) {
            return new Pipeline();
        }
        List<Migration> copy = List.copyOf(migrations);
        String versions = copy.stream().map(Migration::version).collect(Collectors.joining(", "));
        return step("records " + versions, connection -> {
            Optional<LocalDateTime> now = Optional.of(now(connection));
            for (Migration migration : copy) {
                store.record(connection, schema, row(migration, migration.description(), now));
            }
        });
    }

    @Override
    public Pipeline restoreAll(String schema, List<AppliedMigration> rows) {
        return step("records the rows of another store", connection -> {
            for (AppliedMigration row : rows) {
                store.record(connection, schema, row);
            }
        });
    }

    @Override
    public Pipeline start(String schema, Migration migration, String description) {
        return step(
                "records " + migration.version() + " as started",
                connection -> store.record(connection, schema, row(migration, description, Optional.empty())));
    }

    private static LocalDateTime now(Connection connection) throws SQLException {
        return Jdbc.queryOne(connection, "SELECT " + TrackingTable.NOW, row -> row.getObject(1, LocalDateTime.class));
    }

    private static AppliedMigration row(Migration migration, String description, Optional<LocalDateTime> appliedAt) {
        return new AppliedMigration(
                migration.version(),
                Optional.of(description),
                appliedAt,
                Optional.of(migration.up().checksum()));
    }

    @Override
    public Pipeline finish(String schema, Migration migration) {
        return step("records " + migration.version() + " as applied", connection -> {
            Optional<LocalDateTime> now = Optional.of(now(connection));
            change(
                    connection,
                    schema,
                    migration.version(),
                    row -> new AppliedMigration(
                            row.version(), Optional.of(migration.description()), now, row.checksum()));
        });
    }

    @Override
    public Pipeline reopen(String schema, String version, String description) {
        return step(
                "records " + version + " as started",
                connection -> change(
                        connection,
                        schema,
                        version,
                        row -> new AppliedMigration(
                                row.version(), Optional.of(description), Optional.empty(), row.checksum())));
    }

    @Override
    public Pipeline updateChecksum(String schema, String version, String checksum) {
        return step(
                "records another checksum of " + version,
                connection -> change(
                        connection,
                        schema,
                        version,
                        row -> new AppliedMigration(
                                row.version(), row.description(), row.appliedAt(), Optional.of(checksum))));
    }

    private void change(Connection connection, String schema, String version, UnaryOperator<AppliedMigration> change)
            throws SQLException {
        for (AppliedMigration row : rows(connection, schema)) {
            if (row.version().equals(version)) {
                store.record(connection, schema, change.apply(row));
                return;
            }
        }
        throw new SQLException("the version is not recorded any more");
    }

    @Override
    public Pipeline delete(String schema, String version) {
        return step("removes " + version, connection -> store.remove(connection, schema, version));
    }

    @Override
    public Pipeline rename(String schema, String newSchema) {
        return step("renames the record", connection -> {
            store.forget(connection, newSchema);
            store.rename(connection, schema, newSchema);
        });
    }

    @Override
    public Pipeline forget(String schema) {
        return step("removes the tenant's record", connection -> store.forget(connection, schema));
    }
}
