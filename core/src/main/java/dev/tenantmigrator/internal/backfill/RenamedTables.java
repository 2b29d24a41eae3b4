package dev.tenantmigrator.internal.backfill;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * Refuses to make a table anew that may be there under another name, with its rows: the empty table would hide them, and a later
 * repair of the structure would drop them.
 */
final class RenamedTables {

    private RenamedTables() {}

    /** The columns of each table of a schema, with their types, as one text. Types have no schema, so that schemas compare. */
    static Map<String, String> columns(Connection connection, String schema) throws SQLException {
        Map<String, String> columns = new TreeMap<>();
        Jdbc.forEach(connection, """
                SELECT c.relname, pg_catalog.string_agg(pg_catalog.concat_ws(' ', a.attname, t.typname, a.atttypmod), ', ' ORDER BY a.attname)
                  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
                 WHERE c.relnamespace = pg_catalog.to_regnamespace(?) AND c.relkind IN ('r', 'p') GROUP BY c.relname""", row -> columns.put(row.getString(1), row.getString(2)), Sql.identifier(schema));
        return columns;
    }

    /**
     * Checks the tables that the migrations know nothing of.
     *
     * @param defined the columns of the tables that the migrations create
     * @param missing tables that are to be made
     * @throws TenantMigratorException when one of them has rows and the columns of a missing one
     */
    static void refuse(Connection connection, String schema, Map<String, String> defined, Collection<String> missing)
            throws SQLException {
        Map<String, String> present = columns(connection, schema);
        present.keySet().removeAll(defined.keySet());
        for (String table : missing) {
            for (Map.Entry<String, String> other : present.entrySet()) {
                String name = Sql.qualified(schema, other.getKey());
                if (other.getValue().equals(defined.get(table))
                        && Jdbc.queryOne(
                                connection, "SELECT EXISTS (SELECT FROM " + name + ")", row -> row.getBoolean(1))) {
                    throw new TenantMigratorException(
                            Failure.of("the table " + other.getKey() + " has the columns of " + table
                                    + ", which is missing, and rows: it may be that table, renamed. Rename it back: ALTER TABLE "
                                    + name + " RENAME TO " + Sql.identifier(table)
                                    + "; or, if it is a copy, move it to another schema (ALTER TABLE … SET SCHEMA …) and backfill again;"
                                    + " nothing was changed"));
                }
            }
        }
    }
}
