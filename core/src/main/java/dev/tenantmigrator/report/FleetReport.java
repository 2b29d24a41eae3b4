package dev.tenantmigrator.report;

import dev.tenantmigrator.FleetFailedException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The report of a run over tenants.
 *
 * @param outcomes one outcome per tenant, in the order of the tenants' names
 * @param duration the duration of the whole run
 * @param unrecorded of a verification, the selected schemas that have all required tables and no record, sorted: no run includes them. Each
 *     is no tenant, or one that lost its record
 */
public record FleetReport(List<TenantOutcome> outcomes, Duration duration, List<String> unrecorded) {

    /** Takes copies of the lists. */
    public FleetReport {
        outcomes = List.copyOf(outcomes);
        unrecorded = List.copyOf(unrecorded);
    }

    /**
     * A report without schemas that lost their record.
     *
     * @param outcomes one outcome per tenant, in the order of the tenants' names
     * @param duration the duration of the whole run
     */
    public FleetReport(List<TenantOutcome> outcomes, Duration duration) {
        this(outcomes, duration, List.of());
    }

    /**
     * The failed tenants.
     *
     * @return the failures, in the order of the tenants' names
     */
    public List<TenantOutcome.Failed> failed() {
        return of(TenantOutcome.Failed.class);
    }

    /**
     * The outcomes of one type.
     *
     * @param type e.g. {@code TenantOutcome.Migrated.class}
     * @param <O> the type
     * @return the outcomes, in the order of the tenants' names
     */
    public <O extends TenantOutcome> List<O> of(Class<O> type) {
        return outcomes.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /**
     * Counts the tenants by outcome.
     *
     * @return the kinds that occur, in the order of their declaration
     */
    public Map<TenantOutcome.Kind, Integer> counts() {
        Map<TenantOutcome.Kind, Integer> counts = new EnumMap<>(TenantOutcome.Kind.class);
        outcomes.forEach(outcome -> counts.merge(outcome.kind(), 1, Integer::sum));
        return counts;
    }

    /**
     * Whether no tenant failed, is unhealthy, drifted or pending, or was skipped. Schemas that lost their record do not count.
     *
     * @return true when there is nothing to look at
     */
    public boolean successful() {
        return outcomes.stream()
                .noneMatch(outcome -> outcome instanceof TenantOutcome.Failed
                        || outcome instanceof TenantOutcome.Unhealthy
                        || outcome instanceof TenantOutcome.Drifted
                        || outcome instanceof TenantOutcome.Pending
                        || outcome instanceof TenantOutcome.Skipped);
    }

    /**
     * Throws unless the run was {@link #successful()}.
     *
     * @return this
     * @throws FleetFailedException when a tenant failed, is unhealthy, drifted or pending, or was skipped; it carries this report
     */
    public FleetReport throwIfFailed() {
        if (!successful()) {
            throw new FleetFailedException(this);
        }
        return this;
    }

    /**
     * This report of a verification, with the structures.
     *
     * @param drift the comparison of the same tenants
     * @return a copy with a finding {@link Finding.Kind#DRIFT} for each difference, and a warning with its remedy for each hint. A tenant
     *     without errors that is drifted becomes {@link TenantOutcome.Drifted}, one that could not be compared
     *     {@link TenantOutcome.Unhealthy}
     */
    public FleetReport withStructure(DriftReport drift) {
        Map<String, List<Finding>> findings = new HashMap<>();
        for (StructureClass same : drift.classes()) {
            List<Finding> shared = both(
                    same.differences().stream().map(FleetReport::finding).toList(),
                    same.hints().stream().map(FleetReport::finding).toList());
            same.tenants().forEach(schema -> findings.put(schema, shared));
        }
        drift.unknown()
                .forEach((schema, failure) -> findings.put(
                        schema,
                        List.of(Finding.of(
                                Finding.Kind.STRUCTURE_UNKNOWN,
                                Finding.Severity.ERROR,
                                "the structure could not be compared: " + withPlace(failure)))));
        return new FleetReport(
                outcomes.stream()
                        .map(outcome -> with(outcome, findings.getOrDefault(outcome.schema(), List.of())))
                        .toList(),
                duration.plus(drift.duration()),
                unrecorded);
    }

    /** The outcome names the tenant. */
    private static String withPlace(Failure failure) {
        return new Failure(
                        failure.message(),
                        Optional.empty(),
                        failure.version(),
                        failure.file(),
                        failure.line(),
                        Optional.empty(),
                        Optional.empty(),
                        failure.sqlState(),
                        Optional.empty())
                .toString();
    }

    private static Finding finding(Difference difference) {
        return Finding.of(
                Finding.Kind.DRIFT,
                difference.isNote() ? Finding.Severity.INFO : Finding.Severity.ERROR,
                difference.description());
    }

    private static Finding finding(StructureClass.Hint hint) {
        return Finding.of(Finding.Kind.DRIFT, Finding.Severity.WARNING, hint.message())
                .withRemedies(hint.remedy());
    }

    private static TenantOutcome with(TenantOutcome outcome, List<Finding> structure) {
        String schema = outcome.schema();
        if (structure.isEmpty()) {
            return outcome;
        }
        if (outcome instanceof TenantOutcome.Unhealthy unhealthy) {
            return new TenantOutcome.Unhealthy(schema, both(unhealthy.findings(), structure));
        }
        List<Finding> before = outcome instanceof TenantOutcome.Healthy healthy
                ? healthy.findings()
                : outcome instanceof TenantOutcome.Pending pending ? pending.findings() : List.of();
        List<Finding> all = both(before, structure);
        if (structure.stream().anyMatch(finding -> finding.kind() == Finding.Kind.STRUCTURE_UNKNOWN)) {
            return outcome instanceof TenantOutcome.Failed ? outcome : new TenantOutcome.Unhealthy(schema, all);
        }
        if (structure.stream().anyMatch(finding -> finding.severity() == Finding.Severity.ERROR)) {
            return new TenantOutcome.Drifted(schema, all);
        }
        return outcome instanceof TenantOutcome.Healthy ? new TenantOutcome.Healthy(schema, all) : outcome;
    }

    private static List<Finding> both(List<Finding> first, List<Finding> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
