package dev.tenantmigrator.internal.jdbc;

import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes notices off the statements that run, again and again: the driver has no other bound for them. One thread for all,
 * which ends when no statement has run for a second; to start one for each would cost as much as a small migration.
 */
final class NoticeThread {

    private static final Logger LOG = LoggerFactory.getLogger(NoticeThread.class);

    /** A server at full speed sends less than 20 MB meanwhile. */
    private static final long EVERY_MILLIS = 10;

    private static final int IDLE_ROUNDS = 100;

    private static final Set<Notices> WATCHED = ConcurrentHashMap.newKeySet();
    private static final AtomicBoolean RUNNING = new AtomicBoolean();

    private NoticeThread() {}

    static void watch(Notices notices) {
        WATCHED.add(notices);
        if (!RUNNING.get() && RUNNING.compareAndSet(false, true)) {
            Thread thread = new Thread(NoticeThread::run, "tenant-migrator-notices");
            thread.setDaemon(true);
            thread.setContextClassLoader(null);
            thread.start();
        }
    }

    static void leave(Notices notices) {
        WATCHED.remove(notices);
    }

    private static void run() {
        try {
            do {
                takeUntilIdle();
                RUNNING.set(false);
                // One may have come between.
            } while (!WATCHED.isEmpty() && RUNNING.compareAndSet(false, true));
        } catch (InterruptedException e) {
            RUNNING.set(false);
        }
    }

    private static void takeUntilIdle() throws InterruptedException {
        for (int idle = 0; idle < IDLE_ROUNDS; idle = WATCHED.isEmpty() ? idle + 1 : 0) {
            Thread.sleep(EVERY_MILLIS);
            WATCHED.removeIf(notices -> !take(notices));
        }
    }

    /** Returns false on a connection that has gone meanwhile; whoever runs the statement learns of it. */
    private static boolean take(Notices notices) {
        try {
            notices.take();
            return true;
        } catch (OutOfMemoryError e) {
            // To go on frees some.
            return true;
        } catch (SQLException | RuntimeException e) {
            LOG.debug("Notices cannot be taken: {}", e.getClass().getSimpleName());
            return false;
        }
    }
}
