package dev.tenantmigrator.cli;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.Difference.Change;
import dev.tenantmigrator.report.Difference.Severity;
import dev.tenantmigrator.report.Difference.Statement;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FixStep;
import dev.tenantmigrator.report.StructureClass;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Comparisons of structures, made by hand. */
final class DriftReports {

    static final Difference INDEX_MISSING = difference(
            "index",
            "vendor_name_idx",
            Change.MISSING,
            Severity.BREAKING,
            new Statement("CREATE INDEX vendor_name_idx ON vendor USING btree (name)", false));

    static final Difference COLUMN_UNEXPECTED = difference(
            "column",
            "vendor.note",
            Change.UNEXPECTED,
            Severity.ADDITIVE,
            new Statement("ALTER TABLE vendor DROP COLUMN note", true));

    static final Difference ORDER = difference("column order", "vendor", Change.CHANGED, Severity.INFO);

    private DriftReports() {}

    static DriftReport report(StructureClass... classes) {
        return new DriftReport(
                Stream.of(classes).filter(same -> !same.tenants().isEmpty()).toList(),
                new TreeMap<>(),
                List.of("publications"),
                Duration.ofMillis(5));
    }

    static DriftReport withUnknown(DriftReport report, String... schemas) {
        SortedMap<String, Failure> unknown = new TreeMap<>();
        for (String schema : schemas) {
            unknown.put(
                    schema,
                    Failure.of("permission denied for schema " + schema)
                            .inTenant(schema)
                            .withSqlState("42501"));
        }
        return new DriftReport(report.classes(), unknown, report.notCompared(), report.duration());
    }

    static StructureClass same(List<String> tenants, Difference... differences) {
        return new StructureClass(tenants, List.of(differences), steps(differences), List.of());
    }

    /** One for each difference; a destructive one is left out. */
    private static List<FixStep> steps(Difference... differences) {
        return Stream.of(differences)
                .map(difference -> new FixStep(
                        difference,
                        difference.statements().stream().map(Statement::sql).toList(),
                        difference.statements().stream().anyMatch(Statement::destructive)
                                ? Optional.of("it drops or changes something that is there")
                                : Optional.empty()))
                .toList();
    }

    /** Names from a prefix and a number. */
    static List<String> names(String prefix, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> prefix + i).toList();
    }

    static Difference difference(
            String kind, String object, Change change, Severity severity, Statement... statements) {
        return new Difference(
                kind,
                object,
                change,
                severity,
                change == Change.CHANGED ? Optional.of("columns") : Optional.empty(),
                change == Change.CHANGED ? Optional.of("id, name") : Optional.empty(),
                change == Change.CHANGED ? Optional.of("name, id") : Optional.empty(),
                List.of(statements));
    }

    static Difference changed(String kind, String object, String attribute, String actual, String expected) {
        return new Difference(
                kind,
                object,
                Change.CHANGED,
                Severity.BREAKING,
                Optional.of(attribute),
                Optional.of(expected),
                Optional.of(actual),
                List.of(new Statement("ALTER " + kind + " " + object, true)));
    }
}
