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
 * An embedded PostgreSQL that keeps its data in a directory and waits for the disk like any other server. Only the user who
 * started it reaches it: the directory is private, there is no Unix socket, and the loopback port asks for a random password.
 */
public final class EmbeddedServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(100);
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
     * Starts the server; waits while another command uses the same directory.
     *
     * @param directory made when it is not there; closed to other users
     * @param err where waiting is told
     * @return the running server
     * @throws CommandException when it does not start
     */
    public static EmbeddedServer start(Path directory, PrintWriter err) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            PrivateFiles.directory(absolute);
            FileChannel lock = lock(absolute, err);
            Path data = absolute.resolve("data");
            // Not at once, which would stop it under a run that is ending in good order.
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
                            + "; if its data is not needed, delete that directory",
                    e);
        }
    }

    /** The address of its database, without user and password. */
    public String url() {
        return "jdbc:postgresql://" + ADDRESS + ":" + server.port() + "/postgres";
    }

    /** The role that owns the database; not a superuser. */
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
            // The hook was faster.
        }
    }

    private static void stopAfterReports(Path data) {
        InterruptHandler.awaitReports();
        Postmaster.tellToStop(data);
    }

    private static Running start(Path directory, Path data) throws IOException {
        // One that outlived its command, which was killed. Nobody else can be using it: the lock is ours.
        Postmaster.stop(data, PATIENCE);
        Path log = directory.resolve("log");
        PrivateFiles.write(log, "");
        PostgresBinaries programs = PostgresBinaries.unpack(directory.resolve("programs"), log);
        Path passwordFile = directory.resolve("password");
        Path complete = directory.resolve("complete");
        if (Files.notExists(complete)) {
            // An earlier first start was cut off: there was never anything in it.
            Directories.delete(data);
            Files.deleteIfExists(passwordFile);
            // Nobody can log in until there is a password.
            programs.run("initdb", "-D", data.toString(), "-U", "postgres", "-E", "UTF-8", "-A", "reject");
        }
        String password = EmbeddedRole.password(passwordFile, data, programs);
        if (Files.notExists(complete)) {
            Files.writeString(complete, "The server in data/ was made once; without this file it is made anew.\n");
        }
        int port = freePort();
        String options = "-p " + port + SETTINGS.stream().map(" -c "::concat).collect(Collectors.joining());
        pgCtl(programs, data, "-o", options, "start");
        return new Running(data, programs, port, password);
    }

    /** Waits until the server has started or stopped. */
    private static void pgCtl(PostgresBinaries programs, Path data, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("-D", data.toString(), "-w", "-t", "" + PATIENCE.toSeconds()));
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
        long end = System.nanoTime() + PATIENCE.toNanos();
        boolean told = false;
        while (tryLock(channel).isEmpty()) {
            if (System.nanoTime() > end) {
                channel.close();
                throw new IllegalStateException("another command has been using it for a minute");
            }
            if (!told) {
                err.println("Waiting for another command that uses " + directory + " ...");
                told = true;
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
            Thread.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
