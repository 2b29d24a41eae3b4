package dev.tenantmigrator.spring.actuate;

import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.RunEvent.RunFinished;
import dev.tenantmigrator.event.RunEvent.RunStarted;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;

/** Makes each run over tenants the observation {@code tenants.run}: a timer, and a span where there is tracing. */
final class RunObservations implements TenantEventListener {

    private final ObservationRegistry registry;
    /** A run begins and ends on one thread. */
    @SuppressWarnings("ThreadLocalUsage") // One for each migrator.
    private final ThreadLocal<Observation> running = new ThreadLocal<>();

    RunObservations(ObservationRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void onEvent(TenantEvent event) {}

    @Override
    public void onRun(RunEvent event) {
        if (event instanceof RunStarted started) {
            running.set(Observation.createNotStarted("tenants.run", registry)
                    .lowCardinalityKeyValue("run", started.run())
                    .highCardinalityKeyValue("tenants", Integer.toString(started.toDo()))
                    .start());
        } else if (event instanceof RunFinished finished) {
            Observation observation = running.get();
            running.remove();
            if (observation != null) {
                observation
                        .lowCardinalityKeyValue(
                                "successful", Boolean.toString(finished.report().successful()))
                        .stop();
            }
        }
    }
}
