package dev.tenantmigrator;

import java.util.Optional;

/**
 * What a deploy applies, how it treats what it finds, and how it goes through the fleet.
 *
 * @param outOfOrder whether a pending version older than one that is applied already (two branches were merged) is applied
 *     too; otherwise such a tenant fails and nothing is changed in it
 * @param sharedSchemaChanges whether the migrations of this run may change the shared schema; otherwise one that does fails
 * @param targetVersion the last version that is applied; newer ones stay pending. Empty for all
 * @param rollout how it goes through the fleet
 */
public record DeployOptions(
        boolean outOfOrder, boolean sharedSchemaChanges, Optional<String> targetVersion, Rollout rollout) {

    /**
     * Applies all versions; out-of-order versions and changes of the shared schema are refused.
     *
     * @return the defaults
     */
    public static DeployOptions defaults() {
        return new DeployOptions(false, false, Optional.empty(), Rollout.defaults());
    }

    /**
     * Accepts out-of-order versions.
     *
     * @return a copy
     */
    public DeployOptions withOutOfOrder() {
        return new DeployOptions(true, sharedSchemaChanges, targetVersion, rollout);
    }

    /**
     * Accepts changes of the shared schema.
     *
     * @return a copy
     */
    public DeployOptions withSharedSchemaChanges() {
        return new DeployOptions(outOfOrder, true, targetVersion, rollout);
    }

    /**
     * Applies no version newer than this one.
     *
     * @param version a version of the source
     * @return a copy
     */
    public DeployOptions withTargetVersion(String version) {
        return new DeployOptions(outOfOrder, sharedSchemaChanges, Optional.of(version), rollout);
    }

    /**
     * Goes through the fleet in another way.
     *
     * @param newRollout how
     * @return a copy
     */
    public DeployOptions withRollout(Rollout newRollout) {
        return new DeployOptions(outOfOrder, sharedSchemaChanges, targetVersion, newRollout);
    }
}
