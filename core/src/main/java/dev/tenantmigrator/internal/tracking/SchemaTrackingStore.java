package dev.tenantmigrator.internal.tracking;

import static dev.tenantmigrator.internal.sql.Sql.literal;

import dev.tenantmigrator.AppliedMigration;
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
public final class SchemaTrackingStore extends TrackingTable {

    /** The store: it holds nothing. */
    public static final TrackingStore INSTANCE = new SchemaTrackingStore();

    private static final String TABLE = "schema_migrations";

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

    private SchemaTrackingStore() {}

    @Override
    public List<String> discover(Connection connection, String sharedSchema) throws SQLException {
        List<String> schemas = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(TRACKED.formatted(TenantSchemas.othersSql(sharedSchema)))) {
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
    public String forgetSql(String schema) {
        return "DROP TABLE " + table(schema);
    }

    @Override
    String table(String schema) {
        return Sql.qualified(schema, TABLE);
    }

    @Override
    String rows(String schema) {
        return table(schema);
    }

    @Override
    Map<String, String> key(String schema) {
        return Map.of();
    }
}
