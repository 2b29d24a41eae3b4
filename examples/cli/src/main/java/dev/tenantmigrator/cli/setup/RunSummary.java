package dev.tenantmigrator.cli.setup;

import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.SpareEvent;
import dev.tenantmigrator.report.Failure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Collects the groups that a run started, the reason why it stopped early, and its work on the spares. Thread-safe. */
final class RunSummary {

    private final List<Map<String, Object>> groups = new ArrayList<>();
    private Optional<String> stopped = Optional.empty();
    private final Map<String, Integer> spares = new LinkedHashMap<>();
    private Optional<Failure> failedSpare = Optional.empty();
    private int unfit;

    synchronized void note(RunEvent event) {
        if (event instanceof RunEvent.GroupStarted group) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("name", group.group());
            fields.put("tenants", group.tenants());
            groups.add(fields);
        } else if (event instanceof RunEvent.RunStopped stop) {
            stopped = Optional.of(stop.reason());
        }
    }

    synchronized void note(SpareEvent event) {
        if (event instanceof SpareEvent.MigrationFailed failed && failedSpare.isEmpty()) {
            failedSpare = Optional.of(failed.failure());
        } else if (event instanceof SpareEvent.SpareUnfit) {
            unfit++;
        } else if (event instanceof SpareEvent.SparesMigrated done) {
            spares.put("migrated", done.migrated());
            spares.put("left", done.left());
            spares.put("unfit", unfit);
        }
    }

    /** The first migration that failed in a spare. */
    synchronized Optional<Failure> failedSpare() {
        return failedSpare;
    }

    /** Fields for the JSON document; empty for a run without groups and spares that reached its end. */
    synchronized Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (!groups.isEmpty()) {
            fields.put("groups", List.copyOf(groups));
        }
        if (!spares.isEmpty()) {
            fields.put("spares", new LinkedHashMap<>(spares));
        }
        stopped.ifPresent(reason -> fields.put("stopped", reason));
        return fields;
    }
}
