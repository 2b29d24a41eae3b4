package dev.tenantmigrator;

/**
 * How a deploy treats what it finds.
 *
 * @param outOfOrder whether a pending version older than one that is applied already (two branches were merged) is applied
 *     too; otherwise such a tenant fails and nothing is changed in it
 * @param sharedSchemaChanges whether the migrations of this run may change the shared schema; otherwise one that does fails
 */
public record DeployOptions(boolean outOfOrder, boolean sharedSchemaChanges) {

    /**
     * Out-of-order versions and changes of the shared schema are refused.
     *
     * @return the defaults
     */
    public static DeployOptions defaults() {
        return new DeployOptions(false, false);
    }

    /**
     * Accepts out-of-order versions.
     *
     * @return a copy
     */
    public DeployOptions withOutOfOrder() {
        return new DeployOptions(true, sharedSchemaChanges);
    }

    /**
     * Accepts changes of the shared schema.
     *
     * @return a copy
     */
    public DeployOptions withSharedSchemaChanges() {
        return new DeployOptions(outOfOrder, true);
    }
}
