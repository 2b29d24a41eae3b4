package dev.tenantmigrator.internal.fleet;

import dev.tenantmigrator.rollout.Cancellation;
import java.time.Duration;
import java.util.Optional;

/** Tells a run to end early, and records the reason. Every wait of the run checks it. Thread-safe. */
final class StopSignal {

    /** Interval at which a wait checks the signal: too short for a human to notice, too long to cost anything. */
    private static final long LOOK_MILLIS = 50;

    private final Cancellation cancellation;
    private Optional<String> reason = Optional.empty();
    private String place = "";

    StopSignal(Cancellation cancellation) {
        this.cancellation = cancellation;
    }

    /** Sets the place that the run has reached, for the reason. */
    synchronized void at(String newPlace) {
        place = newPlace;
    }

    /** Whether the run is to end. An interrupt of the calling thread is one reason; its interrupted status is kept. */
    synchronized boolean isDue() {
        if (reason.isEmpty() && cancellation.isCancelled()) {
            because("the run was cancelled" + place + "; run it again to continue");
        } else if (reason.isEmpty() && Thread.currentThread().isInterrupted()) {
            interrupted();
        }
        return reason.isPresent();
    }

    /** Ends the run, because its thread was interrupted. */
    synchronized void interrupted() {
        because("the run was interrupted" + place + "; run it again to continue");
    }

    /** Ends the run for a reason; the first reason stays. */
    synchronized void because(String newReason) {
        if (reason.isEmpty()) {
            reason = Optional.of(newReason);
        }
    }

    /** The reason; empty while the run is not to end. */
    synchronized Optional<String> reason() {
        return reason;
    }

    /**
     * Waits, but returns early when the run is to end.
     *
     * @return whether the run may continue
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
