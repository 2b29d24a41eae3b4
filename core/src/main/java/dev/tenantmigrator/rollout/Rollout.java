package dev.tenantmigrator.rollout;

import dev.tenantmigrator.TenantMigratorBuilder;
import dev.tenantmigrator.internal.config.Checks;
import dev.tenantmigrator.report.FleetReport;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * How a run goes through the fleet: in which order and groups, how many at a time, what failures mean, how long
 * it waits and how often it tries. Immutable.
 */
public final class Rollout {

    private final Optional<Comparator<String>> order;
    private final OptionalInt parallelism;
    private final List<RolloutGroup> groups;
    private final FailurePolicy onFailure;
    private final Duration pause;
    private final Predicate<FleetReport> check;
    private final Cancellation cancellation;
    private final Optional<Duration> lockTimeout;
    private final Optional<Duration> statementTimeout;
    private final int tries;

    private Rollout(Builder builder) {
        this.order = builder.order;
        this.parallelism = builder.parallelism;
        this.groups = builder.groups;
        this.onFailure = builder.onFailure;
        this.pause = builder.pause;
        this.check = builder.check;
        this.cancellation = builder.cancellation;
        this.lockTimeout = builder.lockTimeout;
        this.statementTimeout = builder.statementTimeout;
        this.tries = builder.tries;
    }

    /**
     * All tenants in one group, failures of some keep no other back, five tries, timeouts and parallelism of the migrator.
     *
     * @return the defaults
     */
    public static Rollout defaults() {
        return builder().build();
    }

    /**
     * Begins with the defaults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The order of the tenants.
     *
     * @return empty for the default; see {@link Builder#order}
     */
    public Optional<Comparator<String>> order() {
        return order;
    }

    /**
     * How many tenants are worked on at a time.
     *
     * @return empty for what the migrator was built with
     */
    public OptionalInt parallelism() {
        return parallelism;
    }

    /**
     * The groups, one after the other.
     *
     * @return empty for one group of all
     */
    public List<RolloutGroup> groups() {
        return groups;
    }

    /**
     * What failures mean where a group says nothing of it.
     *
     * @return the policy
     */
    public FailurePolicy onFailure() {
        return onFailure;
    }

    /**
     * How long it waits between two groups.
     *
     * @return zero or more
     */
    public Duration pause() {
        return pause;
    }

    /**
     * What is asked between two groups.
     *
     * @return given the outcomes so far; false ends the rollout
     */
    public Predicate<FleetReport> check() {
        return check;
    }

    /**
     * What ends the run in good order.
     *
     * @return a handle
     */
    public Cancellation cancellation() {
        return cancellation;
    }

    /**
     * How long a migration waits for a lock.
     *
     * @return empty for what the migrator was built with
     */
    public Optional<Duration> lockTimeout() {
        return lockTimeout;
    }

    /**
     * How long a statement of a migration may run.
     *
     * @return empty for what the connection has
     */
    public Optional<Duration> statementTimeout() {
        return statementTimeout;
    }

    /**
     * How often a migration is tried that fails for a reason that passes.
     *
     * @return 1 or more
     */
    public int tries() {
        return tries;
    }

    /** Puts a {@link Rollout} together. Can be used again after {@link #build()}. Not thread-safe. */
    public static final class Builder {

        private Optional<Comparator<String>> order = Optional.empty();
        private OptionalInt parallelism = OptionalInt.empty();
        private List<RolloutGroup> groups = List.of();
        private FailurePolicy onFailure = FailurePolicy.goOn();
        private Duration pause = Duration.ZERO;
        private Predicate<FleetReport> check = report -> true;
        private Cancellation cancellation = new Cancellation();
        private Optional<Duration> lockTimeout = Optional.empty();
        private Optional<Duration> statementTimeout = Optional.empty();
        private int tries = 5;

        private Builder() {}

