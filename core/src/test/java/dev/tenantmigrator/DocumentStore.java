package dev.tenantmigrator;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A store of a user's own: one row per tenant, with a JSON array of its versions. */
class DocumentStore implements TrackingStore {

    static final String TABLE = "documents.record";

    @Override
    public void prepare(Connection connection) throws SQLException {
        execute(connection, "CREATE SCHEMA IF NOT EXISTS documents");
        execute(connection, "CREATE TABLE IF NOT EXISTS " + TABLE + " (tenant text PRIMARY KEY, versions jsonb)");
    }

    @Override
    public Collection<String> tenants(Connection connection) throws SQLException {
        if (!isPrepared(connection)) {
            return List.of();
        }
        String query = "SELECT coalesce(array_agg(tenant), '{}') FROM " + TABLE;
        try (PreparedStatement statement = statement(connection, query);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return List.of((String[]) row.getArray(1).getArray());
        }
    }

    @Override
    public Map<String, List<AppliedMigration>> read(Connection connection, Collection<String> schemas)
            throws SQLException {
        Map<String, List<AppliedMigration>> records = new HashMap<>();
        if (!isPrepared(connection)) {
            return records;
        }
        String query = "SELECT tenant, e ->> 'version', e ->> 'description', (e ->> 'applied_at')::timestamp,"
                + " e ->> 'checksum' FROM " + TABLE + " LEFT JOIN LATERAL jsonb_array_elements(versions)"
                + " WITH ORDINALITY AS entry (e, i) ON true WHERE tenant = ANY (?) ORDER BY tenant, i";
        try (PreparedStatement statement = statement(connection, query, (Object) schemas.toArray(String[]::new));
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                List<AppliedMigration> rows = records.computeIfAbsent(row.getString(1), tenant -> new ArrayList<>());
                if (row.getString(2) != null) {
                    rows.add(new AppliedMigration(
                            row.getString(2),
                            Optional.ofNullable(row.getString(3)),
                            Optional.ofNullable(row.getObject(4, LocalDateTime.class)),
                            Optional.ofNullable(row.getString(5))));
                }
            }
        }
        return records;
    }

    private static boolean isPrepared(Connection connection) throws SQLException {
        try (PreparedStatement statement = statement(connection, "SELECT to_regclass('" + TABLE + "') IS NOT NULL");
                ResultSet row = statement.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    @Override
    public void create(Connection connection, String schema) throws SQLException {
        execute(connection, "INSERT INTO " + TABLE + " VALUES (?, '[]')", schema);
    }

    @Override
    public void record(Connection connection, String schema, AppliedMigration row) throws SQLException {
        String replaced = "(SELECT jsonb_agg(CASE WHEN e ->> 'version' = n ->> 'version' THEN n ELSE e END ORDER BY i)"
                + " FROM jsonb_array_elements(versions) WITH ORDINALITY AS entry (e, i))";
        String sql = "UPDATE " + TABLE + " SET versions = CASE WHEN versions @> jsonb_build_array(jsonb_build_object("
                + "'version', n -> 'version')) THEN " + replaced + " ELSE versions || n END"
                + " FROM jsonb_build_object('version', ?::text, 'description', ?::text,"
                + " 'applied_at', ?::timestamp, 'checksum', ?::text) AS n WHERE tenant = ?";
        Object time = row.appliedAt().orElse(null);
        String checksum = row.checksum().orElse(null);
        execute(connection, sql, row.version(), row.description().orElse(null), time, checksum, schema);
    }

    @Override
    public void remove(Connection connection, String schema, String version) throws SQLException {
        String left = "jsonb_path_query_array(versions, '$[*] ? (@.version != $v)', jsonb_build_object('v', ?::text))";
        execute(connection, "UPDATE " + TABLE + " SET versions = " + left + " WHERE tenant = ?", version, schema);
    }

    @Override
    public void rename(Connection connection, String schema, String newSchema) throws SQLException {
        execute(connection, "UPDATE " + TABLE + " SET tenant = ? WHERE tenant = ?", newSchema, schema);
    }

    @Override
    public void forget(Connection connection, String schema) throws SQLException {
        execute(connection, "DELETE FROM " + TABLE + " WHERE tenant = ?", schema);
    }

    private static void execute(Connection connection, String sql, Object... args) throws SQLException {
        try (PreparedStatement statement = statement(connection, sql, args)) {
            statement.execute();
        }
    }

    private static PreparedStatement statement(Connection connection, String sql, Object... args) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < args.length; i++) {
            statement.setObject(i + 1, args[i]);
        }
        return statement;
    }
}
