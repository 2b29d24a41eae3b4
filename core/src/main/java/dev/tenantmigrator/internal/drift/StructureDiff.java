package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.Difference.Change;
import dev.tenantmigrator.report.Difference.Severity;
import dev.tenantmigrator.report.Difference.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Finds the differences between a tenant's objects and those of its definition, with the statements that remove them. */
final class StructureDiff {

    /** More of these may refuse what the application does. */
    private static final Set<ObjectKind> RESTRICTING = Set.of(
            TablePartKinds.CONSTRAINT,
            TypeAndRoutineKinds.DOMAIN_CONSTRAINT,
            TablePartKinds.TRIGGER,
            TablePartKinds.POLICY,
            TablePartKinds.RULE);

    /** No statement of the application sees these attributes. */
    private static final Set<String> UNSEEN = Set.of(
            ObjectKind.COMMENT,
            "column comments",
            "storage",
            "compression",
            "statistics target",
            "target",
            "options",
            "tablespace",
            "clustered",
            "access method",
            "cost",
            "rows",
            "support",
            "cache",
            "parallel",
            "order");

    /** Elsewhere white space, quotes and what looks like a comment may mean something. */
    private static final Set<String> SQL_LANGUAGES = Set.of("sql", "plpgsql");

    private static final Set<ObjectKind> UNSEEN_KINDS = Set.of(OtherKinds.STATISTICS, OtherKinds.SECURITY_LABEL);

    private record Key(ObjectKind kind, String object) {}

    private final Map<Key, StructureRow> expected;
    private final Map<Key, StructureRow> actual;
    private final IgnoredObjects ignored;
    private final FixStatements statements;
    private final List<Difference> differences = new ArrayList<>();

    private StructureDiff(
            List<StructureRow> expected, List<StructureRow> actual, String schema, IgnoredObjects ignored) {
        this.expected = byKey(expected);
        this.actual = byKey(actual);
        this.ignored = ignored;
        this.statements = new FixStatements(schema, expected, actual, this::isUnwanted);
    }

    /** The differences without those that are ignored, sorted by kind and name. */
    static List<Difference> of(
            List<StructureRow> expected, List<StructureRow> actual, String schema, IgnoredObjects ignored) {
        return ignored.remove(new StructureDiff(expected, actual, schema, ignored).find());
    }

    /** Whether an object of the tenant is dropped by a repair, alone or with its table or view. */
    private boolean isUnwanted(StructureRow row) {
        return relationOf(row)
                .filter(relation -> isUnexpected(relation.kind(), relation.object()))
                .map(relation -> !ignored.has(relation.kind().name(), relation.object()))
                .orElseGet(() -> isUnexpected(row.kind(), row.object())
                        && cloneOf(row, expected, actual).isEmpty()
                        && !ignored.has(row.kind().name(), row.object()));
    }

    private Optional<StructureRow> relationOf(StructureRow row) {
        return row.table()
                .flatMap(table -> RelationKinds.ALL.stream()
                        .map(kind -> actual.get(new Key(kind, ObjectName.quoted(table))))
                        .filter(Objects::nonNull)
                        .findFirst());
    }

    private static Map<Key, StructureRow> byKey(List<StructureRow> rows) {
        Map<Key, StructureRow> map = new LinkedHashMap<>();
        rows.stream()
                .sorted(Comparator.<StructureRow>comparingInt(FixStatements::order)
                        .thenComparing(StructureRow::object))
                .forEach(row -> map.put(new Key(row.kind(), row.object()), row));
        return map;
    }

    private List<Difference> find() {
        Set<String> missing = relations(expected, actual);
        Set<String> unexpected = relations(actual, expected);
        expected.forEach((key, row) -> {
            Optional<StructureRow> found = isPart(row, missing)
                    ? Optional.empty()
                    : Optional.ofNullable(actual.get(key)).or(() -> cloneOf(row, actual, expected));
            if (found.isPresent()) {
                changed(row, found.get());
            } else if (!isPart(row, missing)) {
                differences.add(whole(row, Change.MISSING, statements.create(row)));
            }
        });
        actual.forEach((key, row) -> {
            StructureRow defined = expected.get(key);
            // An index may have the name of one that comes with a missing table.
            if (defined != null && !isPart(defined, missing)) {
                return;
            }
            Optional<StructureRow> wanted = cloneOf(row, expected, actual);
            if (wanted.isPresent()) {
                changed(wanted.get(), row);
            } else if (!isPart(row, unexpected) && !goesWithColumn(row)) {
                differences.add(whole(row, Change.UNEXPECTED, statements.drop(row)));
            }
        });
        return differences;
    }

    /** A partition's trigger that comes from its parent, on the side where it is no object because it has the parent's state. */
    private static Optional<StructureRow> cloneOf(
            StructureRow row, Map<Key, StructureRow> side, Map<Key, StructureRow> other) {
        if (row.kind() != TablePartKinds.TRIGGER || parent(row, other).isEmpty()) {
            return Optional.empty();
        }
        return parent(row, side)
                .flatMap(parent ->
                        Optional.ofNullable(side.get(new Key(row.kind(), parent + '.' + ObjectName.part(row)))))
                .map(trigger -> {
                    List<Optional<String>> values = new ArrayList<>(row.attributes());
                    values.set(row.kind().attributes().indexOf("state"), trigger.get("state"));
                    return new StructureRow(row.kind(), row.object(), row.table(), values, row.owner());
                });
    }

