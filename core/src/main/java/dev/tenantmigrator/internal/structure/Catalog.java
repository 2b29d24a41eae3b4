package dev.tenantmigrator.internal.structure;

import dev.tenantmigrator.internal.structure.DatabaseObject.Kind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Queries about one schema under settings with which PostgreSQL writes definitions that mean the same in every session:
 * each name outside {@code pg_catalog} with its schema, dates, intervals and numbers in full (as {@code pg_dump} does).
 */
final class Catalog {

    /** {@code pg_temp} is named so that it is searched last: a temporary {@code pg_class} must not stand in for the real. */
    private static final String PORTABLE_SETTINGS = """
            SELECT set_config('search_path', 'pg_catalog, pg_temp', true), set_config('datestyle', 'ISO', true),
                   set_config('intervalstyle', 'postgres', true), set_config('extra_float_digits', '3', true),
                   set_config('quote_all_identifiers', 'off', true)
            """;

    private static final String CURRENT_SETTINGS = """
            SELECT current_setting('search_path'), current_setting('datestyle'), current_setting('intervalstyle'),
                   current_setting('extra_float_digits'), current_setting('quote_all_identifiers')
            """;

    private static final String RESTORE_SETTINGS = """
            SELECT set_config('search_path', ?, true), set_config('datestyle', ?, true),
                   set_config('intervalstyle', ?, true), set_config('extra_float_digits', ?, true),
                   set_config('quote_all_identifiers', ?, true)
            """;

    private final Connection connection;
    private final String schema;

    private Catalog(Connection connection, String schema) {
        this.connection = connection;
        this.schema = schema;
    }

    /** What is read from a row. */
    interface RowReader<T> {
        T read(Row row) throws SQLException;
    }

    /** What is read from the catalog. */
    interface Reading<T> {
        T read(Catalog catalog) throws SQLException;
    }

    /**
     * Reads, and puts the settings back. Not after an error: then the transaction is lost, and its settings with it.
     *
     * @throws IllegalStateException without a transaction, where the settings would not hold
     */
    static <T> T open(Connection connection, String schema, Reading<T> reading) throws SQLException {
        if (connection.getAutoCommit()) {
            throw new IllegalStateException("definitions are read in a transaction: turn autocommit off first");
        }
        Catalog catalog = new Catalog(connection, schema);
        String[] settings = catalog.currentSettings();
        catalog.execute(PORTABLE_SETTINGS);
        T result = reading.read(catalog);
        catalog.execute(RESTORE_SETTINGS, settings);
        return result;
    }

    /** All rows of a query whose only parameter is the schema's name. */
    <T> List<T> query(String sql, RowReader<T> reader) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, schema);
            try (ResultSet rows = statement.executeQuery()) {
                List<T> result = new ArrayList<>();
                while (rows.next()) {
                    result.add(reader.read(new Row(rows)));
                }
                return result;
            }
        }
    }

    private String[] currentSettings() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CURRENT_SETTINGS);
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            String[] settings = new String[rows.getMetaData().getColumnCount()];
            for (int i = 0; i < settings.length; i++) {
                settings[i] = rows.getString(i + 1);
            }
            return settings;
        }
    }

    private void execute(String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            statement.execute();
        }
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
