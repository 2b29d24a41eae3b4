package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.Difference.Change;
import dev.tenantmigrator.report.Difference.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Divides the statements of differences into units: those that make an object each by itself, the others together. */
final class FixUnits {

    /** After all others. */
    static final int LATE = Integer.MAX_VALUE;

    private static final Mentions NONE = new Mentions("");

    private final List<StructureRow> expectedRows;
    private final Map<String, StructureRow> expected;
    private final Map<String, StructureRow> actual;
    private final Map<String, List<StructureRow>> actualParts = new HashMap<>();
    private final List<StructureRow> sequences;

    FixUnits(List<StructureRow> expected, List<StructureRow> actual) {
        this.expectedRows = expected;
        this.expected = byName(expected);
        this.actual = byName(actual);
        this.sequences = actual.stream()
                .filter(row -> row.kind() == RelationKinds.SEQUENCE)
                .toList();
        actual.forEach(row -> row.table()
                .ifPresent(table -> actualParts
                        .computeIfAbsent(table, absent -> new ArrayList<>())
                        .add(row)));
    }

    private static Map<String, StructureRow> byName(List<StructureRow> rows) {
        Map<String, StructureRow> map = new HashMap<>();
        rows.forEach(row -> map.put(row.kind().name() + ' ' + row.object(), row));
        return map;
    }

    /** The object of a unit: as it is when it is unexpected, as it should be otherwise. */
    StructureRow row(FixUnit unit) {
        return found(unit.is(Change.UNEXPECTED) ? actual : expected, unit.difference());
    }

    /** The row of a table, from the side of a unit's object. */
    Optional<StructureRow> table(FixUnit unit, String table) {
        return Optional.ofNullable((unit.is(Change.UNEXPECTED) ? actual : expected).get("table " + table));
    }

    /** The table that a unit's object is a part of, quoted where needed. */
    String tableName(FixUnit unit) {
        return row(unit).table().map(ObjectName::quoted).orElse("");
    }

    private static StructureRow found(Map<String, StructureRow> rows, Difference difference) {
        return Optional.ofNullable(rows.get(name(difference)))
                .orElseThrow(() -> new IllegalStateException("no " + name(difference)));
    }

    private static String name(Difference difference) {
        return difference.kind() + ' ' + difference.object();
    }

    /** The units of a difference. */
    List<FixUnit> of(Difference difference, int rank) {
        List<String> statements =
                difference.statements().stream().map(Statement::sql).toList();
        return switch (difference.change()) {
            case MISSING ->
                statements.isEmpty() || isOfIdentity(difference)
                        // The sequence of an identity column is there after its column.
                        ? whole(difference, statements, LATE)
                        : each(difference, statements, rank);
            // Objects of later kinds are dropped first.
            case UNEXPECTED -> whole(difference, statements, -1000 - order(difference));
            case CHANGED -> whole(difference, statements, isFirst(statements) ? -1 : rank);
        };
    }

    /** A table is clustered on one index, so that another one comes after. */
    private static boolean isFirst(List<String> statements) {
        return statements.stream().anyMatch(sql -> sql.endsWith(" SET WITHOUT CLUSTER"));
    }

    private int order(Difference difference) {
        return Optional.ofNullable(actual.get(name(difference)))
                .map(FixStatements::order)
                .orElse(0);
    }

    private boolean isOfIdentity(Difference difference) {
        StructureRow row = found(expected, difference);
        return row.kind() == RelationKinds.SEQUENCE && SequenceFix.isIdentity(row);
    }

    private List<FixUnit> whole(Difference difference, List<String> statements, int rank) {
        Mentions present = Optional.ofNullable(actual.get(name(difference)))
                .map(row -> new Mentions(text(row)))
                .orElse(NONE);
        return List.of(new FixUnit(
                rank,
                difference,
                statements,
                new Mentions(String.join("\n", statements)),
                present,
                difference.change() == Change.UNEXPECTED ? takenAlong(difference) : List.of()));
    }

    private List<String> takenAlong(Difference difference) {
        StructureRow dropped = found(actual, difference);
        return sequences.stream()
                .filter(sequence -> SequenceFix.goesWith(sequence, dropped))
                .map(StructureRow::object)
                .toList();
    }

    private List<FixUnit> each(Difference difference, List<String> statements, int rank) {
        List<FixUnit> units = new ArrayList<>();
        FixUnit first = new FixUnit(
                rank,
                difference,
                statements.subList(0, 1),
                new Mentions(created(found(expected, difference), statements.get(0))),
                NONE,
                List.of());
        units.add(first);
        FixUnit last = first;
        for (String statement : statements.subList(1, statements.size())) {
            // A foreign key needs the keys of all tables.
            boolean reference = statement.contains(" FOREIGN KEY ");
            FixUnit unit = new FixUnit(
                    reference ? LATE : rank,
                    difference,
                    List.of(statement),
                    new Mentions(withoutBody(statement)),
                    NONE,
                    List.of());
            unit.isPartOf(first);
            units.add(unit);
            if (!reference) {
                unit.needs(last, false);
                last = unit;
            }
        }
        return units;
    }

    /** An object of the tenant, with its parts. */
    private String text(StructureRow row) {
        Stream<StructureRow> rows = RelationKinds.hasParts(row.kind())
                ? actualParts.getOrDefault(row.table().orElse(""), List.of()).stream()
                : Stream.of(row);
        return rows.map(StructureRow::text).collect(Collectors.joining("\n"));
    }

    /** The text of a creation; that of a table without the names that it gives to columns. */
    private String created(StructureRow row, String statement) {
        if (row.kind() != RelationKinds.TABLE) {
            return withoutBody(statement);
        }
        Stream<Optional<String>> own = Stream.of("partition of", "inherits", "of type", "partition key")
                .map(row::get);
        Stream<Optional<String>> columns = expectedRows.stream()
                .filter(part ->
                        part.kind() == TablePartKinds.COLUMN && part.table().equals(row.table()))
                .flatMap(column ->
                        Stream.of("type", "collation", "default", "generated").map(column::get));
        return Stream.concat(own, columns).flatMap(Optional::stream).collect(Collectors.joining("\n"));
    }

    /** The body of a function is text, which is not looked at when it is made. */
    private static String withoutBody(String statement) {
        int body = statement.startsWith("CREATE FUNCTION ") || statement.startsWith("CREATE PROCEDURE ")
                ? statement.indexOf("\nAS '")
                : -1;
        return body < 0 ? statement : statement.substring(0, body);
    }
}
