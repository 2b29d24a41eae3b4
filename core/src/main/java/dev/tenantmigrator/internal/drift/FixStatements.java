package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Difference.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The statements that bring a tenant to its definition. Names in them have no schema, so the search path must begin with the tenant's.
 * Some fail because of the order. Run the differences in passes, and read the structure again before the next one: the statements of a
 * changed object all or none, those that make an object each by itself, as a table may be there before the one that its foreign key needs.
 */
final class FixStatements {

    /** In the order of creation. Those that are not named come before. */
    private static final List<String> ORDER = List.of(
            "sequence",
            "transform",
            "function",
            "procedure",
            "aggregate",
            "operator",
            "operator family",
            "operator class",
            "cast",
            "table",
            "column",
            "column order",
            "constraint",
            "index",
            "statistics",
            "view",
            "materialized view",
            "trigger",
            "policy",
            "rule",
            "published table",
            "security label");

    private final String schema;
    private final List<StructureRow> expected;
    private final List<StructureRow> defaultPrivileges;
    private final Optional<String> owner;
    private final Dependents dependents;
    private final Map<ObjectKind, KindFix> fixes = new HashMap<>();

    /**
     * For one tenant.
     *
     * @param schema the tenant, for the statements about the schema itself
     * @param expected all rows of the definition
     * @param actual all rows of the tenant
     * @param unwanted whether an object of the tenant is dropped
     */
    FixStatements(
            String schema, List<StructureRow> expected, List<StructureRow> actual, Predicate<StructureRow> unwanted) {
        this.schema = Sql.identifier(schema);
        this.expected = expected;
        this.defaultPrivileges = Stream.concat(expected.stream(), actual.stream())
                .filter(row -> row.kind() == OtherKinds.DEFAULT_PRIVILEGES)
                .toList();
        this.owner = actual.stream()
                .filter(row -> row.kind() == OtherKinds.SCHEMA)
                .findFirst()
                .flatMap(StructureRow::owner);
        this.dependents = new Dependents(
                expected,
                actual,
                unwanted,
                row -> make(row).stream().map(Statement::sql).toList(),
                row -> drop(row).stream().map(Statement::sql).toList());
        ColumnFix columns = new ColumnFix(expected, actual, dependents);
        StructureQuery.KINDS.forEach(kind -> fixes.put(kind, new OtherFix()));
        TypeAndRoutineKinds.ALL.forEach(kind -> fixes.put(kind, new TypeFix(actual, dependents)));
        for (ObjectKind kind :
                List.of(TypeAndRoutineKinds.FUNCTION, TypeAndRoutineKinds.PROCEDURE, TypeAndRoutineKinds.AGGREGATE)) {
            fixes.put(kind, new RoutineFix());
        }
        Stream.concat(TablePartKinds.ALL.stream(), Stream.of(OtherKinds.STATISTICS))
                .forEach(kind -> fixes.put(kind, new TablePartFix()));
        fixes.put(TablePartKinds.COLUMN, columns);
        fixes.put(TablePartKinds.COLUMN_ORDER, columns);
        fixes.put(TablePartKinds.CONSTRAINT, new ConstraintFix(expected, actual));
        fixes.put(TablePartKinds.INDEX, new ConstraintFix(expected, actual));
        fixes.put(RelationKinds.TABLE, new TableFix(expected, columns));
        fixes.put(RelationKinds.SEQUENCE, new SequenceFix(actual));
        fixes.put(RelationKinds.VIEW, new ViewFix());
        fixes.put(RelationKinds.MATERIALIZED_VIEW, new ViewFix());
    }

    /** The place of a kind in the order of creation; drops go the other way. */
    static int order(ObjectKind kind) {
        int place = ORDER.indexOf(kind.name());
        return place < 0 ? StructureQuery.KINDS.indexOf(kind) - StructureQuery.KINDS.size() : place;
    }

    /** Like {@link #order(ObjectKind)}; foreign keys need the keys of all tables. */
    static int order(StructureRow row) {
        return row.kind() == TablePartKinds.CONSTRAINT && row.get("type").equals(Optional.of("FOREIGN KEY"))
                ? ORDER.size()
                : order(row.kind());
    }

    /** Makes a missing object; a table, view or materialized view with all its parts. */
    List<Statement> create(StructureRow row) {
        return make(row).stream()
                .map(statement -> new Statement(statement.sql(), false))
                .toList();
    }

    private List<Statement> make(StructureRow row) {
        List<Statement> statements = new ArrayList<>(alone(row));
        if (RelationKinds.hasParts(row.kind())) {
            expected.stream()
                    .filter(part -> part.kind() != row.kind() && part.table().equals(row.table()))
                    .sorted(Comparator.comparingInt(FixStatements::order))
                    .forEach(part -> statements.addAll(
                            row.kind() == RelationKinds.TABLE && isInTable(part) ? extras(part) : alone(part)));
        }
        if (row.kind() == RelationKinds.TABLE) {
            expected.stream()
                    .filter(part -> SequenceFix.isOfIdentity(part, row))
                    .forEach(sequence -> statements.addAll(extras(sequence)));
            TableFix.replicaIdentity(row).forEach(sql -> statements.add(new Statement(sql, false)));
        }
        return statements;
    }

