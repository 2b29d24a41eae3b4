package dev.tenantmigrator.event;

/**
 * Receives events of a migrator.
 *
 * <p>The listener is called on the thread that works on the tenant, by several threads at once when tenants are migrated in parallel.
 * It is called after the reported change was committed; {@link TenantEvent.TenantCreated} in a caller's transaction is the exception.
 * The run waits for the listener, so it should return quickly. An exception that it throws is logged and changes nothing else. It is
 * not called when the JVM or the thread dies.
 */
@FunctionalInterface
public interface TenantEventListener {

    /**
     * Receives an event of a tenant.
     *
     * @param event the event
     */
    void onEvent(TenantEvent event);

    /**
     * Receives an event of a run as a whole, on the thread that runs it; {@link RunEvent.RunProgressed} on any thread. Does nothing by default.
     *
     * @param event the event
     */
    default void onRun(RunEvent event) {}

    /**
     * Receives an event of the stock of spare tenants. Does nothing by default.
     *
     * @param event the event
     */
    default void onSpares(SpareEvent event) {}
}
