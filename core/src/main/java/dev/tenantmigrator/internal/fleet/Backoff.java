package dev.tenantmigrator.internal.fleet;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Pauses between tries: each twice as long as the one before, up to a limit, and by chance up to a half shorter, so that those
 * who met once do not meet again.
 *
 * @param first the first one
 * @param longest the limit
 */
public record Backoff(Duration first, Duration longest) {

    /** While another instance works on a tenant. */
    static final Backoff HELD = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(1));

    /** After a lock timeout, a deadlock, a serialization failure. */
    public static final Backoff FAILED = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

    /** The pause after so many tries, from 1. */
    public Duration after(int tries) {
        long doubled = first.toMillis() << Math.min(tries - 1, 20);
        long millis = Math.min(doubled, longest.toMillis());
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(millis / 2, millis + 1));
    }
}
