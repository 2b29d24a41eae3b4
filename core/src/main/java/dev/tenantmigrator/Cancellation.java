package dev.tenantmigrator;

/**
 * Ends a run in good order from another thread: tenants in work are finished, no others are begun, and the run reports.
 * Thread-safe. It cannot be taken back; the next run has one of its own.
 */
public final class Cancellation {

    private volatile boolean cancelled;

    /** Nothing is cancelled yet. */
    public Cancellation() {}

    /** Cancels the runs that were given this. Returns at once; the run itself returns when its tenants in work are done. */
    public void cancel() {
        cancelled = true;
    }

    /**
     * Whether {@link #cancel()} was called.
     *
     * @return true when it was
     */
    public boolean isCancelled() {
        return cancelled;
    }
}
