package dev.tenantmigrator.internal.tracking.store;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Queries;
import dev.tenantmigrator.internal.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The table {@code schema_migrations} in each tenant's schema, exactly as the existing Node system creates it. */
public final class SchemaTrackingStore extends TrackingTable {

    /** The only instance, because the store has no state. */
    public static final SchemaTrackingStore INSTANCE = new SchemaTrackingStore();

    private static final String TABLE = "schema_migrations";

    /**
     * A condition: a table is this store's. Other tools have other tables of this name, so all five columns must have the right types. A
     * dropped column has no type. Types are compared one by one, because PostgreSQL would search a list of names and types from its
     * start for every column, which takes twice as long. Only catalogs are read, so that a table whose rows cannot be read is found.
     */
    private static final String TRACKED = """
            c.relname = 'schema_migrations' AND c.relkind = 'r'
               AND 5 = (SELECT count(*) FROM pg_catalog.pg_attribute a
                         WHERE a.attrelid = c.oid AND a.attnum > 0
                           AND CASE a.atttypid
                                 WHEN 'pg_catalog.int4'::regtype THEN a.attname = 'id'
                                 WHEN 'pg_catalog.varchar'::regtype THEN a.attname IN ('version', 'checksum')
                                 WHEN 'pg_catalog.text'::regtype THEN a.attname = 'description'
                                 WHEN 'pg_catalog.timestamp'::regtype THEN a.attname = 'applied_at'
                               END)""";

    /** Tenants in one query, which is a union with one lock per table; larger unions are slower. */
    private static final int CHUNK = 50;

    private SchemaTrackingStore() {}

    @Override
    public Optional<String> tableInSchema() {
        return Optional.of(TABLE);
    }

    @Override
    public int chunk() {
        return CHUNK;
    }

    @Override
    public List<String> tenants(Connection connection) throws SQLException {
        List<String> schemas = new ArrayList<>();
        Jdbc.forEach(
                connection,
                "SELECT c.relnamespace::pg_catalog.regnamespace::pg_catalog.text FROM pg_catalog.pg_class c WHERE "
                        + TRACKED,
                row -> Queries.schemaNamed(row.getString(1)).ifPresent(schemas::add));
        return schemas;
    }

    @Override
    public boolean isTracked(Connection connection, String schema) throws SQLException {
        return Jdbc.queryOptional(
                        connection,
                        "SELECT FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid"
                                + " WHERE n.nspname = ? AND " + TRACKED,
                        row -> true,
                        schema)
                .isPresent();
    }

    @Override
    public Map<String, List<AppliedMigration>> read(Connection connection, Collection<String> schemas)
            throws SQLException {
        return rows(connection, tracked(connection, schemas));
    }

    private static List<String> tracked(Connection connection, Collection<String> schemas) throws SQLException {
        return Jdbc.query(
                connection,
                "SELECT n.nspname FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid"
                        + " WHERE n.nspname = ANY (?) AND " + TRACKED,
                row -> row.getString(1),
                schemas);
    }

    @Override
    public Map<String, List<AppliedMigration>> rows(Connection connection, Collection<String> schemas)
            throws SQLException {
        return read(
                connection,
                schemas,
                "version, checksum, description, applied_at",
                row -> new AppliedMigration(
                        row.getString(3),
                        Optional.ofNullable(row.getString(5)),
                        Optional.ofNullable(row.getObject(6, LocalDateTime.class)),
                        Optional.ofNullable(row.getString(4))));
    }

    @Override
    public Map<String, List<RecordedVersion>> histories(Connection connection, Collection<String> schemas)
            throws SQLException {
        return read(
                connection,
                schemas,
                "version, checksum, applied_at IS NOT NULL",
                row -> new RecordedVersion(row.getString(3), Optional.ofNullable(row.getString(4)), row.getBoolean(5)));
    }

    private record Numbered<R>(int id, R row) {}

    /** Sorts the rows here, because sorting or aggregating them on the server takes twice as long. */
    private static <R> Map<String, List<R>> read(
            Connection connection, Collection<String> schemas, String columns, Jdbc.RowMapper<R> mapper)
            throws SQLException {
        Map<String, List<R>> histories = new LinkedHashMap<>();
        if (schemas.isEmpty()) {
            return histories;
        }
        RecordAccess.readable(connection, schemas);
        List<String> names = List.copyOf(schemas);
        List<List<Numbered<R>>> found = names.stream()
                .<List<Numbered<R>>>map(schema -> new ArrayList<>())
                .toList();
        String query = IntStream.range(0, names.size())
                .mapToObj(i -> "SELECT " + i + ", id, " + columns + " FROM " + Sql.qualified(names.get(i), TABLE))
                .collect(Collectors.joining(" UNION ALL "));
        Jdbc.forEach(
                connection, query, row -> found.get(row.getInt(1)).add(new Numbered<>(row.getInt(2), mapper.map(row))));
        for (int i = 0; i < names.size(); i++) {
            histories.put(
                    names.get(i),
                    found.get(i).stream()
                            .sorted(Comparator.comparingInt(Numbered::id))
                            .map(Numbered::row)
                            .toList());
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
        return "DROP TABLE IF EXISTS " + table(schema);
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
