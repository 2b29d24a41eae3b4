package dev.tenantmigrator.internal.config;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Checks the numbers, durations and names that a caller sets; each throws {@link IllegalArgumentException} with the rule. */
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

    /** Returns names, each once and in order. */
    public static Set<String> names(Collection<String> names) {
        return names.stream().map(Checks::name).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Returns a name that is not blank. */
    public static String name(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a name must not be blank");
        }
        return name;
    }

    /** Returns patterns of tables, each with its schema. */
    public static Set<String> tables(Set<String> patterns) {
        for (String pattern : patterns) {
            if (pattern.indexOf('.') < 1 || pattern.endsWith(".")) {
                throw new IllegalArgumentException("a table is allowed as schema.table or schema.*, not " + pattern);
            }
        }
        return patterns;
    }
}
