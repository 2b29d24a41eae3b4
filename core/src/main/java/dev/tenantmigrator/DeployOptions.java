package dev.tenantmigrator;

import dev.tenantmigrator.rollout.Rollout;
import java.util.Objects;
import java.util.Optional;

/**
 * What a deploy applies, how it treats unusual histories, and how it goes through the fleet. By default all versions, no
 * out-of-order versions, no changes of the shared schema, and {@link Rollout#defaults()}. Immutable.
 */
public final class DeployOptions {

    private static final DeployOptions DEFAULTS = builder().build();

    private final boolean outOfOrder;
    private final boolean sharedSchemaChanges;
    private final Optional<String> targetVersion;
    private final Rollout rollout;

    private DeployOptions(Builder builder) {
        this.outOfOrder = builder.outOfOrder;
        this.sharedSchemaChanges = builder.sharedSchemaChanges;
        this.targetVersion = builder.targetVersion;
        this.rollout = builder.rollout;
    }

    /**
     * The defaults.
     *
     * @return the options
     */
    public static DeployOptions defaults() {
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
     * Whether a pending version that is older than an applied one is applied too.
     *
     * @return see {@link Builder#outOfOrder(boolean)}
     */
    public boolean outOfOrder() {
        return outOfOrder;
    }

    /**
     * Whether the migrations of the run may change the shared schema.
     *
     * @return see {@link Builder#sharedSchemaChanges(boolean)}
     */
    public boolean sharedSchemaChanges() {
        return sharedSchemaChanges;
    }

    /**
     * The last version that is applied.
     *
     * @return empty for all
     */
    public Optional<String> targetVersion() {
        return targetVersion;
    }

    /**
     * How the deploy goes through the fleet.
     *
     * @return the rollout
     */
    public Rollout rollout() {
        return rollout;
    }

    /** Builds {@link DeployOptions}. Can be used again after {@link #build()}. Not thread-safe. */
    public static final class Builder {

        private boolean outOfOrder;
        private boolean sharedSchemaChanges;
        private Optional<String> targetVersion = Optional.empty();
        private Rollout rollout = Rollout.defaults();

        private Builder() {}

        /**
         * Whether to apply a pending version that is older than an applied one, as after merging two branches. Without it,
         * such a tenant fails and is not changed.
         *
         * @param accepted false by default
         * @return this
         */
        public Builder outOfOrder(boolean accepted) {
            outOfOrder = accepted;
            return this;
        }

        /**
         * Whether the migrations of this run may change the shared schema. Without it, a migration that does fails.
         *
         * @param allowed false by default
         * @return this
         */
        public Builder sharedSchemaChanges(boolean allowed) {
            sharedSchemaChanges = allowed;
            return this;
        }

        /**
         * Applies no version newer than this one; newer ones stay pending.
         *
         * @param version a version of the source
         * @return this
         */
        public Builder targetVersion(String version) {
            targetVersion = Optional.of(version);
            return this;
        }

        /**
         * How the deploy goes through the fleet.
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
        public DeployOptions build() {
            return new DeployOptions(this);
        }
    }
}
