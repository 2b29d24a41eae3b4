package dev.tenantmigrator.benchmark;

/** A measured operation, with its key in the result. */
public enum Operation {
    /** Create a tenant with all migrations. */
    CREATE("create"),
    /** Deploy one pending migration to all tenants. */
    DEPLOY_ONE("deployOne"),
    /** Deploy with nothing pending, with a tracking table in each tenant. */
    NOOP("noop"),
    /** Deploy with nothing pending, with one tracking table for all tenants. */
    NOOP_FLEET("noopFleet"),
    /** Read the applied versions of all tenants. */
    STATUS("status"),
    /** Check the health of all tenants. */
    VERIFY("verify");

    private final String key;

    Operation(String key) {
        this.key = key;
    }

    String key() {
        return key;
    }
}
