package dev.tenantmigrator.internal.jdbc;

import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the notices of running statements from the driver every few milliseconds, because the driver has no limit for them.
 * One thread serves all statements and ends when none has run for a second: to start a thread for each statement would take as
 * long as a small migration.
 */
final class NoticeThread {

    private static final Logger LOG = LoggerFactory.getLogger(NoticeThread.class);

    /** In 10 ms a server at full speed sends less than 20 MB. */
    private static final long EVERY_MILLIS = 10;

    /** One second: longer than the pauses between the statements of a run. */
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
                // A statement may have been added between the two lines.
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

    /** Returns false when the connection was lost meanwhile; the thread that runs the statement reports that. */
    private static boolean take(Notices notices) {
        try {
            notices.take();
            return true;
        } catch (OutOfMemoryError e) {
            // The next round takes the notices off the driver, which frees memory.
            return true;
        } catch (SQLException | RuntimeException e) {
            LOG.debug("Notices cannot be taken: {}", e.getClass().getSimpleName());
            return false;
        }
    }
}