        /**
         * Begins tenants in an order. By default groups take tenants in the order of their names, and the tenants of a group
         * are begun at random, so that several instances that run at once share the work.
         *
         * @param comparator of schemas' names
         * @return this
         */
        public Builder order(Comparator<String> comparator) {
            order = Optional.of(comparator);
            return this;
        }

        /**
         * Works on several tenants at a time, each on a connection of its own; as many as the migrator was built with by
         * default.
         *
         * @param number 1 or more
         * @return this
         * @throws IllegalArgumentException when less than 1
         */
        public Builder parallelism(int number) {
            parallelism = OptionalInt.of(Checks.parallelism(number));
            return this;
        }

        /**
         * Works on groups of tenants one after the other, e.g. a canary first. A group without a policy of its own ends the
         * rollout at its first failure, except the last one, which all tenants are in that no other takes: it has the
         * rollout's policy.
         *
         * @param inOrder the groups
         * @return this
         */
        public Builder groups(RolloutGroup... inOrder) {
            groups = List.of(inOrder);
            return this;
        }

        /**
         * What failures mean where a group says nothing of it: go on, by default.
         *
         * @param policy what to do
         * @return this
         */
        public Builder onFailure(FailurePolicy policy) {
            onFailure = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Waits between two groups, after a group in which something was done. No pause by default.
         *
         * @param duration zero or more
         * @return this
         * @throws IllegalArgumentException when less than zero
         */
        public Builder pause(Duration duration) {
            pause = Checks.notNegative(duration, "pause");
            return this;
        }

        /**
         * Asks between two groups, after a group in which something was done and the pause behind it, whether to go on, e.g.
         * because the error rate is still fine. An exception ends the rollout like false.
         *
         * @param mayGoOn given the outcomes so far; called on the thread that runs the rollout
         * @return this
         */
        public Builder check(Predicate<FleetReport> mayGoOn) {
            check = Objects.requireNonNull(mayGoOn, "mayGoOn");
            return this;
        }

        /**
         * What ends the run from another thread. Interrupting the thread that runs it does the same.
         *
         * @param handle of this run, or of several
         * @return this
         */
        public Builder cancellation(Cancellation handle) {
            cancellation = Objects.requireNonNull(handle, "handle");
            return this;
        }

        /**
         * How long a migration waits for a lock that another session holds; see {@link TenantMigratorBuilder#lockTimeout},
         * which it has by default. A script's first comment goes before.
         *
         * @param timeout at least a millisecond
         * @return this
         * @throws IllegalArgumentException when it is shorter
         */
        public Builder lockTimeout(Duration timeout) {
            lockTimeout = Optional.of(Checks.timeout(timeout, "lock timeout"));
            return this;
        }

        /**
         * How long a statement of a migration may run, inside and outside of a transaction. By default as long as the
         * connection's own setting lets it. A script's first comment goes before.
         *
         * @param timeout at least a millisecond
         * @return this
         * @throws IllegalArgumentException when it is shorter
         */
        public Builder statementTimeout(Duration timeout) {
            statementTimeout = Optional.of(Checks.timeout(timeout, "statement timeout"));
            return this;
        }

        /**
         * How often a migration is tried that could not have a lock, was chosen as the victim of a deadlock, or could not be
         * serialized (55P03, 40P01, 40001; PostgreSQL documentation, "PostgreSQL Error Codes"), with longer and longer pauses
         * between. 5 by default. A script's first comment goes before, e.g. {@code -- tenant-migrator: tries=3}. A statement
         * outside of a transaction is tried again only where nothing of it was kept, and not behind a {@code DO} or {@code CALL}.
         *
         * @param number 1 or more
         * @return this
         * @throws IllegalArgumentException when less than 1
         */
        public Builder tries(int number) {
            tries = Checks.atLeastOne(number, "a migration is tried 1 time or more");
            return this;
        }

        /** The rollout, which later calls of this builder do not change. */
        public Rollout build() {
            return new Rollout(this);
        }
    }
}
