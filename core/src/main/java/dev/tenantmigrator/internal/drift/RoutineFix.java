package dev.tenantmigrator.internal.drift;

import static dev.tenantmigrator.internal.drift.KindFix.changing;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Difference.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Functions, procedures and aggregates. */
final class RoutineFix implements KindFix {

    /** {@code CREATE OR REPLACE} does not change these. */
    private static final Set<String> FIXED = Set.of("kind", "arguments", "result");

    /** Settings whose value is a list of names, each quoted by itself. */
    private static final Set<String> LISTS = Set.of(
            "local_preload_libraries",
            "search_path",
            "session_preload_libraries",
            "shared_preload_libraries",
            "temp_tablespaces",
            "unix_socket_directories");

    private final Dependents dependents;

    RoutineFix(Dependents dependents) {
        this.dependents = dependents;
    }

    @Override
    public List<String> create(StructureRow row) {
        return List.of(row.kind() == TypeAndRoutineKinds.AGGREGATE ? aggregate(row) : routine(row, "CREATE "));
    }

    @Override
    public Optional<List<Statement>> change(StructureRow expected, StructureRow actual, String attribute) {
        if (row(expected) && !FIXED.contains(attribute)) {
            return changing(routine(expected, "CREATE OR REPLACE "));
        }
        List<String> statements = new ArrayList<>(drop(actual));
        statements.addAll(dependents.made(expected));
        return Optional.of(
                dependents.of(actual, ObjectName.beforeArguments(actual)).around(statements));
    }

    private static boolean row(StructureRow row) {
        return row.kind() != TypeAndRoutineKinds.AGGREGATE;
    }

    private static String aggregate(StructureRow row) {
        String arguments = row.get("arguments").filter(text -> !text.isEmpty()).orElse("*");
        boolean hypothetical = row.get("kind").equals(Optional.of("hypothetical-set"));
        return "CREATE AGGREGATE " + ObjectName.beforeArguments(row) + "(" + arguments + ") ("
                + row.get("definition").orElseThrow() + (hypothetical ? ", HYPOTHETICAL" : "") + ")";
    }

    private static String routine(StructureRow row, String create) {
        boolean procedure = row.kind() == TypeAndRoutineKinds.PROCEDURE;
        StringBuilder sql = new StringBuilder(create)
                .append(row.kind().name().toUpperCase(Locale.ROOT))
                .append(' ')
                .append(ObjectName.beforeArguments(row))
                .append('(')
                .append(row.get("arguments").orElse(""))
                .append(')');
        String language = row.get("language").orElseThrow();
        row.get("result").ifPresent(result -> sql.append(" RETURNS ").append(result));
        sql.append("\n LANGUAGE ").append(Sql.identifier(language));
        row.get("transforms")
                .map(types -> SqlParts.split(types, ", ").stream()
                        .map(type -> "FOR TYPE " + type)
                        .collect(Collectors.joining(", ", " TRANSFORM ", "")))
                .ifPresent(sql::append);
        row.get("kind").ifPresent(window -> sql.append(" WINDOW"));
        if (!procedure) {
            unless(row, "volatility", "VOLATILE", sql);
            unless(row, "null input", "CALLED ON NULL INPUT", sql);
            unless(row, "leakproof", "NOT LEAKPROOF", sql);
            unless(row, "parallel", "UNSAFE", "PARALLEL ", sql);
            unless(row, "cost", Set.of("c", "internal").contains(language) ? "1" : "100", "COST ", sql);
            unless(row, "rows", "1000", "ROWS ", sql);
            row.get("support").ifPresent(function -> sql.append(" SUPPORT ").append(function));
        }
        unless(row, "security", "SECURITY INVOKER", sql);
        row.get("settings").stream()
                .flatMap(String::lines)
                .map(RoutineFix::setting)
                .forEach(sql::append);
        return sql.append(body(row)).toString();
    }

    private static void unless(StructureRow row, String attribute, String usual, StringBuilder sql) {
        unless(row, attribute, usual, "", sql);
    }

    private static void unless(StructureRow row, String attribute, String usual, String prefix, StringBuilder sql) {
        row.get(attribute)
                .filter(value -> !value.equals(usual))
                .ifPresent(value -> sql.append(' ').append(prefix).append(value));
    }

    private static String setting(String setting) {
        String name = setting.substring(0, setting.indexOf('='));
        String value = setting.substring(name.length() + 1);
        String text = LISTS.contains(name) && !value.isEmpty()
                ? SqlParts.split(value, ",").stream()
                        .map(part -> Sql.literal(SqlParts.unquoted(part.strip())))
                        .collect(Collectors.joining(", "))
                : Sql.literal(value);
        return "\n SET " + name + " TO " + text;
    }

    private static String body(StructureRow row) {
        String body = row.get("body").orElseThrow();
        if (row.get("body form").equals(Optional.of("SQL"))) {
            return "\n" + body;
        }
        return "\nAS "
                + row.get("library").map(library -> Sql.literal(library) + ", ").orElse("") + Sql.literal(body);
    }
}
