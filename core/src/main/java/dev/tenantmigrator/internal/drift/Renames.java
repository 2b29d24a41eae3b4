package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.Difference.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** Finds missing objects that an unexpected one of the same definition may be, under another name. */
final class Renames {

    private static final List<String> DEFINING =
            List.of("type", "collation", "nullability", "default", "identity", "generated");

    /** Kinds whose objects hold no values of their own. */
    private static final Set<ObjectKind> WITHOUT_VALUES = Set.of(
            TablePartKinds.INDEX,
            TablePartKinds.CONSTRAINT,
            RelationKinds.VIEW,
            RelationKinds.MATERIALIZED_VIEW,
            TypeAndRoutineKinds.ENUM);

    private Renames() {}

    /**
     * A missing object and its only counterpart, which has no other one.
     *
     * @param wanted the missing object
     * @param found the unexpected one
     */
    record Rename(Difference wanted, Difference found) {

        /** A query for whether something would be lost with the unexpected object. */
        String holdsValuesSql() {
            return found.kind().equals("column")
                    ? "SELECT EXISTS (SELECT FROM " + SqlParts.before(found.object(), ".") + " WHERE " + last(found)
                            + " IS NOT NULL)"
                    : "SELECT EXISTS (SELECT FROM " + found.object() + ")";
        }

        /** A sentence for people, with the statement that undoes the renaming. */
        String hint() {
            return "perhaps renamed: " + wanted.kind() + ' ' + wanted.object() + " -> " + found.object()
                    + (found.kind().equals("column") || found.kind().equals("table")
                            ? "; a repair would make an empty one, so rename it back first: "
                            : "; rename it back instead of making it again: ")
                    + sql();
        }

        /** The statement that undoes the renaming. */
        String sql() {
            return switch (found.kind()) {
                case "column", "constraint" ->
                    "ALTER TABLE " + SqlParts.before(found.object(), ".") + " RENAME "
                            + found.kind().toUpperCase(Locale.ROOT) + ' ' + last(found) + " TO " + last(wanted);
                case "enum" -> "ALTER TYPE " + found.object() + " RENAME TO " + wanted.object();
                default ->
                    "ALTER " + found.kind().toUpperCase(Locale.ROOT) + ' ' + found.object() + " RENAME TO "
                            + wanted.object();
            };
        }
    }

    /** Tables and columns that may have been renamed: a repair would lose their values. */
    static List<Rename> of(List<Difference> differences, List<StructureRow> expected, List<StructureRow> actual) {
        return of(differences, expected, actual, Renames::definition);
    }

    /** Objects without values that may have been renamed: a repair would make them again. */
    static List<Rename> withoutValues(
            List<Difference> differences, List<StructureRow> expected, List<StructureRow> actual) {
        return of(differences, expected, actual, (row, columns) -> withoutName(row));
    }

    private static List<Rename> of(
            List<Difference> differences,
            List<StructureRow> expected,
            List<StructureRow> actual,
            BiFunction<StructureRow, Map<String, List<StructureRow>>, Optional<String>> definition) {
        List<Rename> renames = new ArrayList<>();
        Map<String, List<Difference>> missing = byDefinition(differences, Change.MISSING, expected, definition);
        byDefinition(differences, Change.UNEXPECTED, actual, definition).forEach((text, found) -> {
            List<Difference> wanted = missing.getOrDefault(text, List.of());
            if (found.size() == 1 && wanted.size() == 1) {
                renames.add(new Rename(wanted.get(0), found.get(0)));
            }
        });
        return renames;
    }

    private static String last(Difference difference) {
        return SqlParts.after(difference.object(), ".");
    }

    private static Map<String, List<Difference>> byDefinition(
            List<Difference> differences,
            Change change,
            List<StructureRow> rows,
            BiFunction<StructureRow, Map<String, List<StructureRow>>, Optional<String>> definition) {
        Map<String, StructureRow> byName = rows.stream()
                .collect(Collectors.toMap(
                        row -> row.kind().name() + ' ' + row.object(), row -> row, (one, other) -> one));
        Map<String, List<StructureRow>> columns = rows.stream()
                .filter(row -> row.kind() == TablePartKinds.COLUMN)
                .collect(Collectors.groupingBy(row -> row.table().orElse("")));
        Map<String, List<Difference>> found = new TreeMap<>();
        for (Difference difference : differences) {
            Optional<StructureRow> row = Optional.ofNullable(byName.get(difference.kind() + ' ' + difference.object()))
                    .filter(object -> difference.change() == change);
            row.filter(object -> !isInherited(object, byName))
                    .flatMap(object -> definition.apply(object, columns))
                    .ifPresent(text -> found.computeIfAbsent(text, absent -> new ArrayList<>())
                            .add(difference));
        }
        return found;
    }

    /** A column of a partition is renamed with that of its parent. */
    private static boolean isInherited(StructureRow row, Map<String, StructureRow> byName) {
        return row.kind() == TablePartKinds.COLUMN
                && Optional.ofNullable(byName.get("table " + ObjectName.table(row)))
                        .filter(table -> table.get("partition of").isPresent()
                                || table.get("inherits").isPresent())
                        .isPresent();
    }

    /** The definition of a table or column without its own name; empty for other objects. */
    private static Optional<String> definition(StructureRow row, Map<String, List<StructureRow>> columns) {
        if (row.kind() == TablePartKinds.COLUMN) {
            return Optional.of("column of " + ObjectName.table(row) + '\n' + definition(row, ""));
        }
        return row.kind() == RelationKinds.TABLE
                ? Optional.of(columns.getOrDefault(row.table().orElse(""), List.of()).stream()
                        .map(column -> ObjectName.part(column) + ' ' + definition(column, row.object()))
                        .sorted()
                        .collect(Collectors.joining("\n", "table\n", "")))
                : Optional.empty();
    }

    /** The definition of an object without values, without its own name; empty for other objects. */
    private static Optional<String> withoutName(StructureRow row) {
        if (!WITHOUT_VALUES.contains(row.kind())) {
            return Optional.empty();
        }
        boolean index = row.kind() == TablePartKinds.INDEX;
        // A view is a table of its own. The text of an index has its name, in one place.
        String table =
                index || row.kind() == TablePartKinds.CONSTRAINT ? row.table().orElse("") : "";
        String text = index ? row.text().replace("INDEX " + row.object() + " ON", "INDEX ON") : row.text();
        return Optional.of(String.join("\n", row.kind().name(), table, text));
    }

    /** A sequence has the name of its table as a rule, and keeps it. */
    private static String definition(StructureRow column, String table) {
        return DEFINING.stream()
                .map(attribute -> attribute
                        + ' '
                        + column.get(attribute)
                                .map(value -> !table.isEmpty() && value.startsWith("nextval(") ? "nextval" : value)
                                .orElse(""))
                .collect(Collectors.joining(", "));
    }
}
