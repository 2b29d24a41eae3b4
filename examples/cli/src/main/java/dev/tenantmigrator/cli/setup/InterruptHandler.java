package dev.tenantmigrator.cli.setup;

import dev.tenantmigrator.Cancellation;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jline.utils.Signals;

/**
 * Lets a run end in good order on Ctrl-C and SIGTERM: tenants in work are finished, the report is printed, then the process
 * ends. Ctrl-C once more cancels what can be cancelled, a third one ends at once, as does anything else.
 */
public final class InterruptHandler implements AutoCloseable {

    /** What a shell says of a process that Ctrl-C ended. */
    public static final int EXIT_CODE = 130;

    private static final String CTRL_C = "INT";
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Set<InterruptHandler> RUNS = ConcurrentHashMap.newKeySet();
    private static final String NO_REPORT = "status tells what is done, pg_stat_activity what the server still runs";

    private final PrintWriter err;
    private final Runnable endAtOnce;
    private final Cancellation cancellation = new Cancellation();
    private final Thread worker = Thread.currentThread();
    private final CountDownLatch reported = new CountDownLatch(1);
    private final Thread hook = new Thread(this::terminate, "tenant-migrator-interruption");
    private Optional<Object> usualHandler = Optional.empty();
    private boolean working;
    private int times;

    /** For a command that runs in this thread. */
    public InterruptHandler(PrintWriter err) {
        this(err, () -> Runtime.getRuntime().halt(EXIT_CODE));
    }

    InterruptHandler(PrintWriter err, Runnable endAtOnce) {
        this.err = err;
        this.endAtOnce = endAtOnce;
    }

    /** What ends the command's run. */
    Cancellation cancellation() {
        return cancellation;
    }

    /** From now on the run is cancelled instead of the process ended, and the report waited for. */
    synchronized void begin() {
        working = true;
        RUNS.add(this);
        ShutdownHooks.add(hook);
        usualHandler = Optional.ofNullable(Signals.register(CTRL_C, this::interrupt));
    }

    /** From now on the thread is not interrupted any more, so that it can close what it has open; it is waited for. */
    synchronized void end() {
        working = false;
        Thread.interrupted();
    }

    /** Whether Ctrl-C ended the run. */
    public synchronized boolean interrupted() {
        return times > 0;
    }

    /** The report is printed. */
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

    /** What Ctrl-C does. */
    synchronized void interrupt() {
        times++;
        if (times > 2) {
            err.println("ended without a report: " + NO_REPORT);
            endAtOnce.run();
        } else if (working) {
            err.println(
                    times == 1
                            ? "interrupted: tenants in work are finished, no others begun; Ctrl-C again cancels what"
                                    + " waits"
                            : "interrupted again: what waits is cancelled; Ctrl-C once more ends at once");
            cancel();
        }
    }

    /** What the hook does. */
    void terminate() {
        synchronized (this) {
            if (working) {
                err.println("interrupted: tenants in work are finished within a minute, no others begun");
                cancel();
            }
        }
        await();
    }

    private void cancel() {
        cancellation.cancel();
        worker.interrupt();
    }

    private void await() {
        try {
            if (!reported.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                err.println("ended without a report: a tenant in work takes too long; " + NO_REPORT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
