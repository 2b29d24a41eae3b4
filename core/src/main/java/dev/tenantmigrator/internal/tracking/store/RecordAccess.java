package dev.tenantmigrator.internal.tracking.store;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.sql.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Tells tracking tables that the session's role can read from those whose rows it must not trust. Row security shows fewer rows
 * without an error, and its policies are code of the table's owner, which must not run with the reader's rights.
 */
final class RecordAccess {

    /** By names that the server looks up, so that the answer is current also in a transaction with an older snapshot. */
    private static final String QUERY = """
            SELECT s.name, s.usage, pg_catalog.has_table_privilege(t.oid, 'SELECT'),
                   pg_catalog.row_security_active(t.oid), current_user,
                   (SELECT pg_catalog.pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class c
                     WHERE c.oid = coalesce(t.oid, (SELECT o.oid FROM pg_catalog.pg_class o
                                                     WHERE o.relnamespace = s.oid AND o.relname = 'schema_migrations'))),
                   s.owner
              FROM (SELECT n.name, n.oid, pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS usage,
                           (SELECT pg_catalog.pg_get_userbyid(h.nspowner) FROM pg_catalog.pg_namespace h WHERE h.oid = n.oid) AS owner
                      FROM (SELECT name, pg_catalog.to_regnamespace(pg_catalog.quote_ident(name))::pg_catalog.oid AS oid
                              FROM pg_catalog.unnest(?::pg_catalog.text[]) names(name)) n) s,
                   LATERAL (SELECT CASE WHEN s.usage THEN pg_catalog.to_regclass(
                                     pg_catalog.quote_ident(s.name) || '.schema_migrations')::pg_catalog.oid END AS oid) t
             WHERE s.oid IS NOT NULL AND (t.oid IS NOT NULL OR NOT s.usage)""";

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private RecordAccess() {}

    /**
     * The schemas, among some, that have a tracking table.
     *
     * @throws SQLException when the rows of one of these tables cannot be read; the message names a remedy
     */
    static List<String> readable(Connection connection, Collection<String> schemas) throws SQLException {
        List<String> found = new ArrayList<>();
        Jdbc.forEachPrepared(
                connection,
                QUERY,
                row -> {
                    requireReadable(row);
                    found.add(row.getString(1));
                },
                schemas);
        return found;
    }

    private static void requireReadable(ResultSet row) throws SQLException {
        String schema = Sql.identifier(row.getString(1));
        String table = Sql.qualified(row.getString(1), "schema_migrations");
        String role = row.getString(5);
        String owner = row.getString(6) == null ? "" : " " + row.getString(6);
        String to = " TO " + Sql.identifier(role);
        String onTable = "GRANT SELECT, INSERT, UPDATE, DELETE ON " + table + to
                + "; GRANT USAGE ON ALL SEQUENCES IN SCHEMA " + schema + to;
        if (!row.getBoolean(2)) {
            // The table may have another owner, who can do nothing about the schema.
            String schemaOwner = row.getString(7);
            boolean oneOwner = row.getString(6) == null || schemaOwner.equals(row.getString(6));
            String rest = role.equals(row.getString(6))
                    ? ""
                    : "; " + (oneOwner ? "" : "then as the table's owner" + owner + ": ") + onTable;
            throw new SQLException(
                    "the role " + role + " lacks USAGE on its schema; run as the schema's owner " + schemaOwner
                            + ", or as that one: GRANT USAGE ON SCHEMA " + schema + to + rest,
                    INSUFFICIENT_PRIVILEGE);
        }
        if (!row.getBoolean(3)) {
            throw new SQLException(
                    "the role " + role + " lacks SELECT on it; run as its owner" + owner
                            + ", or as the owner: GRANT USAGE ON SCHEMA " + schema + to + "; " + onTable,
                    INSUFFICIENT_PRIVILEGE);
        }
        if (row.getBoolean(4)) {
            throw new SQLException(
                    "row security decides which of its rows the role " + role + " sees; run as its owner" + owner
                            + ": ALTER TABLE " + table + " "
                            + (role.equals(row.getString(6)) ? "NO FORCE" : "DISABLE") + " ROW LEVEL SECURITY",
                    INSUFFICIENT_PRIVILEGE);
        }
    }
}
