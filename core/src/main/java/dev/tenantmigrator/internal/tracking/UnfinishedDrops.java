package dev.tenantmigrator.internal.tracking;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.sql.ReservedSchemas;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

/** Finds tenants whose drop was begun. Their schemas have reserved names, so they are tenants no more. */
public final class UnfinishedDrops {

    /** The beginning of the schema's name from the first step of a drop on. */
    public static final String PREFIX = ReservedSchemas.OWN_PREFIX + "drop_";

    /** The comment of the schema; the tenant's name follows. */
    public static final String MARK = "tenant-migrator drops ";

    private UnfinishedDrops() {}

    /** The names of tenants, by the names that their schemas have now. */
    public static Map<String, String> read(Connection connection) throws SQLException {
        Map<String, String> tenants = all(connection);
        tenants.values().removeIf(UnfinishedDrops::isSpare);
        return tenants;
    }

    /** The names of spare tenants, by the names that their schemas have now. */
    public static Map<String, String> readSpares(Connection connection) throws SQLException {
        Map<String, String> spares = all(connection);
        spares.values().removeIf(schema -> !isSpare(schema));
        return spares;
    }

    private static boolean isSpare(String schema) {
        return schema.startsWith(ReservedSchemas.SPARE_PREFIX);
    }

    private static Map<String, String> all(Connection connection) throws SQLException {
        String query = """
                SELECT n.nspname, pg_catalog.substr(d.description, pg_catalog.length(?) + 1)
                  FROM pg_catalog.pg_namespace n
                  JOIN pg_catalog.pg_description d
                    ON d.classoid = 'pg_catalog.pg_namespace'::regclass AND d.objoid = n.oid
                 WHERE pg_catalog.starts_with(n.nspname::text, ?) AND pg_catalog.starts_with(d.description, ?)""";
        Map<String, String> tenants = new TreeMap<>();
        Jdbc.forEach(connection, query, row -> tenants.put(row.getString(1), row.getString(2)), MARK, PREFIX, MARK);
        return tenants;
    }
}
