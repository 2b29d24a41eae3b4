package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.Spares;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.event.SpareEvent;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.config.Events;
import dev.tenantmigrator.internal.fleet.Backoff;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that refills the stock of spares, if the configuration asks for one. */
public final class SpareRefill implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SpareRefill.class);

    /** Another instance may have taken spares. */
    private static final Duration IDLE = Duration.ofSeconds(30);

    /** A sign-up in the host's transaction commits later than it takes its spare. */
    private static final Duration AFTER_TAKE = Duration.ofSeconds(1);

    private static final Backoff AFTER_FAILURE = new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(5));

    private static final Duration CLOSING = Duration.ofSeconds(10);

    private final Config config;
    private final SpareKeeper keeper;
    private final Thread thread = new Thread(this::run, "tenant-migrator-spares");
    private final Semaphore taken = new Semaphore(0);
    private final Semaphore ended = new Semaphore(0);
    private volatile boolean closed;
    private volatile Optional<Failure> failure = Optional.empty();

    private SpareRefill(Config config, SpareKeeper keeper) {
        this.config = config;
        this.keeper = keeper;
    }

    /** Starts the thread, if the configuration asks for it. */
    public static SpareRefill start(Config config, SpareKeeper keeper) {
        SpareRefill refill = new SpareRefill(config, keeper);
        if (config.spares().filter(Spares::refilledInBackground).isPresent()) {
            refill.thread.setDaemon(true);
            refill.thread.start();
        }
        return refill;
    }

    /** Tells the thread that a spare was taken. */
    public void wake() {
        if (taken.availablePermits() == 0) {
            taken.release();
        }
    }

    /** The reason why the stock could not be refilled, since it last could. */
    public Optional<Failure> failure() {
        return failure;
    }

    private void run() {
        int failures = 0;
        Duration pause = Duration.ZERO;
        while (await(pause)) {
            try {
                keeper.maintain(() -> closed);
                failures = 0;
                failure = Optional.empty();
                pause = taken.availablePermits() > 0 ? AFTER_TAKE : IDLE;
            } catch (SQLException | RuntimeException | Error e) {
                failures++;
                pause = AFTER_FAILURE.after(failures);
                Failure last = failure(e);
                if (!failure.map(Failure::message).equals(Optional.of(last.message()))) {
                    LOG.warn("Spare tenants cannot be made; sign-ups run all migrations meanwhile: {}", last);
                }
                failure = Optional.of(last);
                Events.publish(config, new SpareEvent.RefillFailed(last, pause));
            }
        }
    }

    private static Failure failure(Throwable e) {
        if (e instanceof TenantMigratorException known) {
            return known.failure();
        }
        return e instanceof SQLException sql ? SqlErrors.failure(sql) : Failure.of("unexpected failure: " + e);
    }

    /** Waits; after a take only for the host's commit. */
    private boolean await(Duration pause) {
        try {
            if (failure.isPresent() && !closed) {
                // A take is no reason to try sooner.
                ended.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
            } else if (!closed && taken.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                ended.tryAcquire(Math.min(pause.toMillis(), AFTER_TAKE.toMillis()), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            return false;
        }
        return !closed;
    }

    /** Ends the thread; waits for a spare that it is making, but not for long. */
    @Override
    public void close() {
        closed = true;
        wake();
        ended.release();
        try {
            thread.join(CLOSING.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
