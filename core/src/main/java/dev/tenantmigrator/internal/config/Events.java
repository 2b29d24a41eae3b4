package dev.tenantmigrator.internal.config;

import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.SpareEvent;
import dev.tenantmigrator.event.TenantEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Publishes events to the listener, and adds the tenant to log lines. */
public final class Events {

    private static final Logger LOG = LoggerFactory.getLogger(Events.class);
    private static final String KEY = "tenant";

    private Events() {}

    /**
     * Puts a tenant into the log's MDC.
     *
     * @return run it on this thread to put back what was there
     */
    public static Runnable logTenant(String schema) {
        String before = MDC.get(KEY);
        MDC.put(KEY, schema);
        return () -> {
            if (before == null) {
                MDC.remove(KEY);
            } else {
                MDC.put(KEY, before);
            }
        };
    }

    /** Publishes an event of a tenant. An exception of the listener is logged and changes nothing. */
    public static void publish(Config config, TenantEvent event) {
        call(event, () -> config.listener().onEvent(event));
    }

    /** Publishes an event of a run. An exception of the listener is logged and changes nothing. */
    public static void publish(Config config, RunEvent event) {
        call(event, () -> config.listener().onRun(event));
    }

    /** Publishes an event of the spares. An exception of the listener is logged and changes nothing. */
    public static void publish(Config config, SpareEvent event) {
        call(event, () -> config.listener().onSpares(event));
    }

    private static void call(Object event, Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException | Error e) {
            LOG.warn("The listener failed at {}", event, e);
        }
    }
}
