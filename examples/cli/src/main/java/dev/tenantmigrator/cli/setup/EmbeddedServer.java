package dev.tenantmigrator.cli.setup;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An embedded PostgreSQL that keeps its data in a directory and waits for the disk like any other server. */
public final class EmbeddedServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(100);

    private final FileChannel lock;
    private final EmbeddedPostgres server;

    private EmbeddedServer(FileChannel lock, EmbeddedPostgres server) {
        this.lock = lock;
        this.server = server;
    }

    /**
     * Starts the server; waits while another command uses the same directory.
     *
     * @param directory made when it is not there
     * @param err where waiting is told
     * @return the running server
     * @throws CommandException when it does not start
     */
    public static EmbeddedServer start(Path directory, PrintWriter err) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(absolute);
            FileChannel lock = lock(absolute, err);
            try {
                return new EmbeddedServer(lock, start(absolute));
            } catch (IOException | RuntimeException e) {
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

    /** The address of its database, without a password. */
    public String url() {
        return server.getJdbcUrl("postgres", "postgres");
    }

    @Override
    public void close() {
        try (lock) {
            server.close();
        } catch (IOException e) {
            throw new CommandException("the embedded PostgreSQL does not stop: " + e.getMessage(), e);
        }
    }

    private static EmbeddedPostgres start(Path directory) throws IOException {
        Path data = directory.resolve("data");
        Path complete = directory.resolve("complete");
        stopOrphan(data);
        if (Files.notExists(complete)) {
            // An earlier first start was cut off: there was never anything in it.
            Directories.delete(data);
        }
        EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPGStartupWait(PATIENCE)
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .start();
        Files.writeString(complete, "The server in data/ started once; without this file it is made anew.\n");
        return server;
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

    /** Stops a server that outlived its command, which was killed. Nobody else can be using it: the lock is ours. */
    private static void stopOrphan(Path data) throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        if (Files.notExists(pidFile)) {
            return;
        }
        List<String> lines = Files.readAllLines(pidFile);
        Optional<ProcessHandle> orphan = lines.stream()
                .findFirst()
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid.strip())))
                .filter(process -> process.info().command().orElse("").contains("postgres"));
        if (orphan.isPresent()) {
            orphan.get().destroy();
            try {
                orphan.get().onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            } catch (ExecutionException | TimeoutException e) {
                throw new IllegalStateException("an earlier server (process " + lines.get(0) + ") does not stop", e);
            }
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
