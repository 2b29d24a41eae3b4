package dev.tenantmigrator.internal.tracking;

import static dev.tenantmigrator.internal.sql.Sql.literal;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.internal.sql.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The table {@code schema_migrations} in each tenant's schema, exactly as the existing Node system makes it. */
public final class SchemaTrackingStore implements TrackingStore {

    private static final String TABLE = "schema_migrations";
    private static final String NOW = "pg_catalog.timezone('UTC', pg_catalog.clock_timestamp())";

    /**
     * Other tools keep other tables of this name; all five columns with their types make it ours. With row security, reading
     * it would run code of whoever made it.
     */
    private static final String TRACKED = """
            SELECT n.nspname
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relname = 'schema_migrations' AND c.relkind = 'r' AND NOT c.relrowsecurity AND %s
               AND 5 = (SELECT count(*) FROM pg_catalog.pg_attribute a
                         WHERE a.attrelid = c.oid AND NOT a.attisdropped
                           AND (a.attname::text, a.atttypid) IN (
                               ('id', 'pg_catalog.int4'::regtype), ('version', 'pg_catalog.varchar'::regtype),
                               ('description', 'pg_catalog.text'::regtype),
                               ('applied_at', 'pg_catalog.timestamp'::regtype),
                               ('checksum', 'pg_catalog.varchar'::regtype)))""";

    @Override
    public List<String> discover(Connection connection, String sharedSchema) throws SQLException {
        String others = "n.nspname NOT IN ('public', 'information_schema', " + literal(sharedSchema)
                + ") AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT LIKE 'tenant\\_migrator\\_%'";
        List<String> schemas = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(TRACKED.formatted(others))) {
            while (rows.next()) {
                schemas.add(rows.getString(1));
            }
        }
        return schemas;
    }

    @Override
    public boolean isTracked(Connection connection, String schema) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TRACKED.formatted("n.nspname = ?"))) {
            statement.setString(1, schema);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    @Override
    public Map<String, List<AppliedMigration>> read(Connection connection, Collection<String> schemas)
            throws SQLException {
        Map<String, List<AppliedMigration>> histories = new LinkedHashMap<>();
        schemas.forEach(schema -> histories.put(schema, new ArrayList<>()));
        if (schemas.isEmpty()) {
            return histories;
        }
        String query = schemas.stream()
                        .map(schema -> "SELECT " + literal(schema)
                                + "::text, id, version, description, applied_at, checksum" + " FROM " + table(schema))
                        .collect(Collectors.joining(" UNION ALL "))
                + " ORDER BY 1, 2";
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                AppliedMigration row = new AppliedMigration(
                        rows.getString(3),
                        Optional.ofNullable(rows.getString(4)),
                        Optional.ofNullable(rows.getObject(5, LocalDateTime.class)),
                        Optional.ofNullable(rows.getString(6)));
                histories
                        .computeIfAbsent(rows.getString(1), schema -> new ArrayList<>())
                        .add(row);
            }
        }
        return histories;
    }

    @Override
    public String createSql(String schema) {
        return """
                CREATE TABLE %s (
                    id SERIAL PRIMARY KEY,
                    version VARCHAR(255) UNIQUE NOT NULL,
                    description TEXT,
                    applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
                    checksum VARCHAR(64)
                )""".formatted(table(schema));
    }

    @Override
    public String assertRecordedSql(String schema, List<RecordedVersion> expected, String otherwise) {
        String versions = expected.stream()
                .map(row -> row.version() + (row.finished() ? "+" : "-"))
                .sorted()
                .collect(Collectors.joining(","));
        return """
                SELECT (CASE WHEN coalesce(pg_catalog.string_agg(v, ',' ORDER BY v), '') = %s
                        THEN '0' ELSE %s END)::int
                  FROM (SELECT version || CASE WHEN applied_at IS NULL THEN '-' ELSE '+' END COLLATE "C" AS v FROM %s) t""".formatted(literal(versions), literal(otherwise), table(schema));
    }

    @Override
    public String insertSql(String schema, Migration migration) {
        return insertSql(schema, migration, NOW);
    }

    @Override
    public String restoreSql(String schema, AppliedMigration row) {
        return "INSERT INTO " + table(schema) + " (version, description, applied_at, checksum) VALUES ("
                + literal(row.version()) + ", " + orNull(row.description()) + ", "
                + orNull(row.appliedAt().map(LocalDateTime::toString)) + "::timestamp, " + orNull(row.checksum()) + ")";
    }

    private static String orNull(Optional<String> value) {
        return value.map(Sql::literal).orElse("NULL");
    }

    @Override
    public String forgetSql(String schema) {
        return "DROP TABLE " + table(schema);
    }

    @Override
    public String startSql(String schema, Migration migration) {
        return insertSql(schema, migration, "NULL");
    }

    private static String insertSql(String schema, Migration migration, String appliedAt) {
        return "INSERT INTO " + table(schema) + " (version, description, applied_at, checksum) VALUES ("
                + literal(migration.version()) + ", " + literal(migration.description()) + ", " + appliedAt + ", "
                + literal(migration.up().checksum()) + ")";
    }

    @Override
    public String finishSql(String schema, String version) {
        return "UPDATE " + table(schema) + " SET applied_at = " + NOW + " WHERE version = " + literal(version);
    }

    @Override
    public String reopenSql(String schema, String version) {
        return "UPDATE " + table(schema) + " SET applied_at = NULL WHERE version = " + literal(version);
    }

    @Override
    public String deleteSql(String schema, String version) {
        return "DELETE FROM " + table(schema) + " WHERE version = " + literal(version);
    }

    @Override
    public String updateChecksumSql(String schema, String version, String checksum) {
        return "UPDATE " + table(schema) + " SET checksum = " + literal(checksum) + " WHERE version = "
                + literal(version);
    }

    private static String table(String schema) {
        return Sql.qualified(schema, TABLE);
    }
}
