package dev.tenantmigrator;

/** A tenant for a test: dropped on close. Thread-safe. */
public interface ThrowawayTenant extends AutoCloseable {

    /**
     * The tenant.
     *
     * @return its schema
     */
    String schema();

    /** Drops the tenant. Does nothing the second time. */
    @Override
    void close();
}
