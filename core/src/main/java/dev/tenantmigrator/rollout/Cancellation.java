package dev.tenantmigrator.rollout;

/**
 * Ends a run in good order from another thread: tenants in work are finished, no others are begun, and the run reports.
 * Thread-safe. It cannot be taken back; the next run has one of its own.
 */
public final class Cancellation {

    private volatile boolean cancelled;
    private volatile boolean immediate;

    /** A handle of a run that is not cancelled. */
    public Cancellation() {}

    /**
     * Cancels the runs that were given this handle. Returns at once; the run itself returns when the tenants that are being
     * worked on are done.
     */
    public void cancel() {
        cancelled = true;
    }

    /**
     * Cancels like {@link #cancel()}, and also the statements that run outside a transaction, which can wait for other
     * transactions without limit. Such a tenant fails, and an index that was being built is removed.
     */
    public void cancelNow() {
        immediate = true;
        cancelled = true;
    }

    /**
     * Whether {@link #cancel()} or {@link #cancelNow()} was called.
     *
     * @return true when one was
     */
    public boolean isCancelled() {
        return cancelled;
    }

    /**
     * Whether {@link #cancelNow()} was called.
     *
     * @return true when it was
     */
    public boolean isImmediate() {
        return immediate;
    }
}
