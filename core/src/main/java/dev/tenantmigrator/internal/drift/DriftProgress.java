package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.RunEvent.RunProgressed.Step;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.config.Events;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Publishes the progress of a comparison: first all tenants are read, then they are compared, class by class. Thread-safe. */
final class DriftProgress {

    private static final String RUN = "drift";

    private final Config config;
    private int toRead;
    private int read;
    private int toCompare;
    private int compared;

    DriftProgress(Config config) {
        this.config = config;
    }

    synchronized void begin(int tenants, int toDo) {
        toRead = toDo;
        Events.publish(config, new RunEvent.RunStarted(RUN, tenants, toDo));
    }

    /** Reports one event at a time, so that numbers only grow. */
    synchronized void read(int tenants) {
        read += tenants;
        Events.publish(config, new RunEvent.RunProgressed(RUN, Step.READ, read, toRead));
    }

    synchronized void beginComparison(int toDo) {
        toCompare = toDo;
    }

    synchronized void compared(int tenants) {
        if (tenants > 0) {
            compared += tenants;
            Events.publish(config, new RunEvent.RunProgressed(RUN, Step.COMPARED, compared, toCompare));
        }
    }

    synchronized void finish(DriftReport report) {
        List<TenantOutcome> tenants = Stream.concat(
                        report.classes().stream().flatMap(same -> same.tenants().stream()),
                        report.unknown().keySet().stream())
                .map(schema -> (TenantOutcome) new TenantOutcome.Healthy(schema, List.of()))
                .sorted(Comparator.comparing(TenantOutcome::schema))
                .toList();
        Events.publish(
                config, new RunEvent.RunFinished(RUN, new FleetReport(tenants, Duration.ZERO).withStructure(report)));
    }
}
