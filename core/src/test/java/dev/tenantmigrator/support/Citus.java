package dev.tenantmigrator.support;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Makes a new database usable on a cluster: where the server's own database has Citus, the new one gets it too, with the same
 * workers, and each new schema in it is placed on one of them (Citus documentation, "Creating a New Database", "Schema-based
 * sharding").
 */
final class Citus {

    private static final String HAS_IT = "SELECT FROM pg_extension WHERE extname = 'citus'";
    private static final String NODES =
            "SELECT nodename, nodeport, groupid FROM pg_dist_node" + " WHERE noderole = 'primary' ORDER BY groupid";

    private Citus() {}

    /**
     * Prepares a database on each node, where there are nodes.
     *
     * @param server the coordinator
     * @param connection to the server's own database
     * @param database the new one
     * @return whether the server is a coordinator
     */
    static boolean useIn(PostgresServer server, Connection connection, String database) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet extension = statement.executeQuery(HAS_IT)) {
                if (!extension.next()) {
                    return false;
                }
            }
            try (Connection coordinator =
                            DriverManager.getConnection(server.urlOf(database), server.user(), server.password());
                    Statement there = coordinator.createStatement()) {
                there.execute("CREATE EXTENSION citus");
                there.execute("ALTER DATABASE " + database + " SET citus.enable_schema_based_sharding = on");
                there.execute("ALTER DATABASE " + database + " SET citus.enable_unsafe_triggers = on");
                try (ResultSet nodes = statement.executeQuery(NODES)) {
                    while (nodes.next()) {
                        String address = "'" + nodes.getString(1) + "', " + nodes.getInt(2);
                        if (nodes.getInt(3) == 0) {
                            there.execute("SELECT citus_set_coordinator_host(" + address + ")");
                        } else {
                            addWorker(server, database, nodes.getString(1) + ":" + nodes.getInt(2));
                            there.execute("SELECT citus_add_node(" + address + ")");
                        }
                    }
                }
            }
        }
        return true;
    }

    /** Drops a database on the workers, where there are any; before the coordinator's, whose daemon would look for them. */
    static void dropOnWorkers(PostgresServer server, Connection connection, String database) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet extension = statement.executeQuery(HAS_IT)) {
                if (!extension.next()) {
                    return;
                }
            }
            try (ResultSet nodes = statement.executeQuery(NODES)) {
                while (nodes.next()) {
                    if (nodes.getInt(3) != 0) {
                        String url = "jdbc:postgresql://" + nodes.getString(1) + ":" + nodes.getInt(2) + "/postgres";
                        try (Connection worker = DriverManager.getConnection(url, server.user(), server.password());
                                Statement there = worker.createStatement()) {
                            there.execute("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
                        }
                    }
                }
            }
        }
    }

    private static void addWorker(PostgresServer server, String database, String hostAndPort) throws SQLException {
        String url = "jdbc:postgresql://" + hostAndPort + "/";
        try (Connection worker = DriverManager.getConnection(url + "postgres", server.user(), server.password());
                Statement statement = worker.createStatement()) {
            try (ResultSet there =
                    statement.executeQuery("SELECT FROM pg_database WHERE datname = '" + database + "'")) {
                // Newer versions send CREATE DATABASE to the workers themselves.
                if (!there.next()) {
                    statement.execute("CREATE DATABASE " + database);
                }
            }
        }
        try (Connection worker = DriverManager.getConnection(url + database, server.user(), server.password());
                Statement statement = worker.createStatement()) {
            statement.execute("CREATE EXTENSION IF NOT EXISTS citus");
        }
    }
}
