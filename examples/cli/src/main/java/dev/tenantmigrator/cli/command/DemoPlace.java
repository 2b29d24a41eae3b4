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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A temporary directory and a database of its own; both are gone when it is closed. */
final class DemoPlace implements AutoCloseable {

    private static final Pattern URL = Pattern.compile("(jdbc:postgresql:(?://[^/?]*)?)/?[^/?]*(.*)");

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
            if (settings.url().isEmpty()) {
                EmbeddedServer server =
                        EmbeddedServer.start(directory.resolve(Database.EMBEDDED_DIRECTORY), host.err());
                return new DemoPlace(inside(host, directory, server.url(), Optional.empty()), server::close);
            }
            String name = "tenant_migrator_demo_" + UUID.randomUUID().toString().replace("-", "");
            execute(host, settings, "CREATE DATABASE " + name);
            return new DemoPlace(
                    inside(host, directory, withDatabase(settings.url().get(), name), settings.user()),
                    () -> execute(host, settings, "DROP DATABASE " + name + " WITH (FORCE)"));
        } catch (SQLException | RuntimeException e) {
            Directories.delete(directory);
            throw e;
        }
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

    private static Host inside(Host host, Path directory, String url, Optional<String> user) {
        Map<String, String> environment = new HashMap<>();
        environment.put("TENANT_MIGRATOR_URL", url);
        user.ifPresent(name -> environment.put("TENANT_MIGRATOR_USER", name));
        Optional.ofNullable(host.environment().get("TENANT_MIGRATOR_PASSWORD"))
                .ifPresent(password -> environment.put("TENANT_MIGRATOR_PASSWORD", password));
        return new Host(host.out(), host.err(), environment, directory, Optional.empty(), host.colours());
    }

    private static void execute(Host host, Settings settings, String sql) throws SQLException {
        try (Database database = Database.open(host, settings);
                Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String withDatabase(String url, String name) {
        Matcher parts = URL.matcher(url);
        if (!parts.matches()) {
            throw new IllegalStateException("the URL was used before, so it has this form");
        }
        String server = parts.group(1);
        return server + (server.endsWith(":") ? "" : "/") + name + parts.group(2);
    }
}
