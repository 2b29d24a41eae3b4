package dev.tenantmigrator.cli.setup;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a run of many tenants end in good order on Ctrl-C and SIGTERM: tenants in work are finished, the report is printed,
 * then the process ends. Anything else ends at once.
 */
public final class Interruption implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Set<Interruption> RUNS = ConcurrentHashMap.newKeySet();

    private final PrintWriter err;
    private final Thread worker = Thread.currentThread();
    private final CountDownLatch reported = new CountDownLatch(1);
    private final Thread hook = new Thread(this::interrupt, "tenant-migrator-interruption");
    private boolean working;

    /** For a command that runs in this thread. */
    public Interruption(PrintWriter err) {
        this.err = err;
    }

    /** From now on the command's thread is interrupted, and its report waited for. */
    synchronized void begin() {
        working = true;
        RUNS.add(this);
        ShutdownHooks.add(hook);
    }

    /** From now on the thread is not interrupted any more, so that it can close what it has open; it is waited for. */
    synchronized void end() {
        working = false;
        Thread.interrupted();
    }

    /** The report is printed. */
    @Override
    public void close() {
        reported.countDown();
        RUNS.remove(this);
        ShutdownHooks.remove(hook);
    }

    /** Waits for the reports of all runs. */
    static void awaitReports() {
        RUNS.forEach(Interruption::await);
    }

    /** What the hook does. */
    void interrupt() {
        synchronized (this) {
            if (working) {
                err.println("interrupted: tenants in work are finished within a minute, no others begun");
                worker.interrupt();
            }
        }
        await();
    }

    private void await() {
        try {
            if (!reported.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                err.println("ended without a report: a tenant in work takes too long; status tells what is done,"
                        + " pg_stat_activity what the server still runs");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
