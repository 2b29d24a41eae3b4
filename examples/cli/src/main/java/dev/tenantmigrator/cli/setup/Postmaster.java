package dev.tenantmigrator.cli.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The process of a PostgreSQL server, found through {@code postmaster.pid} in its data directory. */
final class Postmaster {

    private Postmaster() {}

    static boolean isRunning(Path data) throws IOException {
        return running(data).isPresent();
    }

    /** Requests a stop after the last connection is closed. Does not wait, because this process may have connections open. */
    static void tellToStop(Path data) {
        try {
            running(data).ifPresent(ProcessHandle::destroy);
        } catch (IOException e) {
            // The server has just stopped and removed its file.
        }
    }

    /**
     * Stops a server and waits for its end.
     *
     * @throws IllegalStateException if the server does not stop in time
     */
    static void stop(Path data, Duration timeout) throws IOException {
        Optional<ProcessHandle> server = running(data);
        if (server.isEmpty()) {
            return;
        }
        server.get().destroy();
        try {
            server.get().onExit().get(timeout.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(
                    "an earlier server (process " + server.get().pid() + ") does not stop", e);
        }
    }

    private static Optional<ProcessHandle> running(Path data) throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        if (Files.notExists(pidFile)) {
            return Optional.empty();
        }
        return Files.readAllLines(pidFile).stream()
                .findFirst()
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid.strip())))
                .filter(process -> process.info().command().orElse("").contains("postgres"));
    }
}
