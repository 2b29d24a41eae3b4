package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.sql.Sql;

/**
 * The question for relations outside of the tenant that were changed on its node of a cluster, as SQL. A statement with a table of
 * the tenant runs there, and so do the functions that it calls, whose locks the coordinator does not show. Citus refuses a query of
 * them on another tenant's table; but the tables behind that, the shards of its neighbours on the node, can be named.
 *
 * <p>It runs on the node because it reads a table of the tenant, and has no settings or cursors, which belong to the coordinator.
 * Shards that were dropped have no names any more and are not found.
 */
final class NodeCheck {

    /** Number of relations in a message: more would hide the advice behind them. */
    private static final int MOST = 20;

    private NodeCheck() {}

    /**
     * A statement that fails with the marker and a line for each relation, as {@link ForeignObject} reads them. It expects the search
     * path {@code pg_catalog, pg_temp}.
     *
     * @param tenant its schema
     * @param table a table of it
     */
    static String sql(AllowList allowed, String tenant, String table) {
        String name = Sql.literal(tenant);
        return """
                SELECT coalesce(%1$s || chr(10) || string_agg(line, chr(10)) || chr(10), '0')::int
                  FROM (SELECT DISTINCT '0:0:table ' || names[1] || '.' || names[2] || ' (on the tenant''s node)' AS line
                          FROM (SELECT (pg_identify_object_as_address(1259, relation, 0)).object_names AS names
                                  FROM (SELECT (pg_lock_status()).relation, (pg_lock_status()).mode, (pg_lock_status()).pid
                                          FROM (SELECT count(*) FROM %2$s) t) l
                                 WHERE pid = pg_backend_pid() AND relation >= 16384 AND pg_index_has_property(relation, 'clusterable') IS NULL
                                   AND mode NOT IN ('AccessShareLock', 'RowShareLock', 'SIReadLock')) n
                         WHERE NOT coalesce(names[1] IN ('pg_catalog', 'pg_toast', 'pg_temp') OR %3$s OR %4$s, true)
                         LIMIT %5$d) f""".formatted(
                        Sql.literal(ForeignObjectsException.MARKER),
                        Sql.qualified(tenant, table),
                        allowed.isNamed("names", name),
                        // The name of a shard is the table's with a number.
                        allowed.isNamed("(ARRAY[names[1], regexp_replace(names[2], '_[0-9]+$', '')])", name),
                        MOST);
    }
}
