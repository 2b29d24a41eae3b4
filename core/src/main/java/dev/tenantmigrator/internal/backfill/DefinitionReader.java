package dev.tenantmigrator.internal.backfill;

import dev.tenantmigrator.internal.backfill.DatabaseObject.Kind;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads definitions of one schema's objects. It uses settings with which PostgreSQL writes definitions that mean the same in every
 * session, like {@code pg_dump}: each name outside {@code pg_catalog} has its schema; dates, intervals and numbers are complete.
 */
final class DefinitionReader {

    /** {@code pg_temp} is last, because a temporary {@code pg_class} must not hide the real one. */
    private static final String SEARCH_PATH = "pg_catalog, pg_temp";

    /** JIT is off: the planner overestimates these queries, and compiling them takes longer than running them. */
    private static final Map<String, String> SETTINGS = Map.of(
            "search_path", SEARCH_PATH,
            "datestyle", "ISO",
            "intervalstyle", "postgres",
            "extra_float_digits", "3",
            "quote_all_identifiers", "off",
            "jit", "off");

    private final Connection connection;
    private final String schema;

    private DefinitionReader(Connection connection, String schema) {
        this.connection = connection;
        this.schema = schema;
    }

    /** Reads a value from a row. */
    interface RowReader<T> {
        T read(Row row) throws SQLException;
    }

    /** Runs queries on a reader. */
    interface Queries<T> {
        T run(DefinitionReader reader) throws SQLException;
    }

    /**
     * Runs queries under the settings, then restores the settings. After an error they are not restored: the failed transaction
     * has to be rolled back, and its settings with it.
     *
     * @throws IllegalStateException without a transaction, where the settings do not last and names would have no schema
     */
    static <T> T read(Connection connection, String schema, Queries<T> queries) throws SQLException {
        DefinitionReader reader = new DefinitionReader(connection, schema);
        Map<String, String> before = reader.currentSettings();
        reader.set(SETTINGS);
        if (!SEARCH_PATH.equals(reader.currentSettings().get("search_path"))) {
            throw new IllegalStateException("definitions are read in a transaction: begin one first");
        }
        T result = queries.run(reader);
        reader.set(before);
        return result;
    }

    /** Returns all rows of a query whose only parameter is the schema's name. */
    <T> List<T> query(String sql, RowReader<T> reader) throws SQLException {
        return Jdbc.query(connection, sql, row -> reader.read(new Row(row)), schema);
    }

    private Map<String, String> currentSettings() throws SQLException {
        Map<String, String> settings = new LinkedHashMap<>();
        Jdbc.forEach(
                connection,
                "SELECT name, pg_catalog.current_setting(name) FROM pg_catalog.unnest(?::pg_catalog.text[]) name",
                row -> settings.put(row.getString(1), row.getString(2)),
                SETTINGS.keySet());
        return settings;
    }

    private void set(Map<String, String> settings) throws SQLException {
        Jdbc.execute(
                connection,
                "SELECT pg_catalog.set_config(name, value, true)"
                        + " FROM ROWS FROM (pg_catalog.unnest(?::pg_catalog.text[]), pg_catalog.unnest(?::pg_catalog.text[])) s(name, value)",
                settings.keySet(),
                settings.values());
    }

    /** One row; columns are numbered from 1. */
    record Row(ResultSet columns) {

        /** An object, from the column with its kind and the next column with its name. */
        DatabaseObject object(int column) throws SQLException {
            return new DatabaseObject(Kind.valueOf(columns.getString(column)), columns.getString(column + 1));
        }

        String text(int column) throws SQLException {
            return columns.getString(column);
        }

        Optional<String> optionalText(int column) throws SQLException {
            return Optional.ofNullable(columns.getString(column));
        }

        boolean flag(int column) throws SQLException {
            return columns.getBoolean(column);
        }
    }
}
