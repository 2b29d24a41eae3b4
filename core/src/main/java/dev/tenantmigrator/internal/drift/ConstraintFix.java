package dev.tenantmigrator.internal.drift;

import static dev.tenantmigrator.internal.drift.KindFix.adding;
import static dev.tenantmigrator.internal.drift.KindFix.changing;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Difference.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Constraints of tables, and indexes. */
final class ConstraintFix implements KindFix {

    private static final Optional<String> YES = Optional.of("yes");

    private final List<StructureRow> expected;
    private final List<StructureRow> actual;

    ConstraintFix(List<StructureRow> expected, List<StructureRow> actual) {
        this.expected = expected;
        this.actual = actual;
    }

    @Override
    public List<String> create(StructureRow row) {
        List<String> statements = new ArrayList<>();
        if (row.kind() == TablePartKinds.INDEX) {
            String definition = row.get("definition").orElseThrow();
            // With its counterparts on partitions, without which it is not valid.
            statements.add(row.get("valid").equals(YES) ? definition.replaceFirst(" ON ONLY ", " ON ") : definition);
            row.get("statistics target").ifPresent(targets -> statements.addAll(targets(row, targets, "")));
        } else {
            if (isNotNull(row) && isNotNullIn(actual, row)) {
                // The constraint that is there has another name, which is not known.
                statements.add(alterColumn(row) + "DROP NOT NULL");
            }
            statements.add(add(row));
            row.get("options")
                    .ifPresent(options -> statements.add("ALTER INDEX " + index(row) + " SET"
                            + KindFix.with(Optional.of(options)).substring(5)));
        }
        row.get("tablespace").ifPresent(space -> statements.add(tablespace(row, space)));
        row.get("clustered").ifPresent(yes -> statements.add(cluster(row)));
        return statements;
    }

    @Override
    public List<String> drop(StructureRow row) {
        if (row.kind() == TablePartKinds.INDEX) {
            return KindFix.super.drop(row);
        }
        String drop = ColumnFix.alterTable(row) + "DROP CONSTRAINT " + ObjectName.part(row);
        return isNotNull(row) && isNotNullIn(expected, row)
                ? List.of(drop, alterColumn(row) + "SET NOT NULL")
                : List.of(drop);
    }

    /** Adds a constraint. */
    static String add(StructureRow row) {
        String definition = row.get("definition").orElseThrow();
        boolean notValid = !row.get("validated").equals(YES) && !definition.endsWith(" NOT ENFORCED");
        return ColumnFix.alterTable(row) + "ADD CONSTRAINT " + ObjectName.part(row) + ' ' + definition
                + (notValid ? " NOT VALID" : "");
    }

    /** Whether the constraint comes with the definition of its column. */
    static boolean isInColumn(StructureRow row) {
        return row.kind() == TablePartKinds.CONSTRAINT && isNotNull(row);
    }

    /** The column of a NOT NULL constraint. */
    static String column(StructureRow constraint) {
        String definition = constraint.get("definition").orElseThrow().substring("NOT NULL ".length());
        return SqlParts.before(definition, " NO INHERIT");
    }

    private static boolean isNotNull(StructureRow row) {
        return row.get("type").equals(Optional.of("NOT NULL"));
    }

    private static boolean isNotNullIn(List<StructureRow> rows, StructureRow constraint) {
        return rows.stream()
                .anyMatch(row -> row.kind() == TablePartKinds.COLUMN
                        && row.table().equals(constraint.table())
                        && ObjectName.part(row).equals(column(constraint))
                        && !row.get("nullability").equals(Optional.of("NULL")));
    }

    private static String alterColumn(StructureRow constraint) {
        return ColumnFix.alterTable(constraint) + "ALTER COLUMN " + column(constraint) + ' ';
    }

    @Override
    public Optional<List<Statement>> change(StructureRow wanted, StructureRow present, String attribute) {
        Optional<String> value = wanted.get(attribute);
        return switch (attribute) {
            case "validated" ->
                value.equals(YES)
                        ? adding(ColumnFix.alterTable(wanted) + "VALIDATE CONSTRAINT " + ObjectName.part(wanted))
                        : Optional.empty();
            case "valid" ->
                value.equals(YES) && !isOnPartitions(wanted)
                        ? adding("REINDEX INDEX " + wanted.object())
                        : Optional.empty();
            case "options" -> KindFix.options("ALTER INDEX " + index(wanted), value, present.get(attribute));
            case "tablespace" -> changing(tablespace(wanted, value.orElse("pg_default")));
            case "clustered" ->
                value.equals(YES)
                        ? adding(cluster(wanted))
                        : changing("ALTER TABLE " + table(wanted) + " SET WITHOUT CLUSTER");
            case "statistics target" ->
                KindFix.setting(
                        present,
                        attribute,
                        targets(wanted, value.orElse(""), present.get(attribute).orElse(""))
                                .toArray(String[]::new));
            default -> Optional.empty();
        };
    }

    private static boolean isOnPartitions(StructureRow index) {
        return index.get("definition").orElse("").contains(" ON ONLY ");
    }

    private static String index(StructureRow row) {
        return row.kind() == TablePartKinds.INDEX ? row.object() : ObjectName.part(row);
    }

    private static String tablespace(StructureRow row, String name) {
        return "ALTER INDEX " + index(row) + " SET TABLESPACE " + Sql.identifier(name);
    }

    private static String cluster(StructureRow row) {
        return "ALTER TABLE " + table(row) + " CLUSTER ON " + index(row);
    }

    private static String table(StructureRow row) {
        return row.kind() == TablePartKinds.INDEX ? Sql.identifier(row.table().orElseThrow()) : ObjectName.table(row);
    }

    private static List<String> targets(StructureRow index, String wanted, String present) {
        Map<String, String> targets = SqlParts.named(Optional.of(wanted), ", ", "=");
        Map<String, String> found = SqlParts.named(Optional.of(present), ", ", "=");
        return Stream.concat(found.keySet().stream(), targets.keySet().stream())
                .distinct()
                .map(column -> "ALTER INDEX " + index.object() + " ALTER COLUMN " + column + " SET STATISTICS "
                        + targets.getOrDefault(column, "-1"))
                .toList();
    }
}
