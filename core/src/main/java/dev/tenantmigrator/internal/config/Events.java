package dev.tenantmigrator.internal.config;

import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.TenantEvent;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Publishes events to the listener, and adds the tenant to log lines. */
public final class Events {

    private static final Logger LOG = LoggerFactory.getLogger(Events.class);
    private static final String KEY = "tenant";

    private Events() {}

    /** Runs work with the tenant in the log's MDC. */
    public static <T> T inTenant(String schema, Supplier<T> work) {
        String before = MDC.get(KEY);
        MDC.put(KEY, schema);
        try {
            return work.get();
        } finally {
            if (before == null) {
                MDC.remove(KEY);
            } else {
                MDC.put(KEY, before);
            }
        }
    }

    /** Publishes an event of a tenant. An exception of the listener is logged and changes nothing. */
    public static void publish(Config config, TenantEvent event) {
        call(event, () -> config.listener().onEvent(event));
    }

    /** Publishes an event of a run. An exception of the listener is logged and changes nothing. */
    public static void publish(Config config, RunEvent event) {
        call(event, () -> config.listener().onRun(event));
    }

    private static void call(Object event, Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException | Error e) {
            LOG.warn("The listener failed at {}", event, e);
        }
    }
}
