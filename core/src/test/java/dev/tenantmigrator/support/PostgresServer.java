package dev.tenantmigrator.support;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * The server that the tests of this JVM use, started when the first of them asks.
 *
 * <p>It is the one that {@code test.postgres.url}, {@code test.postgres.user} and {@code test.postgres.password} name;
 * else a container where Docker answers; else an embedded server. The user must be a superuser.
 *
 * <p>A server that is started here does not wait for the disk. {@code -Dtest.postgres.settings=fsync=on,...} overrides
 * that and any other setting.
 */
final class PostgresServer {

    private static final String LOCK_CLASS = "hashtext('tenant-migrator tests')";
    private static final String PREFIX = "tm_";

    private final String url;
    private final String user;
    private final String password;
    private final int owner = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    private final Connection ownerLock;

    private PostgresServer(String url, String user, String password) throws SQLException {
        this.url = url;
        this.user = user;
        this.password = password;
        // Held until this JVM ends, however it ends: while the lock is taken, the databases with this owner are in use.
        this.ownerLock = connect();
        tryLock(ownerLock, owner);
        dropDatabasesOfTheDead();
    }

    static PostgresServer shared() {
        return Holder.SERVER;
    }

    /** A name for a database or role that tells to which JVM it belongs. */
    String ownedName(String label, int number) {
        String suffix = "_" + number + "_" + label.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "_");
        String name = PREFIX + String.format(Locale.ROOT, "%08x", owner) + suffix;
        return name.substring(0, Math.min(name.length(), 63));
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url, user, password);
    }

    /** The URL of another database on this server. */
    String urlOf(String database) {
        int query = url.indexOf('?');
        String options = query < 0 ? "" : url.substring(query);
        String path = query < 0 ? url : url.substring(0, query);
        return path.substring(0, path.lastIndexOf('/') + 1) + database + options;
    }

    String user() {
        return user;
    }

    String password() {
        return password;
    }

    /** Drops the databases of JVMs that ended without doing so: their lock is free. */
    void dropDatabasesOfTheDead() throws SQLException {
        List<String> names = new ArrayList<>();
        try (PreparedStatement query = ownerLock.prepareStatement(
                        "SELECT datname FROM pg_database WHERE datname ~ ('^' || ? || '[0-9a-f]{8}_')");
                ResultSet rows = bound(query, PREFIX).executeQuery()) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        for (String name : names) {
            int itsOwner = Integer.parseInt(name.substring(PREFIX.length(), PREFIX.length() + 8), 16);
            if (itsOwner != owner && tryLock(ownerLock, itsOwner)) {
                drop(ownerLock, name);
            }
        }
    }

    /** Drops a database and the role of the same name. */
    void drop(Connection connection, String name) throws SQLException {
        Citus.dropOnWorkers(this, connection, name);
        try (var statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
            statement.execute("DROP ROLE IF EXISTS " + name);
        }
    }

    private static boolean tryLock(Connection connection, int key) throws SQLException {
        try (PreparedStatement query =
                        connection.prepareStatement("SELECT pg_try_advisory_lock(" + LOCK_CLASS + ", ?::int)");
                ResultSet row = bound(query, Integer.toString(key)).executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    private static PreparedStatement bound(PreparedStatement statement, String argument) throws SQLException {
        statement.setString(1, argument);
        return statement;
    }

    private static PostgresServer start() {
        try {
            String url = System.getProperty("test.postgres.url");
            if (url != null) {
                return new PostgresServer(
                        url,
                        System.getProperty("test.postgres.user", "postgres"),
                        System.getProperty("test.postgres.password", ""));
            }
            return dockerAnswers() ? container() : embedded();
        } catch (SQLException e) {
            throw new IllegalStateException("The test server cannot be used: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("The embedded test server does not start", e);
        }
    }

    private static PostgresServer embedded() throws IOException, SQLException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder();
        settings().forEach(builder::setServerConfig);
        EmbeddedPostgres server = builder.start();
        return new PostgresServer("jdbc:postgresql://localhost:" + server.getPort() + "/postgres", "postgres", "");
    }

    @SuppressWarnings("resource") // Testcontainers stops the container when this JVM ends.
    private static PostgresServer container() throws SQLException {
        List<String> command = new ArrayList<>(List.of("postgres"));
        settings().forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        PostgreSQLContainer server =
                new PostgreSQLContainer("postgres:" + System.getProperty("test.postgres.version", "18"));
        server.setCommand(command.toArray(String[]::new));
        server.start();
        return new PostgresServer(server.getJdbcUrl(), server.getUsername(), server.getPassword());
    }

    /** Asks Testcontainers only where a Docker engine may be: its search takes seconds and logs what it misses. */
    private static boolean dockerAnswers() {
        boolean plausible = System.getenv("DOCKER_HOST") != null
                || System.getProperty("os.name").startsWith("Windows")
                || new File("/var/run/docker.sock").exists()
                || new File(System.getProperty("user.home"), ".docker/run/docker.sock").exists()
                || new File(System.getProperty("user.home"), ".testcontainers.properties").exists();
        return plausible && DockerClientFactory.instance().isDockerAvailable();
    }

    private static Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("max_connections", "200");
        // A small lock table, so that a test can fill it quickly.
        settings.put("max_locks_per_transaction", "16");
        settings.put("max_prepared_transactions", "10");
        settings.put("fsync", "off");
        settings.put("synchronous_commit", "off");
        settings.put("full_page_writes", "off");
        for (String setting : System.getProperty("test.postgres.settings", "").split(",", -1)) {
            int equals = setting.indexOf('=');
            if (equals > 0) {
                settings.put(setting.substring(0, equals), setting.substring(equals + 1));
            }
        }
        return settings;
    }

    private static final class Holder {
        private static final PostgresServer SERVER = start();
    }
}
