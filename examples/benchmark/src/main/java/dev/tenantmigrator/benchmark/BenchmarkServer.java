package dev.tenantmigrator.benchmark;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.cli.setup.Directories;
import dev.tenantmigrator.cli.setup.EmbeddedServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The server of all competitors. Each one has its own database and a pool of the same size. Closing the server drops the
 * databases.
 */
final class BenchmarkServer implements AutoCloseable {

    /** Flyway uses up to three connections at a time. */
    private static final int CONNECTIONS_PER_THREAD = 3;

    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(30);
    private static final List<String> DURABLE = List.of("fsync", "synchronous_commit", "full_page_writes");

    private final PGSimpleDataSource admin;
    private final Optional<Embedded> embedded;
    private final String prefix =
            "tenant_migrator_benchmark_" + UUID.randomUUID().toString().substring(0, 8) + "_";
    private final List<String> databases = new ArrayList<>();
    private final List<HikariDataSource> pools = new ArrayList<>();

    private BenchmarkServer(PGSimpleDataSource admin, Optional<Embedded> embedded) {
        this.admin = admin;
        this.embedded = embedded;
    }

    private record Embedded(EmbeddedServer server, Path directory) {}

    /** Starts the embedded server of the command line, which has durable settings. */
    static BenchmarkServer embedded() throws IOException {
        Path directory = Files.createTempDirectory("tenant-migrator-benchmark-server");
        try {
            EmbeddedServer server = EmbeddedServer.start(directory, new PrintWriter(Writer.nullWriter()));
            PGSimpleDataSource admin = new PGSimpleDataSource();
            admin.setUrl(server.url());
            admin.setUser(server.user());
            admin.setPassword(server.password());
            return new BenchmarkServer(admin, Optional.of(new Embedded(server, directory)));
        } catch (CommandException e) {
            Directories.delete(directory);
            throw new IOException(e.getMessage(), e);
        }
    }

    /**
     * Connects to a running server.
     *
     * @throws SQLException if it cannot be reached
     */
    static BenchmarkServer at(String url, Optional<String> user, Map<String, String> environment) throws SQLException {
        PGSimpleDataSource admin = new PGSimpleDataSource();
        admin.setUrl(url);
        user.ifPresent(admin::setUser);
        // Without a password the driver reads .pgpass.
        Optional.ofNullable(environment.get("TENANT_MIGRATOR_PASSWORD"))
                .or(() -> Optional.ofNullable(environment.get("PGPASSWORD")))
                .ifPresent(admin::setPassword);
        try (Connection connection = admin.getConnection()) {
            if (!connection.isValid(0)) {
                throw new SQLException("the connection is closed");
            }
        }
        return new BenchmarkServer(admin, Optional.empty());
    }

    /** Durability settings that are off; without them commits are unrealistically fast. */
    List<String> notDurable() throws SQLException {
        List<String> off = new ArrayList<>();
        try (Connection connection = admin.getConnection();
                Statement statement = connection.createStatement()) {
            for (String setting : DURABLE) {
                try (ResultSet row = statement.executeQuery("SHOW " + setting)) {
                    row.next();
                    if (row.getString(1).equals("off")) {
                        off.add(setting);
                    }
                }
            }
        }
        return off;
    }

    /** Creates a database, with enough connections for the threads of any competitor. */
    HikariDataSource database(String name, int threads) throws SQLException {
        return databaseWith(name, threads * CONNECTIONS_PER_THREAD);
    }

    /** Creates a database with a number of connections. */
    HikariDataSource databaseWith(String name, int connections) throws SQLException {
        String database = prefix + name;
        execute(admin, "CREATE DATABASE " + database);
        databases.add(database);
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(admin.getUrl());
        source.setDatabaseName(database);
        source.setUser(admin.getUser());
        source.setPassword(admin.getPassword());
        // Creates the extension here, so that no measurement includes it.
        execute(source, "CREATE EXTENSION \"uuid-ossp\"");
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setDataSource(source);
        config.setConnectionTimeout(CONNECTION_TIMEOUT.toMillis());
        config.setMaximumPoolSize(connections);
        HikariDataSource pool = new HikariDataSource(config);
        pools.add(pool);
        return pool;
    }

    @Override
    public void close() throws SQLException, IOException {
        pools.forEach(HikariDataSource::close);
        if (embedded.isPresent()) {
            embedded.get().server().close();
            Directories.delete(embedded.get().directory());
            return;
        }
        for (String database : databases) {
            execute(admin, "DROP DATABASE " + database + " WITH (FORCE)");
        }
    }

    static void execute(DataSource source, String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
