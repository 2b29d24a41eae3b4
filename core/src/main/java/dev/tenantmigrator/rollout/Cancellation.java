package dev.tenantmigrator.rollout;

/**
 * Ends a run early from another thread: tenants in progress are finished, no others are started, and the run returns its report.
 * A cancellation is final, so use a new one for the next run. Thread-safe.
 */
public final class Cancellation {

    private volatile boolean cancelled;
    private volatile boolean immediate;

    /** A cancellation that has not been triggered. */
    public Cancellation() {}

    /**
     * Cancels the runs that use this handle. Returns at once; the runs return when the tenants in progress are finished.
     */
    public void cancel() {
        cancelled = true;
    }

    /**
     * Like {@link #cancel()}, but also cancels statements that run outside of a transaction, which can wait for other transactions
     * without limit. Such a tenant fails, and an index that was being built is removed.
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
