package dev.tenantmigrator.internal.drift;

import static dev.tenantmigrator.internal.drift.KindFix.changing;

import dev.tenantmigrator.report.Difference.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Views and materialized views. */
final class ViewFix implements KindFix {

    @Override
    public List<String> create(StructureRow view) {
        List<String> statements = new ArrayList<>(List.of(create(view, "CREATE ")));
        defaults(view, view.get("column defaults"), Optional.empty())
                .forEach(statement -> statements.add(statement.sql()));
        comments(view, view.get("column comments"), Optional.empty())
                .forEach(statement -> statements.add(statement.sql()));
        privileges(view, view.get("column privileges"), Optional.empty())
                .forEach(statement -> statements.add(statement.sql()));
        return statements;
    }

    private static String create(StructureRow view, String create) {
        return create + view.kind().name().toUpperCase(Locale.ROOT) + ' ' + view.object()
                + view.get("access method")
                        .filter(method -> !method.equals("heap"))
                        .map(method -> " USING " + method)
                        .orElse("")
                + KindFix.with(view.get("options"))
                + view.get("tablespace").map(space -> " TABLESPACE " + space).orElse("")
                + " AS\n" + view.get("definition").orElseThrow();
    }

    @Override
    public Optional<List<Statement>> change(StructureRow expected, StructureRow actual, String attribute) {
        String alter = "ALTER " + ObjectName.of(expected);
        Optional<String> value = expected.get(attribute);
        return switch (attribute) {
            case "definition", "columns" ->
                isReplaceable(expected, actual) ? changing(create(expected, "CREATE OR REPLACE ")) : Optional.empty();
            case "options" -> KindFix.options(alter, value, actual.get(attribute));
            case "access method" -> changing(alter + " SET ACCESS METHOD " + value.orElse("heap"));
            case "tablespace" -> changing(alter + " SET TABLESPACE " + value.orElse("pg_default"));
            case "column defaults" -> Optional.of(defaults(expected, value, actual.get(attribute)));
            case "column comments" -> Optional.of(comments(expected, value, actual.get(attribute)));
            default -> Optional.of(privileges(actual, value, actual.get(attribute)));
        };
    }

    /** A view can get more columns at its end. */
    private static boolean isReplaceable(StructureRow expected, StructureRow actual) {
        List<String> wanted = SqlParts.split(expected.get("columns").orElse(""), ", ");
        List<String> present = SqlParts.split(actual.get("columns").orElse(""), ", ");
        return expected.kind() == RelationKinds.VIEW
                && wanted.size() >= present.size()
                && wanted.subList(0, present.size()).equals(present);
    }

    private static List<Statement> defaults(StructureRow view, Optional<String> wanted, Optional<String> present) {
        return eachColumn(
                wanted,
                present,
                (column, value) -> "ALTER VIEW " + view.object() + " ALTER COLUMN " + column
                        + value.map(text -> " SET DEFAULT " + text).orElse(" DROP DEFAULT"));
    }

    /** Comments on the columns of a view or composite type. */
    static List<Statement> comments(StructureRow row, Optional<String> wanted, Optional<String> present) {
        return eachColumn(
                wanted,
                present,
                (column, value) -> "COMMENT ON COLUMN " + row.object() + '.' + column + " IS " + value.orElse("NULL"));
    }

    private interface Change {
        String sql(String column, Optional<String> value);
    }

    private static List<Statement> eachColumn(Optional<String> wanted, Optional<String> present, Change change) {
        Map<String, String> values = SqlParts.named(wanted, ", ", " ");
        Map<String, String> found = SqlParts.named(present, ", ", " ");
        TreeSet<String> columns = new TreeSet<>(values.keySet());
        columns.addAll(found.keySet());
        return columns.stream()
                .filter(column ->
                        !Optional.ofNullable(values.get(column)).equals(Optional.ofNullable(found.get(column))))
                .map(column -> new Statement(
                        change.sql(column, Optional.ofNullable(values.get(column))), found.containsKey(column)))
                .toList();
    }

    private static List<Statement> privileges(StructureRow view, Optional<String> wanted, Optional<String> present) {
        Map<String, String> values = SqlParts.named(wanted, ", ", " ");
        Map<String, String> found = SqlParts.named(present, ", ", " ");
        TreeSet<String> columns = new TreeSet<>(values.keySet());
        columns.addAll(found.keySet());
        return columns.stream()
                .flatMap(column -> new Privileges("", " (" + column + ")", ObjectName.ofGrant(view), view.owner())
                                .change(Optional.ofNullable(values.get(column)), Optional.ofNullable(found.get(column)))
                                .stream())
                .toList();
    }
}
