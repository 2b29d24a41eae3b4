package dev.tenantmigrator.cli.setup;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An embedded PostgreSQL that keeps its data in a directory, with the durability settings of a normal server. Only the
 * operating system user who started it has access: the directory is private, there is no Unix socket, and the loopback port
 * requires a random password.
 */
public final class EmbeddedServer implements AutoCloseable {

    /** Limit for a start, a stop and the wait for another command. Crash recovery of a large directory takes seconds. */
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    /** Between two attempts to lock the directory; file locks give no notice. */
    private static final Duration LOCK_POLL_INTERVAL = Duration.ofMillis(100);

    private static final String ADDRESS = "127.0.0.1";

    private static final List<String> SETTINGS = List.of(
            "listen_addresses=" + ADDRESS,
            "unix_socket_directories=",
            "max_connections=300",
            "timezone=UTC",
            "fsync=on",
            "synchronous_commit=on",
            "full_page_writes=on");

    private final FileChannel lock;
    private final Thread hook;
    private final Running server;

    private EmbeddedServer(FileChannel lock, Thread hook, Running server) {
        this.lock = lock;
        this.hook = hook;
        this.server = server;
    }

    private record Running(Path data, PostgresBinaries programs, int port, String password) {}

    /**
     * Starts the server. Waits while another command uses the same directory.
     *
     * @param directory created if missing; made inaccessible to other users
     * @param err reports the wait for another command
     * @return the running server
     * @throws CommandException if the server does not start
     */
    public static EmbeddedServer start(Path directory, PrintWriter err) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            PrivateFiles.directory(absolute);
            FileChannel lock = lock(absolute, err);
            Path data = absolute.resolve("data");
            // The hook waits for the reports of interrupted runs, because those runs still need the server.
            Thread hook = new Thread(() -> stopAfterReports(data), "tenant-migrator-embedded");
            ShutdownHooks.add(hook);
            try {
                return new EmbeddedServer(lock, hook, start(absolute, data));
            } catch (IOException | RuntimeException e) {
                Postmaster.tellToStop(data);
                ShutdownHooks.remove(hook);
                lock.close();
                throw e;
            }
        } catch (IOException | IllegalStateException e) {
            throw new CommandException(
                    "the embedded PostgreSQL in " + absolute + " does not start: " + e.getMessage()
                            + "; if you do not need its data, delete that directory",
                    e);
        }
    }

    /** The JDBC URL, without user and password. */
    public String url() {
        return "jdbc:postgresql://" + ADDRESS + ":" + server.port() + "/postgres";
    }

    /** The role that owns the database. It is not a superuser. */
    public String user() {
        return EmbeddedRole.NAME;
    }

    /** The password of that role. */
    public String password() {
        return server.password();
    }

    @Override
    public void close() {
        try (lock) {
            stop();
        } catch (IOException | IllegalStateException e) {
            throw new CommandException("the embedded PostgreSQL does not stop: " + e.getMessage(), e);
        } finally {
            ShutdownHooks.remove(hook);
        }
    }

    private void stop() throws IOException {
        try {
            pgCtl(server.programs(), server.data(), "-m", "fast", "stop");
        } catch (IllegalStateException e) {
            if (Postmaster.isRunning(server.data())) {
                throw e;
            }
            // The shutdown hook has stopped the server already.
        }
    }

    private static void stopAfterReports(Path data) {
        InterruptHandler.awaitReports();
        Postmaster.tellToStop(data);
    }

    private static Running start(Path directory, Path data) throws IOException {
        // A server outlives its command if that was killed. This command holds the lock, so no other one uses the
        // server.
        Postmaster.stop(data, TIMEOUT);
        Path log = directory.resolve("log");
        PrivateFiles.write(log, "");
        PostgresBinaries programs = PostgresBinaries.unpack(directory.resolve("programs"), log);
        Path passwordFile = directory.resolve("password");
        Path complete = directory.resolve("complete");
        if (Files.notExists(complete)) {
            // The first start was interrupted, so no user data exists yet.
            Directories.delete(data);
            Files.deleteIfExists(passwordFile);
            // Rejects all logins until the password is set.
            programs.run("initdb", "-D", data.toString(), "-U", "postgres", "-E", "UTF-8", "-A", "reject");
        }
        String password = EmbeddedRole.password(passwordFile, data, programs);
        if (Files.notExists(complete)) {
            Files.writeString(complete, "The server in data/ is set up. Without this file it is created again.\n");
        }
        int port = freePort();
        String options = "-p " + port + SETTINGS.stream().map(" -c "::concat).collect(Collectors.joining());
        pgCtl(programs, data, "-o", options, "start");
        return new Running(data, programs, port, password);
    }

    /** Waits until the server has started or stopped. */
    private static void pgCtl(PostgresBinaries programs, Path data, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("-D", data.toString(), "-w", "-t", "" + TIMEOUT.toSeconds()));
        all.addAll(List.of(arguments));
        programs.run("pg_ctl", all.toArray(String[]::new));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static FileChannel lock(Path directory, PrintWriter err) throws IOException {
        FileChannel channel =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        long end = System.nanoTime() + TIMEOUT.toNanos();
        boolean reported = false;
        while (tryLock(channel).isEmpty()) {
            if (System.nanoTime() > end) {
                channel.close();
                throw new IllegalStateException("another command has been using it for a minute");
            }
            if (!reported) {
                err.println("Waiting for another command that uses " + directory + " ...");
                reported = true;
            }
            pause();
        }
        return channel;
    }

    private static Optional<FileLock> tryLock(FileChannel channel) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException e) {
            return Optional.empty();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(LOCK_POLL_INTERVAL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
