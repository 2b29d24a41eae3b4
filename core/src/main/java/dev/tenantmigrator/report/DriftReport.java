package dev.tenantmigrator.report;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The structures of tenants, compared with their definitions.
 *
 * @param classes the tenants by their differences: those as defined first, then the largest class first
 * @param unknown the reason for each tenant that could not be compared
 * @param notCompared kinds of objects and attributes that are not compared
 * @param duration the duration of the whole comparison
 */
public record DriftReport(
        List<StructureClass> classes, SortedMap<String, Failure> unknown, List<String> notCompared, Duration duration) {

    /** Takes copies of the collections. */
    public DriftReport {
        classes = List.copyOf(classes);
        unknown = Collections.unmodifiableSortedMap(new TreeMap<>(unknown));
        notCompared = List.copyOf(notCompared);
    }

    /**
     * Whether every tenant was compared and none is drifted.
     *
     * @return true when there is nothing to look at
     */
    public boolean successful() {
        return unknown.isEmpty() && classes.stream().noneMatch(StructureClass::drifted);
    }
}
