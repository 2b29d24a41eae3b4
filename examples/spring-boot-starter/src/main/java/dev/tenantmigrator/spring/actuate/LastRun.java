package dev.tenantmigrator.spring.actuate;

import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.RunEvent.RunFinished;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.report.FleetReport;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** Remembers the last run of this instance. Runs of other instances and of the command line are not seen. */
final class LastRun implements TenantEventListener {

    /** A run that has finished. */
    record Finished(String run, Instant end, FleetReport report) {}

    private final Clock clock;
    private volatile Optional<Finished> finished = Optional.empty();

    LastRun(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void onEvent(TenantEvent event) {}

    @Override
    public void onRun(RunEvent event) {
        if (event instanceof RunFinished end) {
            finished = Optional.of(new Finished(end.run(), clock.instant(), end.report()));
        }
    }

    Optional<Finished> finished() {
        return finished;
    }
}