    private static boolean isInTable(StructureRow part) {
        return part.kind() == TablePartKinds.COLUMN || ConstraintFix.isInColumn(part);
    }

    private List<Statement> alone(StructureRow row) {
        if (row.kind() == OtherKinds.DEFAULT_PRIVILEGES) {
            return defaultPrivileges(row).change(row.get(ObjectKind.PRIVILEGES), Optional.empty());
        }
        List<Statement> statements = new ArrayList<>();
        fix(row).create(row).forEach(sql -> statements.add(new Statement(sql, false)));
        statements.addAll(extras(row));
        return statements;
    }

    /** The comment and the privileges. */
    private List<Statement> extras(StructureRow row) {
        List<Statement> statements = new ArrayList<>();
        if (row.kind().attributes().contains(ObjectKind.COMMENT)) {
            row.get(ObjectKind.COMMENT).ifPresent(comment -> statements.add(comment(row, Optional.of(comment), false)));
        }
        if (row.kind().attributes().contains(ObjectKind.PRIVILEGES)) {
            statements.addAll(Privileges.of(row).create(row, defaultPrivileges));
        }
        return statements;
    }

    /** Drops an unexpected object, with its parts. */
    List<Statement> drop(StructureRow row) {
        if (row.kind() == OtherKinds.DEFAULT_PRIVILEGES) {
            return defaultPrivileges(row).change(Optional.empty(), row.get(ObjectKind.PRIVILEGES));
        }
        return fix(row).drop(row).stream().map(sql -> new Statement(sql, true)).toList();
    }

    /** Brings one attribute to the expected value. One that comes with an object that is made again has no statements. */
    List<Statement> change(StructureRow wanted, StructureRow present, String attribute) {
        for (String other : wanted.kind().attributes()) {
            if (!wanted.get(other).equals(present.get(other)) && isMadeAgain(wanted, present, other)) {
                return other.equals(attribute) ? again(wanted, present) : List.of();
            }
        }
        return switch (attribute) {
            case ObjectKind.COMMENT ->
                List.of(comment(
                        wanted, wanted.get(attribute), present.get(attribute).isPresent()));
            case ObjectKind.PRIVILEGES -> privileges(present).change(wanted.get(attribute), present.get(attribute));
            default -> fix(wanted).change(wanted, present, attribute).orElseGet(() -> again(wanted, present));
        };
    }

    private boolean isMadeAgain(StructureRow wanted, StructureRow present, String attribute) {
        return !attribute.equals(ObjectKind.COMMENT)
                && !attribute.equals(ObjectKind.PRIVILEGES)
                && fix(wanted).change(wanted, present, attribute).isEmpty();
    }

    /** Drops an object that cannot be changed, and makes it again. */
    private List<Statement> again(StructureRow wanted, StructureRow present) {
        List<String> statements = Stream.concat(drop(present).stream(), make(wanted).stream())
                .map(Statement::sql)
                .toList();
        Dependents.Found found = switch (present.kind().name()) {
            case "constraint" -> dependents.ofKey(present);
            case "transform" ->
                dependents.of(present, SqlParts.before(present.object().substring("FOR ".length()), " LANGUAGE "));
            case "view",
                    "materialized view",
                    "collation",
                    "text search parser",
                    "text search template",
                    "text search dictionary" -> dependents.of(present, present.object());
            case "operator", "function", "procedure", "aggregate" ->
                dependents.of(present, ObjectName.beforeArguments(present));
            default -> dependents.none();
        };
        return found.around(statements);
    }

    private KindFix fix(StructureRow row) {
        return Objects.requireNonNull(fixes.get(row.kind()));
    }

    private Statement comment(StructureRow row, Optional<String> comment, boolean destructive) {
        String object = row.kind() == OtherKinds.SCHEMA ? "SCHEMA " + schema : ObjectName.of(row);
        return new Statement(
                "COMMENT ON " + object + " IS " + comment.map(Sql::literal).orElse("NULL"), destructive);
    }

    private Privileges privileges(StructureRow row) {
        return row.kind() == OtherKinds.SCHEMA
                ? new Privileges("", "", "SCHEMA " + schema, owner)
                : row.kind() == OtherKinds.DEFAULT_PRIVILEGES ? defaultPrivileges(row) : Privileges.of(row);
    }

    private Privileges defaultPrivileges(StructureRow row) {
        String name = SqlParts.before(row.object().substring("of ".length()), " for ");
        Optional<String> role = name.equals("owner") ? owner : Optional.of(name);
        return new Privileges(
                "ALTER DEFAULT PRIVILEGES "
                        + role.map(known -> "FOR ROLE " + known + ' ').orElse("") + "IN SCHEMA " + schema + ' ',
                "",
                SqlParts.after(row.object(), " for "),
                role);
    }
}
