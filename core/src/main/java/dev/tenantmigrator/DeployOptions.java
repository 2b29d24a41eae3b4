package dev.tenantmigrator;

import dev.tenantmigrator.rollout.Rollout;
import java.util.Objects;
import java.util.Optional;

/**
 * Options of a deploy: versions to apply, treatment of unusual histories, and rollout. By default all versions, no out-of-order
 * versions, no changes of the shared schema, and {@link Rollout#defaults()}. Immutable and thread-safe.
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
     * The default options.
     *
     * @return the options
     */
    public static DeployOptions defaults() {
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
     * The newest version to apply.
     *
     * @return empty for all versions
     */
    public Optional<String> targetVersion() {
        return targetVersion;
    }

    /**
     * The rollout: order, groups, parallelism, failures, timeouts and attempts.
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
         * Whether to apply a pending version that is older than an applied one, e.g. after merging two branches. Otherwise such a
         * tenant fails and is not changed.
         *
         * @param accepted false by default
         * @return this
         */
        public Builder outOfOrder(boolean accepted) {
            outOfOrder = accepted;
            return this;
        }

        /**
         * Whether the migrations of this run may change the shared schema. Otherwise a migration that does so fails and is rolled back.
         *
         * @param allowed false by default
         * @return this
         */
        public Builder sharedSchemaChanges(boolean allowed) {
            sharedSchemaChanges = allowed;
            return this;
        }

        /**
         * Applies no version newer than this one; newer ones stay pending. The deploy throws {@link InvalidMigrationException} when
         * the source does not have it.
         *
         * @param version a version of the source
         * @return this
         */
        public Builder targetVersion(String version) {
            targetVersion = Optional.of(version);
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
        public DeployOptions build() {
            return new DeployOptions(this);
        }
    }
}
