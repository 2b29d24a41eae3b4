package dev.tenantmigrator.support;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * An embedded server of a test's own, which may be killed and started again: the one that all tests share does not wait for
 * the disk, and is not to be killed under them. This one does wait.
 */
public final class OwnServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final Map<String, String> DURABLE =
            Map.of("fsync", "on", "synchronous_commit", "on", "full_page_writes", "on");

    private final Path directory;
    private final Map<String, String> settings;
    private final EmbeddedPostgres server;
    private final String programs;

    private OwnServer(Path directory, Map<String, String> settings) throws IOException {
        this.directory = directory;
        this.settings = new TreeMap<>(settings);
        DURABLE.forEach(this.settings::putIfAbsent);
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(directory.resolve("data"))
                .setCleanDataDirectory(false);
        this.settings.forEach(builder::setServerConfig);
        this.server = builder.start();
        this.programs = programs();
    }

    private String programs() throws IOException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT setting FROM pg_config WHERE name = 'BINDIR'")) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    /**
     * Starts one.
     *
     * @param directory for its data
     * @param settings beside those that make it durable
     */
    public static OwnServer start(Path directory, Map<String, String> settings) throws IOException {
        return new OwnServer(directory, settings);
    }

    /** Kills the server and all its processes at once (SIGKILL): nothing is written that was not written before. */
    public void kill() throws IOException, InterruptedException {
        long pid = Long.parseLong(Files.readAllLines(directory.resolve("data/postmaster.pid"))
                .get(0)
                .strip());
        ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
        // A backend forked after they are listed would live on and wait for ever for the locks of the dead, with its
        // client.
        stop(pid);
        Set<ProcessHandle> all = new HashSet<>(Set.of(postmaster));
        while (all.addAll(postmaster.descendants().toList())) {
            Thread.sleep(5);
        }
        all.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle process : all) {
            // Its onExit looks rarely at what is no child.
            while (process.isAlive()) {
                Thread.sleep(5);
            }
        }
    }

    private static void stop(long pid) throws IOException, InterruptedException {
        int exit = new ProcessBuilder("sh", "-c", "kill -STOP " + pid)
                .inheritIO()
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException("kill -STOP " + pid + " ended with " + exit);
        }
    }

    /** Starts it after a {@linkplain #kill() kill}, on the same port; returns when it has recovered and the pool knows it. */
    public void startAgain(DataSource pool) throws IOException, InterruptedException {
        start();
        // A pool that found no server looks for it again only after a while.
        SQLException last = new SQLException("not asked");
        for (long end = System.nanoTime() + PATIENCE.toNanos(); System.nanoTime() < end; ) {
            try (Connection connection = pool.getConnection()) {
                connection.isValid(1);
                return;
            } catch (SQLException e) {
                last = e;
            }
        }
        throw new IOException("The pool does not find the server again", last);
    }

    /** Starts it after a {@linkplain #kill() kill} as a standby, which answers queries and never becomes a primary by itself. */
    public void startAsStandby(DataSource pool) throws IOException, InterruptedException {
        Files.createFile(directory.resolve("data/standby.signal"));
        startAgain(pool);
    }

    private void start() throws IOException, InterruptedException {
        String options = settings.entrySet().stream()
                .map(setting -> " -c " + setting.getKey() + "=" + setting.getValue())
                .collect(Collectors.joining("", "-p " + server.getPort(), ""));
        List<String> command = new ArrayList<>();
        if (LinuxUtils.isUnshareAvailable()) {
            // It refuses to run as root.
            command.addAll(List.of("unshare", "-U"));
        }
        Path log = directory.resolve("log");
        command.addAll(
                List.of(programs + "/pg_ctl", "-D", directory.resolve("data").toString(), "-o", options));
        command.addAll(List.of("-l", log.toString(), "-w", "start"));
        Process start = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (start.waitFor() != 0) {
            throw new IOException("The server does not start again: " + Files.readString(log));
        }
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://localhost:" + server.getPort() + "/postgres";
    }

    public String user() {
        return "postgres";
    }

    /** A pool that outlives the server and finds it again. */
    public HikariDataSource pool(int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(jdbcUrl());
        config.setUsername(user());
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(500);
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
