package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.internal.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The values that an application's custom settings, such as {@code a.b}, have before the scripts that set them (PostgreSQL
 * documentation, "Customized Options"). They are read apart, because {@code pg_settings} does not show them.
 *
 * @param values by name; the empty string for a setting that was never set, which is also its value after a rollback
 */
public record CustomSettings(Map<String, String> values) {

    public CustomSettings {
        values = Map.copyOf(values);
    }

    /** Reads the custom settings among some names; sends no query when there are no names. */
    public static CustomSettings read(Connection connection, Collection<String> names) throws SQLException {
        Map<String, String> values = new TreeMap<>();
        if (names.isEmpty()) {
            return new CustomSettings(values);
        }
        Jdbc.forEach(connection, """
                SELECT n.name, coalesce(pg_catalog.current_setting(n.name, true), '') FROM pg_catalog.unnest(?::pg_catalog.text[]) n(name)
                 WHERE pg_catalog.lower(n.name) NOT IN (SELECT pg_catalog.lower(s.name) FROM pg_catalog.pg_settings s)""", row -> values.put(row.getString(1), row.getString(2)), names);
        return new CustomSettings(values);
    }

    /** A query with one row that restores some settings until the transaction ends; empty when no value is known. */
    public Optional<String> restoreSql(Collection<String> names) {
        String calls = names.stream()
                .filter(values::containsKey)
                .map(name -> "pg_catalog.set_config(" + Sql.literal(name) + ", "
                        + Sql.literal(values.getOrDefault(name, "")) + ", true)")
                .collect(Collectors.joining(", "));
        return calls.isEmpty() ? Optional.empty() : Optional.of("SELECT " + calls);
    }
}
