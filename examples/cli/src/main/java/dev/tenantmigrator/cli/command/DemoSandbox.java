package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.cli.setup.CliContext;
import dev.tenantmigrator.cli.setup.CliSettings;
import dev.tenantmigrator.cli.setup.Database;
import dev.tenantmigrator.cli.setup.Directories;
import dev.tenantmigrator.cli.setup.EmbeddedServer;
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

/** A temporary directory and a database for the demo. Closing it removes both. */
final class DemoSandbox implements AutoCloseable {

    private final CliContext context;
    private final Closing database;

    private DemoSandbox(CliContext context, Closing database) {
        this.context = context;
        this.database = database;
    }

    @FunctionalInterface
    private interface Closing {
        void close() throws SQLException;
    }

    static DemoSandbox open(CliContext context, CliSettings settings) throws IOException, SQLException {
        Path directory = Files.createTempDirectory("tenant-migrator-demo");
        try {
            if (settings.url().isPresent()) {
                return onServer(context, settings, settings.url().get(), directory);
            }
            EmbeddedServer server = EmbeddedServer.start(directory.resolve(Database.EMBEDDED_DIRECTORY), context.err());
            Map<String, String> environment = Map.of(
                    "TENANT_MIGRATOR_URL", server.url(),
                    "TENANT_MIGRATOR_USER", server.user(),
                    "TENANT_MIGRATOR_PASSWORD", server.password());
            return new DemoSandbox(inside(context, directory, environment), server::close);
        } catch (SQLException | RuntimeException e) {
            Directories.delete(directory);
            throw e;
        }
    }

    private static DemoSandbox onServer(CliContext context, CliSettings settings, String url, Path directory)
            throws SQLException {
        String name = "tenant_migrator_demo_" + UUID.randomUUID().toString().replace("-", "");
        execute(context, settings, "CREATE DATABASE " + name);
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setDatabaseName(name);
        Map<String, String> environment = new HashMap<>();
        // getUrl() has neither user nor password.
        environment.put("TENANT_MIGRATOR_URL", source.getUrl());
        settings.user()
                .or(() -> Optional.ofNullable(source.getUser()))
                .ifPresent(user -> environment.put("TENANT_MIGRATOR_USER", user));
        Optional.ofNullable(context.environment().get("TENANT_MIGRATOR_PASSWORD"))
                .or(() -> Optional.ofNullable(source.getPassword()))
                .ifPresent(password -> environment.put("TENANT_MIGRATOR_PASSWORD", password));
        return new DemoSandbox(
                inside(context, directory, environment),
                () -> execute(context, settings, "DROP DATABASE " + name + " WITH (FORCE)"));
    }

    /** The context of the demo's commands. */
    CliContext context() {
        return context;
    }

    @Override
    public void close() throws IOException, SQLException {
        try {
            database.close();
        } finally {
            Directories.delete(context.directory());
        }
    }

    private static CliContext inside(CliContext context, Path directory, Map<String, String> environment) {
        return new CliContext(
                context.out(),
                context.err(),
                environment,
                directory,
                Optional.empty(),
                context.colours(),
                context.clock());
    }

    private static void execute(CliContext context, CliSettings settings, String sql) throws SQLException {
        try (Database database = Database.open(context, settings);
                Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
