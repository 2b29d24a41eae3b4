package dev.tenantmigrator.internal.cluster;

import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The differences between one server and a cluster of Citus, whose coordinator keeps each tenant's schema on one of its nodes (Citus
 * documentation, "Schema-based sharding"). On one server all of it is empty. Thread-safe.
 */
public final class Cluster {

    private static final String EXTENSION = "citus";

    private static final Cluster NONE = new Cluster(false);
    private static final Cluster CITUS = new Cluster(true);

    private static final String IS_INSTALLED = "SELECT EXISTS (SELECT FROM pg_catalog.pg_extension"
            + " WHERE extname OPERATOR(pg_catalog.=) '" + EXTENSION + "')";

    /**
     * Otherwise Citus creates a type, function or sequence on the workers by another connection, which does not see what this
     * transaction has created before: {@code schema does not exist}. Deferred, it creates them when a table on a node needs them.
     */
    private static final String DEFERRED = "pg_catalog.set_config('citus.create_object_propagation', 'deferred', true)";

    private static final String NOT_SHARDED =
            "pg_catalog.set_config('citus.enable_schema_based_sharding', 'off', true)";

    private final boolean exists;

    private Cluster(boolean exists) {
        this.exists = exists;
    }

    /** The cluster of a configuration, or the one that the installed extensions tell of. */
    public static Cluster of(Config config, Collection<String> extensions) {
        return config.cluster().orElseGet(() -> extensions.contains(EXTENSION)) ? CITUS : NONE;
    }

    /** The cluster of a configuration, or the one that a connection's database belongs to. */
    public static Cluster of(Config config, Connection connection) throws SQLException {
        return config.cluster().isPresent()
                ? of(config, List.of())
                : Jdbc.queryOne(connection, IS_INSTALLED, row -> row.getBoolean(1)) ? CITUS : NONE;
    }

    /** Whether the database belongs to a cluster. */
    public boolean exists() {
        return exists;
    }

    /** Columns for a {@code SELECT} that begins a transaction in which objects of an existing tenant are created; may be empty. */
    public Collection<String> columns() {
        return exists ? List.of(DEFERRED) : List.of();
    }

    /** The statement that begins such a transaction; empty on one server. */
    public Pipeline begin() {
        return exists ? new Pipeline().add("SELECT " + DEFERRED) : new Pipeline();
    }

    /**
     * Columns for a {@code SELECT} that begins a transaction in which a tenant is created; may be empty. The schema stays on the
     * coordinator until {@link #distribute}: the transaction has everything on one connection, and its containment is checked there.
     */
    public Collection<String> creationColumns() {
        return exists ? List.of(DEFERRED, NOT_SHARDED) : List.of();
    }

    /** The statement that begins a transaction in which a schema is created that stays on the coordinator; empty on one server. */
    public Pipeline beginCreation() {
        return exists ? new Pipeline().add("SELECT " + String.join(", ", creationColumns())) : new Pipeline();
    }

    /** Places a tenant that was created in this transaction on a node, with its rows. */
    public Pipeline distribute(String schema) {
        Pipeline pipeline = new Pipeline();
        if (exists) {
            pipeline.add("SELECT pg_catalog.citus_schema_distribute(" + Sql.literal(Sql.identifier(schema)) + ")")
                    // The rows on the coordinator are only hidden (Citus documentation, "citus_schema_distribute").
                    .add("""
                            SELECT pg_catalog.count(pg_catalog.truncate_local_data_after_distributing_table(oid)) FROM pg_catalog.pg_class
                             WHERE relnamespace = pg_catalog.to_regnamespace(%s) AND relkind = 'r'
                               AND pg_catalog.pg_relation_size(oid) > 0""".formatted(Sql.literal(Sql.identifier(schema))));
        }
        return pipeline;
    }

    /** The node of each schema that is on one, as host and port. */
    public Map<String, String> nodes(Connection connection) throws SQLException {
        Map<String, String> nodes = new TreeMap<>();
        if (exists) {
            Jdbc.forEachPrepared(connection, """
                    SELECT m.nspname, (SELECT n.nodename || ':' || n.nodeport
                              FROM pg_catalog.pg_dist_partition p
                              JOIN pg_catalog.pg_dist_shard s ON s.logicalrelid = p.logicalrelid
                              JOIN pg_catalog.pg_dist_placement l ON l.shardid = s.shardid
                              JOIN pg_catalog.pg_dist_node n ON n.groupid = l.groupid AND n.noderole = 'primary'
                             WHERE p.colocationid = d.colocationid LIMIT 1) AS node
                      FROM pg_catalog.pg_dist_schema d JOIN pg_catalog.pg_namespace m ON m.oid = d.schemaid""", row -> {
                if (row.getString(2) != null) {
                    nodes.put(row.getString(1), row.getString(2));
                }
            });
        }
        return nodes;
    }
}
