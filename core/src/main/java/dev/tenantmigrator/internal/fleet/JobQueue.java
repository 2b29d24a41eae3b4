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
 * The tenants that wait for their turn, each with the time before which it is not to be tried again: so nobody waits for one
 * while another is free. Thread-safe.
 */
final class JobQueue {

    private static final Duration FIRST_REMINDER = Duration.ofSeconds(5);
    private static final Duration REMINDER = Duration.ofSeconds(30);
    private static final int NAMED = 5;

    /** Before all others, also when the run is to end: what became of it is not known. */
    private static final long AT_ONCE = -1;

    private static final long FRESH = 0;

    private final StopSignal ending;
    private final long start = System.nanoTime();
    private final PriorityQueue<Entry> queue =
            new PriorityQueue<>(Comparator.comparingLong(Entry::due).thenComparingLong(Entry::number));
    private long number;
    private long nextReminder = FIRST_REMINDER.toNanos();

    /**
     * A tenant in the queue.
     *
     * @param due since the start, in nanoseconds
     * @param number in the order of arrival
     * @param held how often in a row another session was found to hold it
     */
    record Entry(long due, long number, int held, TenantJob work) {}

    JobQueue(StopSignal ending, Collection<? extends TenantJob> works) {
        this.ending = ending;
        works.forEach(work -> add(FRESH, 0, work));
    }

    private synchronized void add(long due, int held, TenantJob work) {
        queue.add(new Entry(due, number++, held, work));
    }

    /** Puts one back that another session holds. */
    void held(Entry entry) {
        int times = entry.held() + 1;
        add(now() + Backoff.HELD.after(times).toNanos(), times, entry.work());
    }

    /** Puts one back for which a pause is needed. */
    void later(TenantJob work, Duration pause) {
        add(now() + pause.toNanos(), 0, work);
    }

    /** Puts one back of which nobody knows what became of it. */
    void lost(TenantJob work) {
        add(AT_ONCE, 0, work);
    }

    /** Takes the next whose time has come; empty when there is none, or the run is to end. */
    synchronized Optional<Entry> poll() {
        return isReady() ? Optional.ofNullable(queue.poll()) : Optional.empty();
    }

    /** Takes the next ones that were not tried yet; they are to be put {@linkplain #putBack back}. */
    synchronized List<Entry> pollUntried(int limit) {
        List<Entry> entries = new ArrayList<>();
        while (entries.size() < limit && !queue.isEmpty() && queue.peek().due() == FRESH) {
            entries.add(queue.poll());
        }
        return entries;
    }

    /** Puts one back as it was. */
    synchronized void putBack(Entry entry) {
        queue.add(entry);
    }

    /** All that are left; the queue is empty then. */
    synchronized List<TenantJob> drain() {
        List<TenantJob> left = queue.stream().map(Entry::work).toList();
        queue.clear();
        return left;
    }

    /**
     * Waits until the time of one has come.
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
                if (queue.isEmpty() || ending.isDue()) {
                    return false;
                }
                pause = Duration.ofNanos(queue.peek().due() - now()).plusMillis(1);
                remind();
            }
            ending.sleep(pause);
        }
    }

    private boolean isReady() {
        return !queue.isEmpty() && queue.peek().due() <= now() && (queue.peek().due() == AT_ONCE || !ending.isDue());
    }

    private void remind() {
        if (now() > nextReminder) {
            nextReminder = now() + REMINDER.toNanos();
            String names = queue.stream()
                    .limit(NAMED)
                    .map(entry -> entry.work().schema())
                    .collect(Collectors.joining(", "));
            WaitReminder.forTenants(queue.size() > NAMED ? names + " and " + (queue.size() - NAMED) + " more" : names);
        }
    }

    private long now() {
        return System.nanoTime() - start;
    }
}
