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
 * Queries about one schema under settings with which PostgreSQL writes definitions that mean the same in every session:
 * each name outside {@code pg_catalog} with its schema, dates, intervals and numbers in full (as {@code pg_dump} does).
 */
final class DefinitionReader {

    /** Names {@code pg_temp} last: a temporary {@code pg_class} must not stand in for the real one. */
    private static final String SEARCH_PATH = "pg_catalog, pg_temp";

    /** Without JIT: the planner overrates these queries, and compiling them takes longer than running them. */
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

    /** What is read from a row. */
    interface RowReader<T> {
        T read(Row row) throws SQLException;
    }

    /** What is read from the catalog. */
    interface Reading<T> {
        T read(DefinitionReader catalog) throws SQLException;
    }

    /**
     * Reads, and puts the settings back. Not after an error: then the transaction is lost, and its settings with it.
     *
     * @throws IllegalStateException without a transaction, where the settings do not hold and names would come out bare
     */
    static <T> T open(Connection connection, String schema, Reading<T> reading) throws SQLException {
        DefinitionReader catalog = new DefinitionReader(connection, schema);
        Map<String, String> before = catalog.currentSettings();
        catalog.set(SETTINGS);
        if (!SEARCH_PATH.equals(catalog.currentSettings().get("search_path"))) {
            throw new IllegalStateException("definitions are read in a transaction: begin one first");
        }
        T result = reading.read(catalog);
        catalog.set(before);
        return result;
    }

    /** All rows of a query whose only parameter is the schema's name. */
    <T> List<T> query(String sql, RowReader<T> reader) throws SQLException {
        return Jdbc.query(connection, sql, row -> reader.read(new Row(row)), schema);
    }

    private Map<String, String> currentSettings() throws SQLException {
        Map<String, String> settings = new LinkedHashMap<>();
        Jdbc.forEach(
                connection,
                "SELECT name, pg_catalog.current_setting(name) FROM pg_catalog.unnest(?) name",
                row -> settings.put(row.getString(1), row.getString(2)),
                SETTINGS.keySet());
        return settings;
    }

    private void set(Map<String, String> settings) throws SQLException {
        Jdbc.execute(
                connection,
                "SELECT pg_catalog.set_config(name, value, true)"
                        + " FROM ROWS FROM (pg_catalog.unnest(?), pg_catalog.unnest(?)) s(name, value)",
                settings.keySet(),
                settings.values());
    }

    /** One row; columns count from 1. */
    record Row(ResultSet columns) {

        /** An object from a column with its kind and the one after it with its name. */
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
