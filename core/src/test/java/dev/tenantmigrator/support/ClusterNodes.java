package dev.tenantmigrator.support;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The nodes of a cluster of Citus: where tenants are, and what is on a node. Some may be stopped and started again. */
public final class ClusterNodes {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterNodes.class);

    /** The node of a tenant is that of its tracking table. */
    private static final String NODE =
            "SELECT DISTINCT nodename || ':' || nodeport FROM citus_shards WHERE starts_with(table_name::text, quote_ident(?) || '.')";

    private static final String WORKERS =
            "SELECT nodename || ':' || nodeport FROM pg_dist_node WHERE noderole = 'primary' AND groupid > 0 ORDER BY nodeport";

    private final PostgresServer server = PostgresServer.shared();
    private final TestDatabase database;
    private final List<String> workers;

    private ClusterNodes(TestDatabase database) {
        this.database = database;
        this.workers = database.values(WORKERS);
    }

    /** The nodes that a database's tenants are placed on. Skips the test where there are none, with a warning in the log. */
    public static ClusterNodes of(TestDatabase database) {
        if (!database.isCluster()) {
            String reason = "SKIPPED: the test needs a cluster of Citus, and the server is none. With Citus installed,"
                    + " core/src/test/cluster/start.sh starts one and says how to run the tests on it.";
            LOG.warn(reason);
            abort(reason);
        }
        ClusterNodes nodes = new ClusterNodes(database);
        if (nodes.workers.size() < 2) {
            throw new IllegalStateException("The tests need two workers, there are: " + nodes.workers);
        }
        return nodes;
    }

    /** Host and port of each worker. */
    public List<String> workers() {
        return workers;
    }

    /** A worker that another one is not. */
    public String otherThan(String worker) {
        return workers.stream()
                .filter(other -> !other.equals(worker))
                .findFirst()
                .orElseThrow();
    }

    /** The only node that has tables of a tenant. */
    public String of(String schema) {
        return database.value(NODE, schema);
    }

    /** Moves a tenant. */
    public void move(String schema, String worker) {
        String[] address = worker.split(":", -1);
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT citus_schema_move('" + schema + "', '" + address[0] + "', " + address[1]
                    + ", shard_transfer_mode := 'block_writes')");
            // Otherwise the tables stay where they were for a while.
            statement.execute("CALL citus_cleanup_orphaned_resources()");
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot move " + schema + " to " + worker, e);
        }
    }

    /** The name that a tenant's table has on its node, with the schema. */
    public String shardOf(String schema, String table) {
        return database.value(
                "SELECT shard_name FROM citus_shards WHERE table_name = ?::regclass", schema + "." + table);
    }

    /** Runs a statement on a node as a superuser; returns the first column of its rows, if it has any. */
    public List<String> run(String node, String sql) {
        try (Connection connection = connect(node);
                Statement statement = connection.createStatement()) {
            List<String> values = new ArrayList<>();
            if (statement.execute(sql)) {
                try (ResultSet rows = statement.getResultSet()) {
                    while (rows.next()) {
                        values.add(rows.getString(1));
                    }
                }
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException("Failed on " + node + ": " + sql, e);
        }
    }

    /** A connection of a superuser to the test's database on a node. */
    public Connection connect(String node) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://" + node + "/" + database.name(), server.user(), server.password());
    }

    /** A worker that can be stopped. Skips the test where it runs on another machine, with a warning in the log. */
    public Stoppable stoppable(String worker) {
        Path directory = Path.of(run(worker, "SHOW data_directory").get(0));
        String programs = run(worker, "SELECT setting FROM pg_config WHERE name = 'BINDIR'")
                .get(0);
        if (!Files.exists(directory.resolve("postmaster.pid"))) {
            String reason = "SKIPPED: the test stops a worker, and " + worker
                    + " does not run on this machine, or its data cannot be read: " + directory;
            LOG.warn(reason);
            abort(reason);
        }
        return new Stoppable(worker, directory, programs);
    }

    /** A worker on this machine. Closing starts it if it is stopped. */
    public static final class Stoppable implements AutoCloseable {

        private final String worker;
        private final Path directory;
        private final String programs;

        private Stoppable(String worker, Path directory, String programs) {
            this.worker = worker;
            this.directory = directory;
            this.programs = programs;
        }

        /** Ends all its processes at once, as a crash does. */
        public void stop() {
            control("-m", "immediate", "stop");
        }

        /** Starts it; returns when it answers. */
        public void start() {
            control("-l", directory.resolve("log").toString(), "start");
        }

        @Override
        public void close() {
            if (!Files.exists(directory.resolve("postmaster.pid"))) {
                start();
            }
        }

        private void control(String... arguments) {
            List<String> command = new ArrayList<>();
            try {
                if (System.getProperty("user.name").equals("root")) {
                    // It refuses to run as root.
                    command.addAll(
                            List.of("runuser", "-u", Files.getOwner(directory).getName(), "--"));
                }
                command.addAll(List.of(programs + "/pg_ctl", "-w", "-s", "-D", directory.toString()));
                command.addAll(List.of(arguments));
                Process process = new ProcessBuilder(command)
                        .directory(Path.of("/").toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (process.waitFor() != 0) {
                    throw new IllegalStateException(worker + ": " + command + " ended with " + process.exitValue());
                }
            } catch (IOException e) {
                throw new IllegalStateException(worker + ": " + command, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(worker + ": " + command, e);
            }
        }
    }
}
