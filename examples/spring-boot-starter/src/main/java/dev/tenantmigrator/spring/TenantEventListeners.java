package dev.tenantmigrator.spring;

import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.SpareEvent;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes each event to several listeners. An exception of one of them is logged and keeps no event from the others. */
record TenantEventListeners(List<TenantEventListener> listeners) implements TenantEventListener {

    private static final Logger LOG = LoggerFactory.getLogger(TenantEventListeners.class);

    @Override
    public void onEvent(TenantEvent event) {
        each(listener -> listener.onEvent(event));
    }

    @Override
    public void onRun(RunEvent event) {
        each(listener -> listener.onRun(event));
    }

    @Override
    public void onSpares(SpareEvent event) {
        each(listener -> listener.onSpares(event));
    }

    private void each(Consumer<TenantEventListener> call) {
        for (TenantEventListener listener : listeners) {
            try {
                call.accept(listener);
            } catch (RuntimeException e) {
                LOG.warn(
                        "A listener of tenants' events failed: {}",
                        listener.getClass().getName(),
                        e);
            }
        }
    }
}
