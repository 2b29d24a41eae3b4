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
import java.util.Optional;

/** An embedded PostgreSQL that keeps its data in a directory and waits for the disk like any other server. */
public final class EmbeddedServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(100);

    private final FileChannel lock;
    private final EmbeddedPostgres server;
    private final Thread hook;

    private EmbeddedServer(FileChannel lock, EmbeddedPostgres server, Thread hook) {
        this.lock = lock;
        this.server = server;
        this.hook = hook;
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
            Path data = absolute.resolve("data");
            // Not the server's own hook, which would stop it under a run that is ending in good order.
            Thread hook = new Thread(() -> stopAfterReports(data), "tenant-migrator-embedded");
            ShutdownHooks.add(hook);
            try {
                return new EmbeddedServer(lock, start(data, absolute.resolve("complete")), hook);
            } catch (IOException | RuntimeException e) {
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
        } finally {
            ShutdownHooks.remove(hook);
        }
    }

    private static void stopAfterReports(Path data) {
        Interruption.awaitReports();
        Postmaster.tellToStop(data);
    }

    private static EmbeddedPostgres start(Path data, Path complete) throws IOException {
        // One that outlived its command, which was killed. Nobody else can be using it: the lock is ours.
        Postmaster.stop(data, PATIENCE);
        if (Files.notExists(complete)) {
            // An earlier first start was cut off: there was never anything in it.
            Directories.delete(data);
        }
        EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
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

    private static void pause() {
        try {
            Thread.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
