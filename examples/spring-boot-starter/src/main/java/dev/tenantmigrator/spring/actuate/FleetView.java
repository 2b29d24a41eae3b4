package dev.tenantmigrator.spring.actuate;

import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.report.StatusReport;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;

/**
 * The state of all tenants as last read. Reading thousands of tables takes up to a second, so at most one reading is under way, on a
 * thread of its own, and who asks waits only shortly for it. Thread-safe.
 */
final class FleetView implements ApplicationListener<ApplicationReadyEvent> {

    private static final Logger LOG = LoggerFactory.getLogger(FleetView.class);

    /** A reading of the fleet. */
    record Snapshot(Instant asOf, StatusReport report) {

        boolean isOlderThan(Duration age, Instant now) {
            return asOf.plus(age).isBefore(now);
        }
    }

    private final TenantMigrator migrator;
    private final Clock clock;
    private volatile Optional<Snapshot> last = Optional.empty();
    private CompletableFuture<Snapshot> reading = CompletableFuture.completedFuture(null);

    FleetView(TenantMigrator migrator, Clock clock) {
        this.migrator = migrator;
        this.clock = clock;
    }

    /** So that the first request need not wait. */
    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        lastRead(Duration.ZERO);
    }

    /** The last reading, if there is one. One that is older is replaced in the background. */
    Optional<Snapshot> lastRead(Duration maxAge) {
        Optional<Snapshot> current = last;
        if (current.isEmpty() || current.get().isOlderThan(maxAge, clock.instant())) {
            CompletableFuture<Snapshot> unused = read();
        }
        return current;
    }

    /**
     * A reading that begins now, or else the last one. Waits without limit where there is none yet.
     *
     * @throws TenantMigratorException when the tenants cannot be read
     */
    Snapshot read(Duration patience) {
        Instant now = clock.instant();
        long end = System.nanoTime() + patience.toNanos();
        try {
            Snapshot read = null;
            // A reading that was under way may not show what was done before this call.
            while (read == null || read.asOf().isBefore(now)) {
                read = last.isEmpty()
                        ? read().get()
                        : read().get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
            return read;
        } catch (TimeoutException e) {
            return last.orElseThrow();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the tenants were read", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }

    private synchronized CompletableFuture<Snapshot> read() {
        if (reading.isDone()) {
            CompletableFuture<Snapshot> next = new CompletableFuture<>();
            reading = next;
            Thread thread = new Thread(() -> complete(next), "tenant-migrator-status");
            thread.setDaemon(true);
            thread.start();
        }
        return reading;
    }

    private void complete(CompletableFuture<Snapshot> next) {
        try {
            Snapshot snapshot = new Snapshot(clock.instant(), migrator.status());
            last = Optional.of(snapshot);
            next.complete(snapshot);
        } catch (RuntimeException | Error e) {
            LOG.debug("The tenants cannot be read", e);
            next.completeExceptionally(e);
        }
    }
}
