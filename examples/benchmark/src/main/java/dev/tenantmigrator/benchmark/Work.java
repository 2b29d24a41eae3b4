package dev.tenantmigrator.benchmark;

/** What is measured, by the key under which it is reported. */
public enum Work {
    /** A new tenant with all migrations. */
    CREATE("create"),
    /** One pending migration in all tenants. */
    DEPLOY_ONE("deployOne"),
    /** Nothing pending, recorded in each tenant. */
    NOOP("noop"),
    /** Nothing pending, recorded in one table for all tenants. */
    NOOP_FLEET("noopFleet"),
    /** What each tenant has. */
    STATUS("status"),
    /** Whether each tenant is as it should be. */
    VERIFY("verify");

    private final String key;

    Work(String key) {
        this.key = key;
    }

    String key() {
        return key;
    }
}
