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
 * The options of a run over the fleet: order and groups of the tenants, parallelism, failure limits, timeouts and number of attempts.
 * By default one group of all tenants in which failures do not stop the others, five attempts, and the migrator's parallelism and
 * lock timeout. Immutable and thread-safe.
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

    /** {@return the default rollout} */
    public static Rollout defaults() {
        return builder().build();
    }

    /** {@return a builder that begins with the defaults} */
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
     * The number of tenants to work on at a time.
     *
     * @return empty for the migrator's setting
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
     * The failure policy of the implicit last group.
     *
     * @return the policy
     */
    public FailurePolicy onFailure() {
        return onFailure;
    }

    /**
     * The pause between two groups.
     *
     * @return zero or more
     */
    public Duration pause() {
        return pause;
    }

    /**
     * The check between two groups.
     *
     * @return given the outcomes so far; false ends the rollout
     */
    public Predicate<FleetReport> check() {
        return check;
    }

    /**
     * The cancellation that ends the run early.
     *
     * @return a handle
     */
    public Cancellation cancellation() {
        return cancellation;
    }

    /**
     * The time that a migration waits for a lock.
     *
     * @return empty for the migrator's setting
     */
    public Optional<Duration> lockTimeout() {
        return lockTimeout;
    }

    /**
     * The time that a statement of a migration may run.
     *
     * @return empty for the connection's setting
     */
    public Optional<Duration> statementTimeout() {
        return statementTimeout;
    }

    /**
     * The number of attempts at a migration that fails for a passing reason.
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
         * Sets the order in which tenants are started. By default groups take tenants in the order of their names, and the tenants of a
         * group are started in random order, so that instances that run at once share the work.
         *
         * @param comparator compares schemas' names
         * @return this
         */
        public Builder order(Comparator<String> comparator) {
            order = Optional.of(comparator);
            return this;
        }

        /**
         * Sets the number of tenants to work on at a time, each on a connection of its own. The migrator's setting by default.
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
         * Sets groups of tenants to work on one after the other, e.g. a canary first. An implicit last group contains all remaining
         * tenants. A group without a policy of its own stops the rollout at its first failure, except the implicit last group, which
         * has the policy of {@link #onFailure}.
         *
         * @param inOrder the groups, in order; none by default
         * @return this
         */
        public Builder groups(RolloutGroup... inOrder) {
            groups = List.of(inOrder);
            return this;
        }

        /**
         * Sets the failure policy of the implicit last group, which without {@link #groups} contains all tenants.
         *
         * @param policy {@link FailurePolicy#goOn()} by default
         * @return this
         */
        public Builder onFailure(FailurePolicy policy) {
            onFailure = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Sets a pause between two groups, after a group with work to do. None by default.
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
         * Sets a check between two groups, e.g. of the application's error rate. It is called after a group with work to do and the pause
         * that follows. The rollout stops when it returns false or throws.
         *
         * @param mayGoOn receives the outcomes so far; called on the thread that runs the rollout
         * @return this
         */
        public Builder check(Predicate<FleetReport> mayGoOn) {
            check = Objects.requireNonNull(mayGoOn, "mayGoOn");
            return this;
        }

        /**
         * Sets a handle to end the run from another thread. Interrupting the thread that runs it has the same effect.
         *
         * @param handle a handle for this run, or for several
         * @return this
         */
        public Builder cancellation(Cancellation handle) {
            cancellation = Objects.requireNonNull(handle, "handle");
            return this;
        }

        /**
         * Sets the time that a migration waits for a lock that another session holds. {@link TenantMigratorBuilder#lockTimeout} by default.
         * A script's first comment takes precedence.
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
         * Sets the time that a statement of a migration may run, inside and outside of a transaction. The connection's own setting by
         * default. A script's first comment takes precedence.
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
         * Sets the number of attempts at a migration that fails by a lock timeout, a deadlock or a serialization failure (55P03, 40P01,
         * 40001; PostgreSQL documentation, "PostgreSQL Error Codes"). The pauses between them grow, and other tenants proceed
         * meanwhile. 5 by default. A script's first comment takes precedence, e.g. {@code -- tenant-migrator: tries=3}. A statement
         * outside of a transaction is repeated only if nothing of it was kept, and not after a {@code DO} or {@code CALL}.
         *
         * @param number 1 or more
         * @return this
         * @throws IllegalArgumentException when less than 1
         */
        public Builder tries(int number) {
            tries = Checks.atLeastOne(number, "a migration is tried 1 time or more");
            return this;
        }

        /**
         * Builds the rollout. Later calls of this builder do not change it.
         *
         * @return the rollout
         */
        public Rollout build() {
            return new Rollout(this);
        }
    }
}
