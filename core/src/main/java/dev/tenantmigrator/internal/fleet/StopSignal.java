package dev.tenantmigrator.internal.fleet;

import dev.tenantmigrator.rollout.Cancellation;
import java.time.Duration;
import java.util.Optional;

/** Whether a run is to end before all tenants had their turn, and why; whoever waits for something asks here. Thread-safe. */
final class StopSignal {

    /** How soon a wait notices. */
    private static final long LOOK_MILLIS = 50;

    private final Cancellation cancellation;
    private Optional<String> reason = Optional.empty();
    private String place = "";

    StopSignal(Cancellation cancellation) {
        this.cancellation = cancellation;
    }

    /** Where the run is by now, for the reason. */
    synchronized void at(String newPlace) {
        place = newPlace;
    }

    /** Whether it is to end. An interrupt of the thread that asks is one of the reasons, and stays on. */
    synchronized boolean isDue() {
        if (reason.isEmpty() && cancellation.isCancelled()) {
            because("the run was cancelled" + place + "; run it again to continue");
        } else if (reason.isEmpty() && Thread.currentThread().isInterrupted()) {
            interrupted();
        }
        return reason.isPresent();
    }

    /** Ends it, because the thread that runs it was interrupted. */
    synchronized void interrupted() {
        because("the run was interrupted" + place + "; run it again to continue");
    }

    /** Ends it, unless it is ended already. */
    synchronized void because(String newReason) {
        if (reason.isEmpty()) {
            reason = Optional.of(newReason);
        }
    }

    /** Why; empty when it is not to end. */
    synchronized Optional<String> reason() {
        return reason;
    }

    /**
     * Waits, and no longer when the run is to end.
     *
     * @return whether the run may go on
     */
    boolean sleep(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        while (!isDue()) {
            long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
            if (left <= 0) {
                return true;
            }
            try {
                Thread.sleep(Math.min(left, LOOK_MILLIS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return false;
    }
}
