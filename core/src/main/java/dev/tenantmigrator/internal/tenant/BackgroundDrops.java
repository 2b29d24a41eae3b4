package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import java.sql.SQLException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes drops of throwaway tenants beside the tests. When many are waiting, the caller does it itself. The end of the JVM waits for
 * them; a killed one leaves them to the next run. Thread-safe.
 */
final class BackgroundDrops {

    private static final Logger LOG = LoggerFactory.getLogger(BackgroundDrops.class);

    private static final int THREADS = 2;
    private static final int WAITING = 64;
    private static final int IDLE_SECONDS = 1;
    private static final int SECONDS_AT_THE_END = 30;

    private final TenantDropper dropper;
    private final ThreadPoolExecutor executor;
    private final Thread atTheEnd = new Thread(this::awaitAtTheEnd, "tenant-migrator-drops-at-the-end");
    private boolean used;

    BackgroundDrops(TenantDropper dropper) {
        this.dropper = dropper;
        this.executor = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WAITING),
                work -> {
                    Thread thread = new Thread(work, "tenant-migrator-drops");
                    thread.setDaemon(true);
                    return thread;
                },
                // Also after the end of the executor, unlike the JDK's own handler.
                (work, ended) -> work.run());
        executor.allowCoreThreadTimeOut(true);
    }

    /** Finishes a drop that has begun. */
    void add(String schema) {
        awaitAtTheEndOfTheJvm();
        executor.execute(() -> finish(schema));
    }

    private synchronized void awaitAtTheEndOfTheJvm() {
        if (!used) {
            used = true;
            try {
                Runtime.getRuntime().addShutdownHook(atTheEnd);
            } catch (IllegalStateException e) {
                LOG.debug("The JVM is ending already", e);
            }
        }
    }

    private void finish(String schema) {
        try {
            dropper.drop(schema);
        } catch (TenantNotFoundException e) {
            LOG.debug("{} is gone already", schema);
        } catch (SQLException e) {
            logFailure(schema, SqlErrors.message(e));
        } catch (TenantMigratorException e) {
            logFailure(schema, e.failure().message());
        }
    }

    private static void logFailure(String schema, String message) {
        LOG.warn(
                "The throwaway tenant {} is not dropped; the first throwaway() of the next run drops it. Close the migrator"
                        + " before its DataSource, so that drops are finished: {}",
                schema,
                message);
    }

    private void awaitAtTheEnd() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(SECONDS_AT_THE_END, TimeUnit.SECONDS)) {
                LOG.warn("Throwaway tenants are not dropped; the first throwaway() of the next run drops them");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until all drops have ended. Later ones run in their caller's thread. An interrupt does not end the wait. */
    void close() {
        executor.shutdown();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = executor.awaitTermination(1, TimeUnit.HOURS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        removeHook();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void removeHook() {
        if (used) {
            try {
                Runtime.getRuntime().removeShutdownHook(atTheEnd);
            } catch (IllegalStateException e) {
                LOG.debug("The JVM is ending already", e);
            }
        }
    }
}
