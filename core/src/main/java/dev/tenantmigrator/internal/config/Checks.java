package dev.tenantmigrator.internal.config;

import java.time.Duration;

/** Checks the numbers and durations that a caller sets; each throws {@link IllegalArgumentException} with the rule. */
public final class Checks {

    private Checks() {}

    /** Returns a number of tenants to work on at a time. */
    public static int parallelism(int tenants) {
        return atLeastOne(tenants, "parallelism must be 1 or more");
    }

    /**
     * Returns a number from 1.
     *
     * @param rule the beginning of the message
     */
    public static int atLeastOne(int number, String rule) {
        if (number < 1) {
            throw new IllegalArgumentException(rule + ", not " + number);
        }
        return number;
    }

    /**
     * Returns a percentage.
     *
     * @param subject the beginning of the message
     */
    public static double percent(double percent, String subject) {
        if (!(percent > 0 && percent <= 100)) {
            throw new IllegalArgumentException(subject + " a share above 0 and at most 100 %, not " + percent);
        }
        return percent;
    }

    /** Returns a timeout that PostgreSQL does not take for "no limit". */
    public static Duration timeout(Duration timeout, String name) {
        if (timeout.toMillis() < 1) {
            throw new IllegalArgumentException("a " + name + " must be at least 1 ms, not " + timeout);
        }
        return timeout;
    }

    /** Returns a duration of zero or more. */
    public static Duration notNegative(Duration duration, String name) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("a " + name + " must not be negative: " + duration);
        }
        return duration;
    }
}
