package dev.tenantmigrator;

/**
 * How a deploy treats what it finds.
 *
 * @param outOfOrder whether a pending version older than one that is applied already (two branches were merged) is applied
 *     too; otherwise such a tenant fails and nothing is changed in it
 */
public record DeployOptions(boolean outOfOrder) {

    /**
     * Out-of-order versions are refused.
     *
     * @return the defaults
     */
    public static DeployOptions defaults() {
        return new DeployOptions(false);
    }

    /**
     * Accepts out-of-order versions.
     *
     * @return a copy
     */
    public DeployOptions withOutOfOrder() {
        return new DeployOptions(true);
    }
}
