package dev.tenantmigrator.internal.drift;

import static dev.tenantmigrator.internal.drift.KindFix.adding;
import static dev.tenantmigrator.internal.drift.KindFix.changing;
import static dev.tenantmigrator.internal.drift.KindFix.setting;

import dev.tenantmigrator.report.Difference.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Triggers, rules, policies, published tables and extended statistics. */
final class TablePartFix implements KindFix {

    private static final String ENABLED = "enabled";

    @Override
    public List<String> create(StructureRow row) {
        return switch (row.kind().name()) {
            case "policy" -> List.of(policy(row));
            case "published table" -> List.of(publication(row) + "ADD " + published(row));
            case "statistics" -> statistics(row);
            default -> {
                List<String> statements =
                        new ArrayList<>(List.of(row.get("definition").orElseThrow()));
                row.get("state")
                        .filter(state -> !state.equals(ENABLED))
                        .ifPresent(state -> statements.add(state(row, state)));
                yield statements;
            }
        };
    }

    @Override
    public List<String> drop(StructureRow row) {
        return row.kind() == TablePartKinds.PUBLISHED
                ? List.of(publication(row) + "DROP TABLE " + SqlParts.before(row.object(), " in publication "))
                : KindFix.super.drop(row);
    }

    @Override
    public Optional<List<Statement>> change(StructureRow expected, StructureRow actual, String attribute) {
        Optional<String> value = expected.get(attribute);
        return switch (attribute) {
            case "state" -> {
                String sql = state(expected, value.orElse(ENABLED));
                yield actual.get(attribute).equals(Optional.of("disabled")) ? adding(sql) : changing(sql);
            }
            case "roles" -> changing(alterPolicy(expected) + "TO " + value.orElse("PUBLIC"));
            case "using" ->
                value.flatMap(text -> setting(actual, attribute, alterPolicy(expected) + "USING (" + text + ")"));
            case "check" ->
                value.flatMap(text -> setting(actual, attribute, alterPolicy(expected) + "WITH CHECK (" + text + ")"));
            case "target" -> setting(actual, attribute, target(expected, value.orElse("-1")));
            default -> Optional.empty();
        };
    }

    private static String policy(StructureRow row) {
        return "CREATE POLICY " + ObjectName.part(row) + " ON " + ObjectName.table(row) + " AS "
                + row.get("type").orElseThrow() + " FOR " + row.get("command").orElseThrow() + " TO "
                + row.get("roles").orElse("PUBLIC")
                + row.get("using").map(text -> " USING (" + text + ")").orElse("")
                + row.get("check").map(text -> " WITH CHECK (" + text + ")").orElse("");
    }

    private static String alterPolicy(StructureRow row) {
        return "ALTER POLICY " + ObjectName.part(row) + " ON " + ObjectName.table(row) + ' ';
    }

    private static String state(StructureRow row, String state) {
        String action = Map.of(ENABLED, "ENABLE ", "disabled", "DISABLE ", "replica", "ENABLE REPLICA ")
                .getOrDefault(state, "ENABLE ALWAYS ");
        return ColumnFix.alterTable(row)
                + action
                + row.kind().name().toUpperCase(Locale.ROOT)
                + ' '
                + ObjectName.part(row);
    }

    private static String publication(StructureRow row) {
        return "ALTER PUBLICATION " + SqlParts.after(row.object(), " in publication ") + ' ';
    }

    private static String published(StructureRow row) {
        return "TABLE " + SqlParts.before(row.object(), " in publication ")
                + row.get("columns").map(columns -> " (" + columns + ")").orElse("")
                + row.get("condition")
                        .map(condition -> " WHERE (" + condition + ")")
                        .orElse("");
    }

    private static List<String> statistics(StructureRow row) {
        List<String> statements = new ArrayList<>();
        statements.add("CREATE STATISTICS " + row.object()
                + row.get("kinds").map(kinds -> " (" + kinds + ")").orElse("") + " ON "
                + row.get("columns").orElseThrow() + " FROM " + row.get("table").orElseThrow());
        row.get("target").ifPresent(target -> statements.add(target(row, target)));
        return statements;
    }

    private static String target(StructureRow row, String target) {
        return "ALTER STATISTICS " + row.object() + " SET STATISTICS " + target;
    }
}
