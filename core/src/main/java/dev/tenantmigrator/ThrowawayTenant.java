package dev.tenantmigrator;

/** A tenant for a test: dropped on close. Thread-safe. */
public interface ThrowawayTenant extends AutoCloseable {

    /**
     * The tenant's schema.
     *
     * @return the name
     */
    String schema();

    /** Drops the tenant; a second call has no effect. */
    @Override
    void close();
}
