package dev.tenantmigrator;

import dev.tenantmigrator.rollout.Rollout;
import java.util.Objects;

/**
 * Options of a rollback: versions to roll back, and rollout. By default a tenant with later versions is refused, the shared schema
 * must not change, and the rollout is {@link Rollout#defaults()}. Immutable and thread-safe.
 */
public final class RollbackOptions {

    private static final RollbackOptions DEFAULTS = builder().build();

    private final boolean laterVersions;
    private final boolean sharedSchemaChanges;
    private final Rollout rollout;

    private RollbackOptions(Builder builder) {
        this.laterVersions = builder.laterVersions;
        this.sharedSchemaChanges = builder.sharedSchemaChanges;
        this.rollout = builder.rollout;
    }

    /**
     * The default options.
     *
     * @return the options
     */
    public static RollbackOptions defaults() {
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
     * Whether versions that were applied after the given one are rolled back too.
     *
     * @return see {@link Builder#laterVersions(boolean)}
     */
    public boolean laterVersions() {
        return laterVersions;
    }

    /**
     * Whether the scripts of the run may change the shared schema.
     *
     * @return see {@link Builder#sharedSchemaChanges(boolean)}
     */
    public boolean sharedSchemaChanges() {
        return sharedSchemaChanges;
    }

    /**
     * The rollout: order, groups, parallelism, failures, timeouts and attempts.
     *
     * @return the rollout
     */
    public Rollout rollout() {
        return rollout;
    }

    /** Builds {@link RollbackOptions}. Can be used again after {@link #build()}. Not thread-safe. */
    public static final class Builder {

        private boolean laterVersions;
        private boolean sharedSchemaChanges;
        private Rollout rollout = Rollout.defaults();

        private Builder() {}

        /**
         * Whether to roll back also the versions that were applied after the given one, newest first. Otherwise a tenant with such
         * versions fails and is not changed.
         *
         * @param included false by default
         * @return this
         */
        public Builder laterVersions(boolean included) {
            laterVersions = included;
            return this;
        }

        /**
         * Whether the scripts of this run may change the shared schema. Otherwise a script that does so fails and is rolled back.
         *
         * @param allowed false by default
         * @return this
         */
        public Builder sharedSchemaChanges(boolean allowed) {
            sharedSchemaChanges = allowed;
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
        public RollbackOptions build() {
            return new RollbackOptions(this);
        }
    }
}
