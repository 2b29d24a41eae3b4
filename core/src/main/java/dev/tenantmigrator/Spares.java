package dev.tenantmigrator;

import dev.tenantmigrator.internal.config.Checks;
import java.time.Duration;
import java.util.Objects;

/**
 * The stock of spare tenants. A spare is a complete tenant without a name of its own: {@link TenantMigrator#createTenant} takes one,
 * renames it, and so takes the same short time whatever the history. Immutable and thread-safe.
 *
 * <p>By default the stock is refilled only by {@link TenantMigrator#maintainSpares()}, whenever a spare is missing; spares are replaced
 * after seven days; and a migration that fails in a spare stops the deploy.
 *
 * <p>The number is that of the database: all instances with equal migrations share one stock. A spare is taken only when its recorded
 * versions and checksums are exactly those of the instance's migrations, so old and new instances each take theirs during a rolling
 * deploy. Without a spare that fits, the tenant is created by running all migrations.
 */
public final class Spares {

    /** The treatment of a migration that fails in a spare. */
    public enum OnFailure {
        /** The deploy stops before it changes any tenant; every tenant with work is skipped. */
        STOP,
        /** The deploy goes on; the spare stays behind, and is not taken. */
        GO_ON
    }

    private static final Duration WEEK = Duration.ofDays(7);

    private final int number;
    private final int minimum;
    private final Duration maxAge;
    private final boolean inBackground;
    private final OnFailure onFailure;

    private Spares(int number, int minimum, Duration maxAge, boolean inBackground, OnFailure onFailure) {
        this.number = number;
        this.minimum = minimum;
        this.maxAge = maxAge;
        this.inBackground = inBackground;
        this.onFailure = onFailure;
    }

    /**
     * A stock of some spares.
     *
     * @param number 1 or more; enough for the sign-ups between two refills
     * @return the stock
     * @throws IllegalArgumentException when less than 1
     */
    public static Spares keep(int number) {
        Checks.atLeastOne(number, "the number of spares must be 1 or more");
        return new Spares(number, number, WEEK, false, OnFailure.STOP);
    }

    /**
     * The stock is refilled once fewer than this number are left. The whole number by default.
     *
     * @param spares from 1 to the number to keep
     * @return another stock
     * @throws IllegalArgumentException when less than 1 or more than the number to keep
     */
    public Spares minimum(int spares) {
        Checks.atLeastOne(spares, "the minimum of spares must be 1 or more");
        if (spares > number) {
            throw new IllegalArgumentException(
                    "the minimum of spares must be at most the number to keep, " + number + ", not " + spares);
        }
        return new Spares(number, spares, maxAge, inBackground, onFailure);
    }

    /**
     * A spare that was made longer ago is replaced: rows that its migrations inserted hold the time at which it was made. Seven days by
     * default.
     *
     * @param age longer than zero
     * @return another stock
     * @throws IllegalArgumentException when it is zero or negative
     */
    public Spares maxAge(Duration age) {
        return new Spares(number, minimum, Checks.timeout(age, "maximum age of spares"), inBackground, onFailure);
    }

    /**
     * One daemon thread of the migrator refills the stock, from its build to {@link TenantMigrator#close()}. It borrows a connection while
     * it makes a spare. After a failure it waits longer and longer, five minutes at most.
     *
     * @return another stock
     */
    public Spares inBackground() {
        return new Spares(number, minimum, maxAge, true, onFailure);
    }

    /**
     * The treatment of a migration that fails in a spare, before any tenant is changed. {@link OnFailure#STOP} by default. A lock timeout, a
     * lost connection and a spare that is taken meanwhile are no such failures.
     *
     * @param treatment stop or go on
     * @return another stock
     */
    public Spares onFailure(OnFailure treatment) {
        return new Spares(number, minimum, maxAge, inBackground, Objects.requireNonNull(treatment, "treatment"));
    }

    /**
     * The number to keep.
     *
     * @return 1 or more
     */
    public int number() {
        return number;
    }

    /**
     * The number below which the stock is refilled.
     *
     * @return see {@link #minimum(int)}
     */
    public int minimum() {
        return minimum;
    }

    /**
     * The age at which a spare is replaced.
     *
     * @return see {@link #maxAge(Duration)}
     */
    public Duration maxAge() {
        return maxAge;
    }

    /**
     * Whether a thread of the migrator refills the stock.
     *
     * @return see {@link #inBackground()}
     */
    public boolean refilledInBackground() {
        return inBackground;
    }

    /**
     * The treatment of a migration that fails in a spare.
     *
     * @return see {@link #onFailure(OnFailure)}
     */
    public OnFailure onFailure() {
        return onFailure;
    }
}
