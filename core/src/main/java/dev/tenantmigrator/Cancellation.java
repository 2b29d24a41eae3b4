package dev.tenantmigrator;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ends a run in good order from another thread: tenants in work are finished, no others are begun, and the run reports.
 * Thread-safe. It cannot be taken back; the next run has one of its own.
 */
public final class Cancellation {

    private final AtomicInteger calls = new AtomicInteger();

    /** Nothing is cancelled yet. */
    public Cancellation() {}

    /**
     * Cancels the runs that were given this. Returns at once; the run itself returns when its tenants in work are done. Called
     * again, it also cancels the statements that run outside of a transaction, which can wait for others without limit: such a
     * tenant has failed then, and an index that was being built is taken away.
     */
    public void cancel() {
        calls.incrementAndGet();
    }

    /**
     * Whether {@link #cancel()} was called.
     *
     * @return true when it was
     */
    public boolean isCancelled() {
        return calls.get() > 0;
    }

    /**
     * Whether {@link #cancel()} was called again, because the run took too long to end.
     *
     * @return true when it was
     */
    public boolean isUrgent() {
        return calls.get() > 1;
    }
}
