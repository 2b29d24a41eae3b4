package dev.tenantmigrator.cli.setup;

import dev.tenantmigrator.rollout.Cancellation;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jline.utils.Signals;

/**
 * Ends a run in an orderly way on Ctrl-C and SIGTERM: the run finishes the tenants in work, the command prints its report, then
 * the process ends. A second Ctrl-C cancels waits and pauses. A third one ends the process immediately.
 */
public final class InterruptHandler implements AutoCloseable {

    /** The shell's convention for a process that SIGINT ended: 128 + 2. */
    public static final int EXIT_CODE = 130;

    private static final String CTRL_C = "INT";

    /** Below the 90 seconds after which systemd kills a process by default. */
    private static final Duration REPORT_TIMEOUT = Duration.ofMinutes(1);

    private static final Set<InterruptHandler> RUNS = ConcurrentHashMap.newKeySet();
    private static final String WITHOUT_REPORT = "ended without a report: run status to see the applied versions;"
            + " pg_stat_activity shows statements that still run on the server";

    private final PrintWriter err;
    private final Runnable endAtOnce;
    private final Cancellation cancellation = new Cancellation();
    private final Thread worker = Thread.currentThread();
    private final CountDownLatch reported = new CountDownLatch(1);
    private final Thread hook = new Thread(this::terminate, "tenant-migrator-interruption");
    private Optional<Object> usualHandler = Optional.empty();
    private boolean working;
    private int times;

    /** Creates a handler for a command that runs in the current thread. */
    public InterruptHandler(PrintWriter err) {
        this(err, () -> Runtime.getRuntime().halt(EXIT_CODE));
    }

    InterruptHandler(PrintWriter err, Runnable endAtOnce) {
        this.err = err;
        this.endAtOnce = endAtOnce;
    }

    /** Cancelled by Ctrl-C and SIGTERM. */
    Cancellation cancellation() {
        return cancellation;
    }

    /** Starts the handling: an interrupt now cancels the run, and the end of the process waits for the report. */
    synchronized void begin() {
        working = true;
        RUNS.add(this);
        ShutdownHooks.add(hook);
        usualHandler = Optional.ofNullable(Signals.register(CTRL_C, this::interrupt));
    }

    /** Stops interrupting the thread, so that it can close its connections. The process still waits for the report. */
    synchronized void end() {
        working = false;
        Thread.interrupted();
    }

    /** True after Ctrl-C. */
    public synchronized boolean interrupted() {
        return times > 0;
    }

    /** Ends the wait for the report: it is printed. */
    @Override
    public void close() {
        reported.countDown();
        RUNS.remove(this);
        ShutdownHooks.remove(hook);
        usualHandler.ifPresent(handler -> Signals.unregister(CTRL_C, handler));
    }

    /** Waits for the reports of all runs. */
    static void awaitReports() {
        RUNS.forEach(InterruptHandler::await);
    }

    /** Handles one Ctrl-C. */
    synchronized void interrupt() {
        times++;
        if (times > 2) {
            err.println(WITHOUT_REPORT);
            endAtOnce.run();
        } else if (working) {
            err.println(
                    times == 1
                            ? "interrupted: finishing the tenants in work, starting no others; Ctrl-C again cancels"
                                    + " waits and pauses"
                            : "interrupted again: waits and pauses are cancelled; Ctrl-C once more ends immediately");
            cancel();
        }
    }

    /** Runs as the shutdown hook, e.g. on SIGTERM. */
    void terminate() {
        synchronized (this) {
            if (working) {
                err.println("interrupted: finishing the tenants in work within a minute, starting no others");
                cancel();
            }
        }
        await();
    }

    /** The first call lets the tenants in work finish; the next one also cancels statements that wait. */
    private void cancel() {
        if (cancellation.isCancelled()) {
            cancellation.cancelNow();
        } else {
            cancellation.cancel();
        }
        worker.interrupt();
    }

    private void await() {
        try {
            if (!reported.await(REPORT_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                err.println("a tenant in work takes too long; " + WITHOUT_REPORT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
