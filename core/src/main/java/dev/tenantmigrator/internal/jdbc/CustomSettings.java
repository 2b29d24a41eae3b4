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
 * The values of settings of an application's own, {@code a.b}, before scripts that set them (PostgreSQL documentation,
 * "Customized Options"): {@code pg_settings} has none of them.
 *
 * @param values by name; empty for one that was never set, as PostgreSQL leaves it after a transaction
 */
public record CustomSettings(Map<String, String> values) {

    /** Copies its argument. */
    public CustomSettings {
        values = Map.copyOf(values);
    }

    /** Reads those of some names that are an application's own; without names nothing is asked. */
    public static CustomSettings read(Connection connection, Collection<String> names) throws SQLException {
        Map<String, String> values = new TreeMap<>();
        if (names.isEmpty()) {
            return new CustomSettings(values);
        }
        Jdbc.forEach(connection, """
                SELECT n.name, coalesce(pg_catalog.current_setting(n.name, true), '') FROM pg_catalog.unnest(?) n(name)
                 WHERE pg_catalog.lower(n.name) NOT IN (SELECT pg_catalog.lower(s.name) FROM pg_catalog.pg_settings s)""", row -> values.put(row.getString(1), row.getString(2)), names);
        return new CustomSettings(values);
    }

    /** A statement, of one row, that puts some of them back until the transaction ends; empty when none is known. */
    public Optional<String> restoreSql(Collection<String> names) {
        String calls = names.stream()
                .filter(values::containsKey)
                .map(name -> "pg_catalog.set_config(" + Sql.literal(name) + ", "
                        + Sql.literal(values.getOrDefault(name, "")) + ", true)")
                .collect(Collectors.joining(", "));
        return calls.isEmpty() ? Optional.empty() : Optional.of("SELECT " + calls);
    }
}
