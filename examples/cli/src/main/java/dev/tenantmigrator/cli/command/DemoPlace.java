package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.setup.Database;
import dev.tenantmigrator.cli.setup.Directories;
import dev.tenantmigrator.cli.setup.EmbeddedServer;
import dev.tenantmigrator.cli.setup.Host;
import dev.tenantmigrator.cli.setup.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.postgresql.ds.PGSimpleDataSource;

/** A temporary directory and a database of its own; both are gone when it is closed. */
final class DemoPlace implements AutoCloseable {

    private final Host host;
    private final Closing database;

    private DemoPlace(Host host, Closing database) {
        this.host = host;
        this.database = database;
    }

    @FunctionalInterface
    private interface Closing {
        void close() throws SQLException;
    }

    static DemoPlace open(Host host, Settings settings) throws IOException, SQLException {
        Path directory = Files.createTempDirectory("tenant-migrator-demo");
        try {
            if (settings.url().isPresent()) {
                return onServer(host, settings, settings.url().get(), directory);
            }
            EmbeddedServer server = EmbeddedServer.start(directory.resolve(Database.EMBEDDED_DIRECTORY), host.err());
            Map<String, String> environment = Map.of(
                    "TENANT_MIGRATOR_URL", server.url(),
                    "TENANT_MIGRATOR_USER", server.user(),
                    "TENANT_MIGRATOR_PASSWORD", server.password());
            return new DemoPlace(inside(host, directory, environment), server::close);
        } catch (SQLException | RuntimeException e) {
            Directories.delete(directory);
            throw e;
        }
    }

    private static DemoPlace onServer(Host host, Settings settings, String url, Path directory) throws SQLException {
        String name = "tenant_migrator_demo_" + UUID.randomUUID().toString().replace("-", "");
        execute(host, settings, "CREATE DATABASE " + name);
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setDatabaseName(name);
        Map<String, String> environment = new HashMap<>();
        // The driver's own URL has neither user nor password.
        environment.put("TENANT_MIGRATOR_URL", source.getUrl());
        settings.user()
                .or(() -> Optional.ofNullable(source.getUser()))
                .ifPresent(user -> environment.put("TENANT_MIGRATOR_USER", user));
        Optional.ofNullable(host.environment().get("TENANT_MIGRATOR_PASSWORD"))
                .or(() -> Optional.ofNullable(source.getPassword()))
                .ifPresent(password -> environment.put("TENANT_MIGRATOR_PASSWORD", password));
        return new DemoPlace(
                inside(host, directory, environment),
                () -> execute(host, settings, "DROP DATABASE " + name + " WITH (FORCE)"));
    }

    /** Where the demo's commands run. */
    Host host() {
        return host;
    }

    @Override
    public void close() throws IOException, SQLException {
        try {
            database.close();
        } finally {
            Directories.delete(host.directory());
        }
    }

    private static Host inside(Host host, Path directory, Map<String, String> environment) {
        return new Host(host.out(), host.err(), environment, directory, Optional.empty(), host.colours());
    }

    private static void execute(Host host, Settings settings, String sql) throws SQLException {
        try (Database database = Database.open(host, settings);
                Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
