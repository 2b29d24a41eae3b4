package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.sql.Sql;
import java.util.Optional;

/**
 * The question for relations outside of the tenant that were changed on its node of a cluster, as SQL. A statement with a table of
 * the tenant runs there, and so do the functions that it calls, whose locks the coordinator does not show. Citus refuses a query of
 * them on another tenant's table; but the tables behind that, the shards of its neighbours on the node, can be named.
 *
 * <p>It runs on the node because it reads a table of the tenant, and has no settings or cursors, which belong to the coordinator.
 * Shards that were dropped have no names any more and are not found.
 *
 * @param table the tenant's tracking table, without the schema; without one nothing leads to the node, which is not asked
 */
record NodeCheck(AllowList allowed, Optional<String> table) {

    /** Number of relations in a message: more would hide the advice behind them. */
    private static final int MOST = 20;

    /** The statements that ask, with the search path {@code pg_catalog, pg_temp}. */
    Pipeline of(String tenant) {
        Pipeline check = new Pipeline().add(movesSql());
        table.ifPresent(name -> check.add(sql(tenant, name)));
        return check;
    }

    /**
     * A statement for the coordinator that fails when the transaction has taken a schema to the nodes or back: the node that it leaves
     * is not asked.
     */
    private static String movesSql() {
        return "SELECT (CASE WHEN pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)"
                + " + pg_stat_get_xact_tuples_deleted(oid) > 0 THEN "
                + Sql.literal(ForeignObjectsException.MARKER + "\n0:0:the placement of tenants on nodes\n")
                + " ELSE '0' END)::int FROM pg_class WHERE oid = to_regclass('pg_catalog.pg_dist_schema')";
    }

    /** A statement that fails with the marker and a line for each relation, as {@link ForeignObject} reads them. */
    private String sql(String tenant, String record) {
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
                        Sql.qualified(tenant, record),
                        allowed.isNamed("names", name),
                        // The name of a shard is the table's with a number.
                        allowed.isNamed("(ARRAY[names[1], regexp_replace(names[2], '_[0-9]+$', '')])", name),
                        MOST);
    }
}
