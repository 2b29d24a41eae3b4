package dev.tenantmigrator.event;

/**
 * Sees what happens while the migrator runs.
 *
 * <p>It is called on the thread that works on the tenant, by several threads at once when several tenants are worked on at
 * a time, and after what the event tells has been committed (see the events for creation). The work waits for it, so it
 * should be quick. An exception that it throws is logged with the exception and changes nothing. It is not called when
 * the JVM or the thread dies.
 */
@FunctionalInterface
public interface TenantEventListener {

    /**
     * Takes note of an event.
     *
     * @param event what happened
     */
    void onEvent(TenantEvent event);

    /**
     * Takes note of an event of a run as a whole, on the thread that runs it. Does nothing by default.
     *
     * @param event what happened
     */
    default void onRun(RunEvent event) {}
}
