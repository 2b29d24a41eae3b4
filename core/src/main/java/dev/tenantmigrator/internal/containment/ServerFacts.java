package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The facts of role and server on which the checks depend. */
record ServerFacts(boolean superuser, boolean tracksCounts, boolean hasCitus, boolean reachesNodes) {

    /** For checks that assume the worst of the script, and begin by asking the server. */
    static final ServerFacts UNKNOWN = new ServerFacts(false, false, false, false);

    private static final Logger LOG = LoggerFactory.getLogger(ServerFacts.class);

    private static final String QUERY = "SELECT pg_catalog.current_setting('is_superuser'),"
            + " pg_catalog.current_setting('track_counts'), EXISTS (SELECT FROM pg_catalog.pg_extension"
            + " WHERE extname OPERATOR(pg_catalog.=) 'citus'), EXISTS (SELECT FROM pg_catalog.pg_proc"
            + " WHERE proname OPERATOR(pg_catalog.=) ANY (ARRAY['run_command_on_workers', 'run_command_on_all_nodes', 'run_command_on_coordinator',"
            + " 'run_command_on_placements', 'run_command_on_shards', 'run_command_on_colocated_placements',"
            + " 'master_run_on_worker']::pg_catalog.name[])"
            + " AND pg_catalog.has_function_privilege(oid, 'EXECUTE'))";

    static ServerFacts read(Connection connection) throws SQLException {
        return Jdbc.queryOne(
                connection,
                QUERY,
                row -> new ServerFacts(
                        row.getString(1).equals("on"),
                        row.getString(2).equals("on"),
                        row.getBoolean(3),
                        row.getBoolean(4)));
    }

    /** Warns of a superuser role, and of a server that counts nothing, because containment is incomplete with them. */
    void warn() {
        if (superuser) {
            LOG.warn(
                    "The role of the connection is a superuser, whose migrations no check can keep inside their tenant;"
                            + " use one that owns the tenants and has CREATE on the database");
        }
        if (reachesNodes) {
            LOG.warn(
                    "The role of the connection may call run_command_on_workers and similar functions of Citus, whose effects on"
                            + " other tenants no check sees; revoke EXECUTE on them from PUBLIC");
        }
        if (!tracksCounts) {
            LOG.warn("The server's setting track_counts is off: outside of its tenant, a migration's changes are only"
                    + " seen on relations; turn it on");
        }
    }

    /** On Citus a table of the coordinator may have its rows on another node. */
    boolean countsTenantRows() {
        return tracksCounts && !hasCitus;
    }
}
