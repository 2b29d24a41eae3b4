package dev.tenantmigrator;

/**
 * How far a rollback goes.
 *
 * @param includeLater whether versions applied after the given one are taken back too, newest first; otherwise a tenant that
 *     has some is refused
 * @param sharedSchemaChanges whether the scripts of this run may change the shared schema; otherwise one that does fails
 */
public record RollbackOptions(boolean includeLater, boolean sharedSchemaChanges) {

    /**
     * Later versions and changes of the shared schema are refused.
     *
     * @return the defaults
     */
    public static RollbackOptions defaults() {
        return new RollbackOptions(false, false);
    }

    /**
     * Takes later versions back too.
     *
     * @return a copy
     */
    public RollbackOptions withLaterVersions() {
        return new RollbackOptions(true, sharedSchemaChanges);
    }

    /**
     * Accepts changes of the shared schema.
     *
     * @return a copy
     */
    public RollbackOptions withSharedSchemaChanges() {
        return new RollbackOptions(includeLater, true);
    }
}
