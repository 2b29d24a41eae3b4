package dev.tenantmigrator;

import dev.tenantmigrator.rollout.Rollout;
import java.util.Objects;

/**
 * Options of a script or of the host's own work in every tenant: whether it may write, and rollout. By default it only reads, and the
 * rollout is {@link Rollout#defaults()}. Immutable and thread-safe.
 */
public final class RunOptions {

    private static final RunOptions DEFAULTS = builder().build();

    private final boolean writes;
    private final Rollout rollout;

    private RunOptions(Builder builder) {
        this.writes = builder.writes;
        this.rollout = builder.rollout;
    }

    /**
     * The default options.
     *
     * @return the options
     */
    public static RunOptions defaults() {
        return DEFAULTS;
    }

    /**
     * A builder with the default options.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Whether the run may write.
     *
     * @return see {@link Builder#writes(boolean)}
     */
    public boolean writes() {
        return writes;
    }

    /**
     * The rollout: order, groups, parallelism, failures, timeouts and attempts.
     *
     * @return the rollout
     */
    public Rollout rollout() {
        return rollout;
    }

    /** Builds {@link RunOptions}. Can be used again after {@link #build()}. Not thread-safe. */
    public static final class Builder {

        private boolean writes;
        private Rollout rollout = Rollout.defaults();

        private Builder() {}

        /**
         * Whether the run may write. If so, it holds the tenant's lock, and each tenant's transaction is committed. Otherwise the
         * transaction is read-only, and is rolled back (PostgreSQL documentation, "SET TRANSACTION"); that also works
         * on a standby and where {@code default_transaction_read_only} is on.
         *
         * @param allowed false by default
         * @return this
         */
        public Builder writes(boolean allowed) {
            writes = allowed;
            return this;
        }

        /**
         * Sets the rollout: order, groups, parallelism, failures, timeouts and attempts.
         *
         * @param newRollout {@link Rollout#defaults()} by default
         * @return this
         */
        public Builder rollout(Rollout newRollout) {
            rollout = Objects.requireNonNull(newRollout, "newRollout");
            return this;
        }

        /**
         * Builds the options. Later calls of this builder do not change them.
         *
         * @return the options
         */
        public RunOptions build() {
            return new RunOptions(this);
        }
    }
}
