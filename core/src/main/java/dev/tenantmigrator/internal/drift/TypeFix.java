package dev.tenantmigrator.internal.drift;

import static dev.tenantmigrator.internal.drift.KindFix.changing;
import static dev.tenantmigrator.internal.drift.KindFix.setting;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Difference.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Types, and the constraints of domains. */
final class TypeFix implements KindFix {

    /** The name of the old type while its columns are converted to the new one. */
    private static final String OLD = Sql.identifier("tenant migrator: old type");

    private static final String OLD_MULTIRANGE = Sql.identifier("tenant migrator: old multirange");
    private static final String MULTIRANGE = "MULTIRANGE_TYPE_NAME = ";

    private final List<StructureRow> actual;
    private final Dependents dependents;

    TypeFix(List<StructureRow> actual, Dependents dependents) {
        this.actual = actual;
        this.dependents = dependents;
    }

    @Override
    public List<String> create(StructureRow row) {
        String type = "CREATE TYPE " + row.object();
        return switch (row.kind().name()) {
            case "enum" -> List.of(type + " AS ENUM (" + row.get("labels").orElse("") + ")");
            case "composite type" ->
                Stream.concat(
                                Stream.of(type + " AS (" + row.get("columns").orElse("") + ")"),
                                ViewFix.comments(row, row.get("column comments"), Optional.empty()).stream()
                                        .map(Statement::sql))
                        .toList();
            case "range type" ->
                List.of(type + " AS RANGE (" + row.get("definition").orElseThrow() + ")");
            // Its functions take the type, so it must be there without them first.
            case "base type" ->
                List.of(type, type + " (" + row.get("definition").orElseThrow() + ")");
            case "domain" ->
                List.of("CREATE DOMAIN " + row.object() + " AS "
                        + row.get("type").orElseThrow()
                        + row.get("collation").map(name -> " COLLATE " + name).orElse("")
                        + row.get("default").map(value -> " DEFAULT " + value).orElse("")
                        + (row.get("nullability").equals(Optional.of("NOT NULL")) ? " NOT NULL" : ""));
            default ->
                List.of(domain(row) + "ADD CONSTRAINT " + ObjectName.part(row) + ' '
                        + row.get("definition").orElseThrow()
                        + (row.get("validated").equals(Optional.of("yes")) ? "" : " NOT VALID"));
        };
    }

    /** A base type and its functions depend on each other, so only CASCADE drops them. */
    @Override
    public List<String> drop(StructureRow row) {
        return switch (row.kind().name()) {
            case "base type" -> List.of();
            case "domain constraint" -> List.of(domain(row) + "DROP CONSTRAINT " + ObjectName.part(row));
            default -> KindFix.super.drop(row);
        };
    }

    private static String domain(StructureRow constraint) {
        return "ALTER DOMAIN " + ObjectName.table(constraint) + ' ';
    }

    @Override
    public Optional<List<Statement>> change(StructureRow expected, StructureRow present, String attribute) {
        Optional<String> value = expected.get(attribute);
        String alter = "ALTER DOMAIN " + expected.object() + ' ';
        return switch (attribute) {
            case "labels" -> Optional.of(labels(expected, present));
            case "columns" -> Optional.of(columns(expected, present));
            case "column comments" -> Optional.of(ViewFix.comments(expected, value, present.get(attribute)));
            case "nullability" ->
                value.equals(Optional.of("NULL"))
                        ? KindFix.adding(alter + "DROP NOT NULL")
                        : changing(alter + "SET NOT NULL");
            case "default" ->
                setting(
                        present,
                        attribute,
                        alter + value.map(text -> "SET DEFAULT " + text).orElse("DROP DEFAULT"));
            case "validated" ->
                value.equals(Optional.of("yes"))
                        ? changing(domain(expected) + "VALIDATE CONSTRAINT " + ObjectName.part(expected))
                        : Optional.empty();
            case "definition" ->
                expected.kind() == TypeAndRoutineKinds.RANGE_TYPE
                        ? Optional.of(replace(expected, present))
                        : Optional.empty();
            default -> Optional.of(replace(expected, present));
        };
    }

    /** Adds missing labels at their places; other labels need another type. */
    private List<Statement> labels(StructureRow expected, StructureRow present) {
        List<String> wanted = SqlParts.split(expected.get("labels").orElse(""), ", ");
        List<String> found =
                new ArrayList<>(SqlParts.split(present.get("labels").orElse(""), ", "));
        if (!wanted.stream().filter(found::contains).toList().equals(found)) {
            return replace(expected, present);
        }
        List<Statement> statements = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            if (!found.contains(wanted.get(i))) {
                String place = i > 0 ? " AFTER " + wanted.get(i - 1) : found.isEmpty() ? "" : " BEFORE " + found.get(0);
                statements.add(new Statement(
                        "ALTER TYPE " + expected.object() + " ADD VALUE " + wanted.get(i) + place, false));
            }
        }
        return statements;
    }

    private List<Statement> columns(StructureRow expected, StructureRow present) {
        Map<String, String> wanted = SqlParts.named(expected.get("columns"), ", ", " ");
        Map<String, String> found = SqlParts.named(present.get("columns"), ", ", " ");
        List<String> kept = found.keySet().stream().filter(wanted::containsKey).toList();
        boolean retyped = kept.stream().anyMatch(name -> !Objects.equals(wanted.get(name), found.get(name)));
        boolean appended = List.copyOf(wanted.keySet()).subList(0, kept.size()).equals(kept);
        if (!appended || (retyped && !users(present.object()).isEmpty())) {
            return replace(expected, present);
        }
        String alter = "ALTER TYPE " + expected.object();
        List<Statement> statements = new ArrayList<>();
        found.keySet().stream()
                .filter(name -> !wanted.containsKey(name))
                .forEach(name -> statements.add(new Statement(alter + " DROP ATTRIBUTE " + name, true)));
        wanted.forEach((name, type) -> {
            if (!found.containsKey(name)) {
                statements.add(new Statement(alter + " ADD ATTRIBUTE " + name + ' ' + type, false));
            } else if (!type.equals(found.get(name))) {
                statements.add(new Statement(alter + " ALTER ATTRIBUTE " + name + " TYPE " + type, true));
            }
        });
        return statements;
    }

    private List<StructureRow> users(String type) {
        return actual.stream().filter(row -> ColumnFix.isOfType(row, type)).toList();
    }

    /** Makes the type anew and converts the columns that use it. */
    private List<Statement> replace(StructureRow expected, StructureRow present) {
        List<String> statements = new ArrayList<>();
        List<StructureRow> users = users(present.object());
        users.stream()
                .filter(column -> column.get("default").isPresent())
                .forEach(column -> statements.addAll(ColumnFix.dropDefault(column)));
        statements.add("ALTER TYPE " + present.object() + " RENAME TO " + OLD);
        if (present.kind() == TypeAndRoutineKinds.RANGE_TYPE) {
            String multirange = SqlParts.after(present.get("definition").orElseThrow(), MULTIRANGE);
            statements.add("ALTER TYPE " + SqlParts.before(multirange, ", ") + " RENAME TO " + OLD_MULTIRANGE);
        }
        statements.addAll(dependents.made(expected));
        users.forEach(column -> statements.addAll(ColumnFix.convert(column)));
        statements.add("DROP TYPE " + OLD);
        return dependents.of(present, present.object()).around(statements);
    }
}
