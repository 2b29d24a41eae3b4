package dev.tenantmigrator.internal.fleet;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Pauses between attempts. Each is twice as long as the one before, up to a limit, and shortened at random by up to a half, so
 * that two instances that collided do not collide again.
 *
 * @param first the first pause
 * @param longest the longest pause
 */
public record Backoff(Duration first, Duration longest) {

    /** For a tenant that another instance has locked: most migrations end within a second. */
    static final Backoff TENANT_LOCKED = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(1));

    /** After a lock timeout, deadlock, serialization failure or refused connection: the cause lasts longer than a migration. */
    public static final Backoff AFTER_FAILURE = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

    /** The pause after a number of attempts, from 1. */
    public Duration after(int attempts) {
        long doubled = first.toMillis() << Math.min(attempts - 1, 20);
        long millis = Math.min(doubled, longest.toMillis());
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(millis / 2, millis + 1));
    }
}
