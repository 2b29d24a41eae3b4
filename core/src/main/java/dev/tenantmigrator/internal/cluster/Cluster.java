package dev.tenantmigrator.internal.cluster;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

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

    /**
     * The nodes get a routine or view at once. Deferred, they would get it only with a table that needs it, and keep the one that it
     * replaces; a query of a table, which runs on the table's node, would not find it.
     */
    private static final String AT_ONCE = "pg_catalog.set_config('citus.create_object_propagation', 'automatic', true)";

    private static final Pattern NEEDED_AT_ONCE = Pattern.compile(
            "CREATE\\s+(?:OR\\s+REPLACE\\s+)?(?:FUNCTION|PROCEDURE|AGGREGATE|VIEW)\\b", Pattern.CASE_INSENSITIVE);

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

    /** Columns for a {@code SELECT} that begins a transaction in which objects of an existing tenant are created; may be empty. */
    public Collection<String> columns() {
        return exists ? List.of(DEFERRED) : List.of();
    }

    /** The statement that begins such a transaction; empty on one server. */
    public Pipeline begin() {
        return exists ? new Pipeline().add("SELECT " + DEFERRED) : new Pipeline();
    }

    /**
     * The statements of a script in such a transaction.
     *
     * @param hidden whether it may create routines that its text does not show
     */
    public Pipeline script(
            String schema, String version, MigrationScript file, List<SqlStatement> statements, boolean hidden) {
        Pipeline pipeline = new Pipeline();
        for (SqlStatement statement : statements) {
            pipeline.addAll(propagated(statement.sql(), new Pipeline().addScript(version, file, List.of(statement))));
        }
        if (exists && hidden) {
            routines(pipeline, Sql.literal(Sql.identifier(schema)));
        }
        return pipeline;
    }

    /** A statement of the library's own in such a transaction. */
    public Pipeline statement(String sql) {
        return propagated(sql, new Pipeline().add(sql));
    }

    private Pipeline propagated(String sql, Pipeline statement) {
        return exists && NEEDED_AT_ONCE.matcher(sql).lookingAt()
                ? new Pipeline().add("SELECT " + AT_ONCE).addAll(statement).add("SELECT " + DEFERRED)
                : statement;
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
            routines(pipeline, Sql.literal(Sql.identifier(schema)));
        }
        return pipeline;
    }

    /**
     * Citus has distributed only the routines that tables depend on. Where it distributes others on demand, the node checks their bodies
     * without the tenant's search path; so they are defined again, unchecked. An aggregate has no body.
     */
    private static void routines(Pipeline pipeline, String schema) {
        String others = "FROM pg_catalog.pg_proc p WHERE pronamespace = pg_catalog.to_regnamespace(" + schema + ") AND"
                + " NOT EXISTS (SELECT FROM pg_catalog.pg_dist_object d WHERE d.classid = 1255 AND d.objid = p.oid)";
        pipeline.add("SELECT " + AT_ONCE)
                .add("""
                        DO $routines$
                        DECLARE definition pg_catalog.text; checked pg_catalog.text := pg_catalog.current_setting('check_function_bodies');
                        BEGIN
                            PERFORM pg_catalog.set_config('check_function_bodies', 'off', true);
                            FOR definition IN SELECT pg_catalog.pg_get_functiondef(oid) %s AND prokind <> 'a' LOOP
                                EXECUTE definition;
                            END LOOP;
                            PERFORM pg_catalog.set_config('check_function_bodies', checked, true);
                        END $routines$""".formatted(others))
                .add("SELECT pg_catalog.count(pg_catalog.create_distributed_function(oid)) " + others)
                .add("SELECT " + DEFERRED);
    }

    /** The node of each schema that is on one, as host and port. */
    public Map<String, String> nodes(Connection connection) throws SQLException {
        Map<String, String> nodes = new HashMap<>();
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