    private static Optional<String> parent(StructureRow trigger, Map<Key, StructureRow> side) {
        return Optional.ofNullable(side.get(new Key(RelationKinds.TABLE, ObjectName.table(trigger))))
                .flatMap(table -> table.get("partition of"))
                .map(parent -> SqlParts.before(parent, " "));
    }

    /** The names of the relations that only one side has. */
    private static Set<String> relations(Map<Key, StructureRow> in, Map<Key, StructureRow> notIn) {
        return in.entrySet().stream()
                .filter(entry -> RelationKinds.hasParts(entry.getKey().kind()) && !notIn.containsKey(entry.getKey()))
                .flatMap(entry -> entry.getValue().table().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whether it is a sequence that is dropped with an unexpected table or column. */
    private boolean goesWithColumn(StructureRow row) {
        return row.kind() == RelationKinds.SEQUENCE
                && SequenceFix.owner(row)
                        .filter(column -> isUnexpected(TablePartKinds.COLUMN, column))
                        .isPresent();
    }

    private boolean isUnexpected(ObjectKind kind, String object) {
        Key key = new Key(kind, object);
        return actual.containsKey(key) && !expected.containsKey(key);
    }

    /** Whether an object comes and goes with a relation that is reported. */
    private static boolean isPart(StructureRow row, Set<String> relations) {
        if (RelationKinds.hasParts(row.kind())) {
            return false;
        }
        if (row.kind() == RelationKinds.SEQUENCE) {
            return SequenceFix.isIdentity(row)
                    && SequenceFix.owner(row)
                            .filter(column -> relations.contains(SqlParts.unquoted(SqlParts.before(column, "."))))
                            .isPresent();
        }
        return row.table().filter(relations::contains).isPresent();
    }

    private void changed(StructureRow row, StructureRow found) {
        for (String attribute : row.kind().attributes()) {
            Optional<String> defined = row.get(attribute);
            Optional<String> present = found.get(attribute);
            if (!isSame(row, attribute, defined, present)) {
                differences.add(new Difference(
                        row.kind().name(),
                        row.object(),
                        Change.CHANGED,
                        severity(row, attribute, defined, present),
                        Optional.of(attribute),
                        defined,
                        present,
                        statements.change(row, found, attribute)));
            }
        }
    }

    /** Columns that only one side has are differences of their own. */
    private static boolean isSameOrder(String defined, String present) {
        List<String> one = SqlParts.split(defined, ", ");
        List<String> other = SqlParts.split(present, ", ");
        return one.stream()
                .filter(other::contains)
                .toList()
                .equals(other.stream().filter(one::contains).toList());
    }

    private static boolean isSame(
            StructureRow row, String attribute, Optional<String> defined, Optional<String> present) {
        if (defined.isEmpty() || present.isEmpty()) {
            return defined.isEmpty() && present.isEmpty();
        }
        if (defined.equals(present)) {
            return true;
        }
        // PostgreSQL writes all other text, so it is equal where it means the same.
        return switch (attribute) {
            case "default" -> SqlText.isSameDefault(defined.get(), present.get());
            case "columns" ->
                // They stand in the order of the table's columns, which is compared by itself.
                row.kind() == OtherKinds.STATISTICS
                        && Set.copyOf(SqlParts.split(defined.get(), ", "))
                                .equals(Set.copyOf(SqlParts.split(present.get(), ", ")));
            case "order" -> isSameOrder(defined.get(), present.get());
            case "body" ->
                row.get("language").filter(SQL_LANGUAGES::contains).isPresent()
                        && SqlText.isSame(defined.get(), present.get());
            case "settings" ->
                defined.get().replace("\"", "").equals(present.get().replace("\"", ""));
            default -> false;
        };
    }

    private static Difference whole(StructureRow row, Change change, List<Statement> statements) {
        return new Difference(
                row.kind().name(),
                row.object(),
                change,
                severity(row, change),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                statements);
    }

    private static Severity severity(
            StructureRow row, String attribute, Optional<String> defined, Optional<String> present) {
        if (UNSEEN.contains(attribute) || UNSEEN_KINDS.contains(row.kind())) {
            return Severity.INFO;
        }
        boolean onlyMore = attribute.equals(ObjectKind.PRIVILEGES) && Privileges.includes(present, defined);
        return onlyMore ? Severity.ADDITIVE : Severity.BREAKING;
    }

    private static Severity severity(StructureRow row, Change change) {
        if (UNSEEN_KINDS.contains(row.kind())) {
            return Severity.INFO;
        }
        boolean unique = row.kind() == TablePartKinds.INDEX
                && row.get("definition").orElse("").startsWith("CREATE UNIQUE ");
        return change == Change.MISSING || unique || RESTRICTING.contains(row.kind())
                ? Severity.BREAKING
                : Severity.ADDITIVE;
    }
}
