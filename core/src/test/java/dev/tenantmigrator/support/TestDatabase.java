package dev.tenantmigrator.support;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A database of its own for one test class, owned by a role of its own that is not a superuser.
 *
 * <p>Most tests get it from {@link PostgresTest}; a test that must have it earlier {@linkplain #create creates} and
 * closes it. Thread-safe.
 */
public final class TestDatabase implements AutoCloseable {

    private static final AtomicInteger COUNTER = new AtomicInteger();
    private static final String PASSWORD = "secret";
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(2);

    private final PostgresServer server;
    private final String name;
    private final HikariDataSource pool;
    private final LeakCheckingDataSource checked;
    private final DataSource unchecked;

    private final boolean cluster;

    private TestDatabase(PostgresServer server, String name, boolean cluster) {
        this.server = server;
        this.name = name;
        this.cluster = cluster;
        this.pool = pool();
        this.checked = new LeakCheckingDataSource(
                pool, () -> pool.getHikariPoolMXBean().softEvictConnections());
        this.unchecked = checked.unchecked();
    }

    /**
     * Creates a fresh, empty database.
     *
     * @param label goes into its name, for whoever looks at the server
     */
    public static TestDatabase create(String label) {
        PostgresServer server = PostgresServer.shared();
        String name = server.ownedName(label, COUNTER.incrementAndGet());
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE " + name + " LOGIN PASSWORD '" + PASSWORD + "'");
            statement.execute("CREATE DATABASE " + name + " OWNER " + name);
            return new TestDatabase(server, name, Citus.useIn(server, connection, name));
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot create the test database " + name, e);
        }
    }

    /**
     * Connections of the database's owner, pooled; a test fails that leaks one or returns it changed.
     *
     * @see LeakCheckingDataSource
     */
    public DataSource dataSource() {
        return checked;
    }

    /** Connections of the pool behind {@link #dataSource()}, not checked. */
    public DataSource rawDataSource() {
        return unchecked;
    }

    /** Connections of a superuser, each a new one, not checked. */
    public DataSource superuserDataSource() {
        return simpleDataSource(server.user(), server.password());
    }

    /** Connections of another login role, each a new one, not checked. */
    public DataSource dataSourceOf(String role, String password) {
        return simpleDataSource(role, password);
    }

    /** Lends a connection of {@link #dataSource()}. */
    public Connection connection() throws SQLException {
        return checked.getConnection();
    }

    /** The database's name, which is its owner's name too. */
    public String name() {
        return name;
    }

    /** Whether tables of new schemas are placed on the nodes of a cluster. */
    public boolean isCluster() {
        return cluster;
    }

    /** The URL, with the driver's parameters of {@code -Dtest.jdbc.parameters}, e.g. {@code preferQueryMode=simple}. */
    public String jdbcUrl() {
        String url = server.urlOf(name);
        String parameters = System.getProperty("test.jdbc.parameters", "");
        return parameters.isEmpty() ? url : url + (url.indexOf('?') < 0 ? '?' : '&') + parameters;
    }

    public String user() {
        return name;
    }

    public String password() {
        return PASSWORD;
    }

    /** Runs SQL on a connection of its own: any number of statements without arguments, or one with. */
    public void execute(String sql, Object... arguments) {
        try (Connection connection = unchecked.getConnection()) {
            if (arguments.length == 0) {
                try (Statement statement = connection.createStatement()) {
                    statement.setEscapeProcessing(false);
                    statement.execute(sql);
                }
            } else {
                try (PreparedStatement statement = prepare(connection, sql, arguments)) {
                    statement.execute();
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Failed: " + sql, e);
        }
    }

    /** The rows of a query, each a list of its columns' values. */
    public List<List<Object>> query(String sql, Object... arguments) {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = prepare(connection, sql, arguments);
                ResultSet rows = statement.executeQuery()) {
            int columns = rows.getMetaData().getColumnCount();
            List<List<Object>> result = new ArrayList<>();
            while (rows.next()) {
                List<Object> row = new ArrayList<>(columns);
                for (int column = 1; column <= columns; column++) {
                    row.add(rows.getObject(column));
                }
                result.add(row);
            }
            return result;
        } catch (SQLException e) {
            throw new IllegalStateException("Failed: " + sql, e);
        }
    }

    /** The first column of a query's rows, as text; null stays null. */
    public List<String> values(String sql, Object... arguments) {
        List<String> values = new ArrayList<>();
        for (List<Object> row : query(sql, arguments)) {
            Object value = row.get(0);
            values.add(value == null ? null : value.toString());
        }
        return values;
    }

    /** The only value of a query's only row, as text; null stays null. */
    public String value(String sql, Object... arguments) {
        List<String> values = values(sql, arguments);
        if (values.size() != 1) {
            throw new IllegalStateException("Expected one row, got " + values.size() + ": " + sql);
        }
        return values.get(0);
    }

    /**
     * Asks until a query has a row, and returns its first column as text.
     *
     * @throws AssertionError if there is none within a minute
     */
    public String awaitRow(String sql, Object... arguments) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        List<String> values = values(sql, arguments);
        while (values.isEmpty()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("No row within " + PATIENCE + ": " + sql);
            }
            LockSupport.parkNanos(POLL.toNanos());
            values = values(sql, arguments);
        }
        return values.get(0);
    }

    /** Fails if a connection of {@link #dataSource()} is still out, or one came back changed since the last call. */
    public void assertNoLeaks() {
        checked.assertNoLeaks();
    }

    /** Drops the database, whoever is still connected, and its owner. */
    @Override
    public void close() throws SQLException {
        pool.close();
        try (Connection connection = server.connect()) {
            server.drop(connection, name);
        }
    }

    private HikariDataSource pool() {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setDataSource(simpleDataSource(name, PASSWORD));
        config.setMinimumIdle(0);
        config.setMaximumPoolSize(100);
        config.setConnectionTimeout(20_000);
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }

    private DataSource simpleDataSource(String user, String password) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(jdbcUrl());
        dataSource.setUser(user);
        dataSource.setPassword(password);
        return dataSource;
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... arguments)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
        return statement;
    }
}
