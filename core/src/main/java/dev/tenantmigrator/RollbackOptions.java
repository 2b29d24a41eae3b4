package dev.tenantmigrator;

/**
 * How far a rollback goes, and how it goes through the fleet.
 *
 * @param includeLater whether versions applied after the given one are taken back too, newest first; otherwise a tenant that
 *     has some is refused
 * @param sharedSchemaChanges whether the scripts of this run may change the shared schema; otherwise one that does fails
 * @param rollout how it goes through the fleet
 */
public record RollbackOptions(boolean includeLater, boolean sharedSchemaChanges, Rollout rollout) {

    /**
     * Later versions and changes of the shared schema are refused.
     *
     * @return the defaults
     */
    public static RollbackOptions defaults() {
        return new RollbackOptions(false, false, Rollout.defaults());
    }

    /**
     * Takes later versions back too.
     *
     * @return a copy
     */
    public RollbackOptions withLaterVersions() {
        return new RollbackOptions(true, sharedSchemaChanges, rollout);
    }

    /**
     * Accepts changes of the shared schema.
     *
     * @return a copy
     */
    public RollbackOptions withSharedSchemaChanges() {
        return new RollbackOptions(includeLater, true, rollout);
    }

    /**
     * Goes through the fleet in another way.
     *
     * @param newRollout how
     * @return a copy
     */
    public RollbackOptions withRollout(Rollout newRollout) {
        return new RollbackOptions(includeLater, sharedSchemaChanges, newRollout);
    }
}
