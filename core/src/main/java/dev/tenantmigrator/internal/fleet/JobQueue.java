package dev.tenantmigrator.internal.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.stream.Collectors;

/**
 * The jobs that wait, each with the time of its next attempt, so that no worker waits for one tenant while another is free.
 * Thread-safe.
 */
final class JobQueue {

    /** Longer than most migrations, so that a normal wait logs nothing. */
    private static final Duration FIRST_REMINDER = Duration.ofSeconds(5);

    private static final Duration REMINDER = Duration.ofSeconds(30);
    /** Tenants named in a reminder, so that the line stays short in a large fleet. */
    private static final int NAMED = 5;

    /** Before all others, even when the run is to end: whether its migration was committed is not known yet. */
    private static final long AT_ONCE = -1;

    private static final long FRESH = 0;

    private final StopSignal stopSignal;
    private final long start = System.nanoTime();
    private final PriorityQueue<Entry> queue =
            new PriorityQueue<>(Comparator.comparingLong(Entry::due).thenComparingLong(Entry::number));
    private long number;
    private long nextReminder = FIRST_REMINDER.toNanos();

    /**
     * A job in the queue.
     *
     * @param due the time of its next attempt, in nanoseconds since the start
     * @param number its place in the order of arrival
     * @param timesLocked the number of attempts in a row that found its tenant locked
     */
    record Entry(long due, long number, int timesLocked, TenantJob job) {}

    JobQueue(StopSignal stopSignal, Collection<? extends TenantJob> jobs) {
        this.stopSignal = stopSignal;
        jobs.forEach(job -> add(FRESH, 0, job));
    }

    private synchronized void add(long due, int timesLocked, TenantJob job) {
        queue.add(new Entry(due, number++, timesLocked, job));
    }

    /** Puts back a job whose tenant another session has locked. */
    void locked(Entry entry) {
        int times = entry.timesLocked() + 1;
        add(now() + Backoff.TENANT_LOCKED.after(times).toNanos(), times, entry.job());
    }

    /** Puts back a job that is to run again after a pause. */
    void retryLater(TenantJob job, Duration pause) {
        add(now() + pause.toNanos(), 0, job);
    }

    /** Puts back a job that lost its connection, to run again before all others. */
    void connectionLost(TenantJob job) {
        add(AT_ONCE, 0, job);
    }

    /** Takes the next job that is due; empty when none is, or the run is to end. */
    synchronized Optional<Entry> poll() {
        return isReady() ? Optional.ofNullable(queue.poll()) : Optional.empty();
    }

    /** Takes the next jobs without an attempt so far; the caller {@linkplain #putBack puts} them back. */
    synchronized List<Entry> pollUntried(int limit) {
        List<Entry> entries = new ArrayList<>();
        while (entries.size() < limit && !queue.isEmpty() && queue.peek().due() == FRESH) {
            entries.add(queue.poll());
        }
        return entries;
    }

    /** Puts an entry back unchanged. */
    synchronized void putBack(Entry entry) {
        queue.add(entry);
    }

    /** Takes all jobs that are left. */
    synchronized List<TenantJob> drain() {
        List<TenantJob> left = queue.stream().map(Entry::job).toList();
        queue.clear();
        return left;
    }

    /**
     * Waits until a job is due.
     *
     * @return false when the queue is empty, or the run is to end
     */
    boolean await() {
        while (true) {
            Duration pause;
            synchronized (this) {
                if (isReady()) {
                    return true;
                }
                if (queue.isEmpty() || stopSignal.isDue()) {
                    return false;
                }
                pause = Duration.ofNanos(queue.peek().due() - now()).plusMillis(1);
                remind();
            }
            stopSignal.sleep(pause);
        }
    }

    private boolean isReady() {
        return !queue.isEmpty()
                && queue.peek().due() <= now()
                && (queue.peek().due() == AT_ONCE || !stopSignal.isDue());
    }

    private void remind() {
        if (now() > nextReminder) {
            nextReminder = now() + REMINDER.toNanos();
            String names = queue.stream()
                    .limit(NAMED)
                    .map(entry -> entry.job().schema())
                    .collect(Collectors.joining(", "));
            WaitReminder.forTenants(queue.size() > NAMED ? names + " and " + (queue.size() - NAMED) + " more" : names);
        }
    }

    private long now() {
        return System.nanoTime() - start;
    }
}
