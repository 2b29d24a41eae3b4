package dev.tenantmigrator.internal.config;

import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.TenantEvent;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Tells the listener what happens, and the log which tenant it is about. */
public final class Events {

    private static final Logger LOG = LoggerFactory.getLogger(Events.class);
    private static final String KEY = "tenant";

    private Events() {}

    /** Does work during which log lines carry the tenant. */
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

    /** Tells the listener; what it throws changes nothing. */
    public static void publish(Config config, TenantEvent event) {
        tell(event, () -> config.listener().onEvent(event));
    }

    /** Tells the listener of what happened to a run. */
    public static void publish(Config config, RunEvent event) {
        tell(event, () -> config.listener().onRun(event));
    }

    private static void tell(Object event, Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException | Error e) {
            LOG.warn("The listener failed at {}", event, e);
        }
    }
}
