package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.Difference.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Finds missing tables and columns that an unexpected one of the same definition may be, under another name. */
final class Renames {

    private static final List<String> DEFINING =
            List.of("type", "collation", "nullability", "default", "identity", "generated");

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
                    + "; a repair would make an empty one, so rename it back first: " + sql();
        }

        /** The statement that undoes the renaming. */
        String sql() {
            return found.kind().equals("column")
                    ? "ALTER TABLE " + SqlParts.before(found.object(), ".") + " RENAME COLUMN " + last(found) + " TO "
                            + last(wanted)
                    : "ALTER TABLE " + found.object() + " RENAME TO " + wanted.object();
        }
    }

    /** All that may have been renamed. */
    static List<Rename> of(List<Difference> differences, List<StructureRow> expected, List<StructureRow> actual) {
        List<Rename> renames = new ArrayList<>();
        Map<String, List<Difference>> missing = byDefinition(differences, Change.MISSING, expected);
        byDefinition(differences, Change.UNEXPECTED, actual).forEach((definition, found) -> {
            List<Difference> wanted = missing.getOrDefault(definition, List.of());
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
            List<Difference> differences, Change change, List<StructureRow> rows) {
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
                    .flatMap(object -> definition(object, columns))
                    .ifPresent(definition -> found.computeIfAbsent(definition, absent -> new ArrayList<>())
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
