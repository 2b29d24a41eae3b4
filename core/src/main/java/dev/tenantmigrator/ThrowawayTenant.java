package dev.tenantmigrator;

/** A tenant for a test: reset between tests, dropped on close. Thread-safe. */
public interface ThrowawayTenant extends AutoCloseable {

    /**
     * The tenant's schema.
     *
     * @return the name
     */
    String schema();

    /**
     * Brings the tenant back to its state after creation, in one transaction: rows, those that migrations inserted included, and
     * sequences. The state is kept in this process; nothing is added to the tenant. When a test changed the structure, the tenant is
     * dropped and created again under its name; values such as random keys in rows of migrations are then new. Rows in other schemas
     * stay.
     *
     * @throws TenantMigratorException when another transaction holds locks on written tables for five seconds; it names the holder, and
     *     nothing was changed
     * @throws IllegalStateException when the tenant is closed
     */
    void reset();

    /**
     * Begins the drop. From then on the schema is no tenant any more; its tables are dropped in the background, before
     * {@link TenantMigrator#close()} returns and before the JVM ends. After a kill, the next run drops them. A second call has no effect.
     *
     * @throws TenantMigratorException when the drop cannot begin, e.g. because another transaction uses the tenant; nothing was changed
     */
    @Override
    void close();
}
