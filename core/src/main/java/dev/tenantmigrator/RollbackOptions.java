package dev.tenantmigrator;

import dev.tenantmigrator.rollout.Rollout;
import java.util.Objects;

/**
 * How far a rollback goes, and how it goes through the fleet. By default a tenant with later versions is refused, the shared
 * schema must not change, and the rollout is {@link Rollout#defaults()}. Immutable.
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
     * The defaults.
     *
     * @return the options
     */
    public static RollbackOptions defaults() {
        return DEFAULTS;
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
     * How the rollback goes through the fleet.
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
         * Whether to roll back the versions that were applied after the given one too, newest first. Without it, a tenant
         * that has some is refused.
         *
         * @param included false by default
         * @return this
         */
        public Builder laterVersions(boolean included) {
            laterVersions = included;
            return this;
        }

        /**
         * Whether the scripts of this run may change the shared schema. Without it, a script that does fails.
         *
         * @param allowed false by default
         * @return this
         */
        public Builder sharedSchemaChanges(boolean allowed) {
            sharedSchemaChanges = allowed;
            return this;
        }

        /**
         * How the rollback goes through the fleet.
         *
         * @param newRollout the rollout
         * @return this
         */
        public Builder rollout(Rollout newRollout) {
            rollout = Objects.requireNonNull(newRollout, "newRollout");
            return this;
        }

        /**
         * The options, which later calls of this builder do not change.
         *
         * @return the options
         */
        public RollbackOptions build() {
            return new RollbackOptions(this);
        }
    }
}
