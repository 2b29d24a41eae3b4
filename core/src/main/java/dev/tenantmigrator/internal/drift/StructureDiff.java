package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.Difference.Change;
import dev.tenantmigrator.report.Difference.Severity;
import dev.tenantmigrator.report.Difference.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Finds the differences between a tenant's objects and those of its definition, with the statements that remove them. */
final class StructureDiff {

    private static final Set<ObjectKind> WITH_PARTS =
            Set.of(RelationKinds.TABLE, RelationKinds.VIEW, RelationKinds.MATERIALIZED_VIEW);

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
    private final FixStatements statements;
    private final List<Difference> differences = new ArrayList<>();

    private StructureDiff(List<StructureRow> expected, List<StructureRow> actual, String schema) {
        this.expected = byKey(expected);
        this.actual = byKey(actual);
        this.statements = new FixStatements(schema, expected, actual);
    }

    /** The differences, sorted by kind and name. */
    static List<Difference> of(List<StructureRow> expected, List<StructureRow> actual, String schema) {
        return new StructureDiff(expected, actual, schema).find();
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
            StructureRow found = actual.get(key);
            if (found != null) {
                changed(row, found);
            } else if (!isPart(row, missing)) {
                differences.add(whole(row, Change.MISSING, statements.create(row)));
            }
        });
        actual.forEach((key, row) -> {
            if (!expected.containsKey(key) && !isPart(row, unexpected)) {
                differences.add(whole(row, Change.UNEXPECTED, statements.drop(row)));
            }
        });
        return differences;
    }

    /** The names of the relations that only one side has. */
    private static Set<String> relations(Map<Key, StructureRow> in, Map<Key, StructureRow> notIn) {
        return in.entrySet().stream()
                .filter(entry -> WITH_PARTS.contains(entry.getKey().kind()) && !notIn.containsKey(entry.getKey()))
                .flatMap(entry -> entry.getValue().table().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whether an object comes and goes with a relation that is reported. */
    private static boolean isPart(StructureRow row, Set<String> relations) {
        if (WITH_PARTS.contains(row.kind())) {
            return false;
        }
        if (row.kind() == RelationKinds.SEQUENCE) {
            String owner = row.get("owned by").orElse("");
            return owner.endsWith(" (identity)")
                    && relations.stream().anyMatch(table -> owner.startsWith(quoted(table) + "."));
        }
        return row.table().filter(relations::contains).isPresent();
    }

    /** As {@code quote_ident} writes the name, unless it is a keyword; those are found with quotes. */
    private static String quoted(String name) {
        return name.matches("[a-z_][a-z0-9_$]*") ? name : Sql.identifier(name);
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
        List<String> one = List.of(defined.split(", ", -1));
        List<String> other = List.of(present.split(", ", -1));
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
        return switch (attribute) {
            case "default" -> SqlText.isSameDefault(defined.get(), present.get());
            case "order" -> isSameOrder(defined.get(), present.get());
            case ObjectKind.COMMENT, ObjectKind.PRIVILEGES, "column privileges", "roles" -> defined.equals(present);
            case "body" ->
                defined.equals(present)
                        || (row.get("language").filter(SQL_LANGUAGES::contains).isPresent()
                                && SqlText.isSame(defined.get(), present.get()));
            default -> SqlText.isSame(defined.get(), present.get());
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
        boolean onlyMore =
                attribute.equals(ObjectKind.PRIVILEGES) && grants(present).containsAll(grants(defined));
        return onlyMore ? Severity.ADDITIVE : Severity.BREAKING;
    }

    /** Single privileges with their grantees. */
    private static Set<String> grants(Optional<String> privileges) {
        Set<String> grants = new HashSet<>();
        for (String entry : privileges.orElse("").split("; ", -1)) {
            int end = entry.lastIndexOf('=');
            Arrays.stream(entry.substring(end + 1).split(",", -1))
                    .forEach(privilege -> grants.add(entry.substring(0, end + 1) + privilege));
        }
        return grants;
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
