package dev.tenantmigrator.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A PgBouncer in transaction mode in front of a test database, where the program is installed. */
public final class PgBouncer implements AutoCloseable {

    private final Process process;
    private final int port;
    private final TestDatabase database;

    private PgBouncer(Process process, int port, TestDatabase database) {
        this.process = process;
        this.port = port;
        this.database = database;
    }

    public static boolean isInstalled() {
        return program().isPresent();
    }

    /** Starts one; returns when it answers. */
    public static PgBouncer start(Path directory, TestDatabase database) throws IOException {
        URI server = URI.create(database.jdbcUrl().substring("jdbc:".length()));
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path settings = directory.resolve("pgbouncer.ini");
        Files.writeString(settings, """
                [databases]
                pooled = host=%s port=%d dbname=%s user=%s password=%s
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                ignore_startup_parameters = extra_float_digits
                """.formatted(
                        server.getHost().replace("localhost", "127.0.0.1"),
                        server.getPort(),
                        database.name(),
                        database.user(),
                        database.password(),
                        port));
        List<String> command = new ArrayList<>(List.of(program().orElseThrow().toString(), settings.toString()));
        if (System.getProperty("user.name").equals("root")) {
            // It refuses to run as root, and reads its settings first.
            command.addAll(1, List.of("-u", "nobody"));
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader log = process.inputReader();
        StringBuilder said = new StringBuilder();
        for (String line = log.readLine(); ; line = log.readLine()) {
            if (line == null) {
                throw new IOException("PgBouncer does not start: " + said);
            }
            said.append(line).append('\n');
            if (line.contains("process up")) {
                return new PgBouncer(process, port, database);
            }
        }
    }

    /** Connections through it. */
    public DataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl("jdbc:postgresql://127.0.0.1:" + port + "/pooled?prepareThreshold=0");
        source.setUser(database.user());
        return source;
    }

    @Override
    public void close() {
        process.destroy();
    }

    private static Optional<Path> program() {
        return Stream.concat(Stream.of(System.getenv("PATH").split(":", -1)), Stream.of("/usr/sbin"))
                .map(directory -> Path.of(directory, "pgbouncer"))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
