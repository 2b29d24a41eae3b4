package dev.tenantmigrator.internal.drift;

import static dev.tenantmigrator.internal.drift.KindFix.changing;
import static dev.tenantmigrator.internal.drift.KindFix.setting;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Difference.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Kinds of objects that few tenants have. */
final class OtherFix implements KindFix {

    private static final Optional<String> YES = Optional.of("yes");

    @Override
    public List<String> create(StructureRow row) {
        String create = "CREATE " + ObjectName.of(row);
        return switch (row.kind().name()) {
            case "collation" -> List.of(create + " (" + collation(row) + ")");
            case "conversion" ->
                List.of("CREATE " + (row.get("default").equals(YES) ? "DEFAULT " : "") + "CONVERSION " + row.object()
                        + " FOR " + row.get("definition").orElseThrow());
            case "operator" ->
                List.of("CREATE OPERATOR " + ObjectName.beforeArguments(row) + " ("
                        + row.get("definition").orElseThrow() + ")");
            case "operator family" ->
                Stream.concat(Stream.of(create), members(row, Optional.empty()).stream())
                        .toList();
            case "operator class" -> List.of(operatorClass(row));
            case "cast" -> List.of(create + ' ' + row.get("definition").orElseThrow());
            case "transform", "text search parser", "text search template" ->
                List.of(create + " (" + row.get("definition").orElseThrow() + ")");
            case "text search configuration" ->
                Stream.concat(
                                Stream.of(create + " (PARSER = "
                                        + row.get("parser").orElseThrow() + ")"),
                                mappings(row, Optional.empty()).stream())
                        .toList();
            case "text search dictionary" ->
                List.of(create + " (TEMPLATE = " + row.get("template").orElseThrow()
                        + row.get("options").map(options -> ", " + options).orElse("") + ")");
            case "extension" ->
                List.of(create + " VERSION " + Sql.literal(row.get("version").orElseThrow()));
            default -> List.of();
        };
    }

    /** Labels need a provider, and the schema itself stays. */
    @Override
    public List<String> drop(StructureRow row) {
        return switch (row.kind().name()) {
            case "schema", "security label" -> List.of();
            default -> KindFix.super.drop(row);
        };
    }

    @Override
    public Optional<List<Statement>> change(StructureRow expected, StructureRow actual, String attribute) {
        String alter = "ALTER " + ObjectName.of(expected);
        return switch (expected.kind().name() + ' ' + attribute) {
            case "transform definition" ->
                changing("CREATE OR REPLACE " + ObjectName.of(expected) + " ("
                        + expected.get(attribute).orElseThrow() + ")");
            case "operator family loose members" ->
                changing(members(expected, actual.get(attribute)).toArray(String[]::new));
            case "text search configuration mappings" ->
                setting(
                        actual,
                        attribute,
                        mappings(expected, actual.get(attribute)).toArray(String[]::new));
            case "text search dictionary options" -> dictionary(alter, expected.get(attribute), actual.get(attribute));
            case "extension version" ->
                changing(alter + " UPDATE TO "
                        + Sql.literal(expected.get(attribute).orElseThrow()));
            case "security label label" -> Optional.of(List.of());
            default -> Optional.empty();
        };
    }

    private static String collation(StructureRow row) {
        Map<String, String> columns = Stream.of(
                        row.get("definition").orElseThrow().split(", (?=coll[a-z]+=)", -1))
                .collect(Collectors.toMap(
                        item -> item.substring(0, item.indexOf('=')), item -> item.substring(item.indexOf('=') + 1)));
        List<String> options = new ArrayList<>();
        String provider = Map.of("c", "libc", "i", "icu", "b", "builtin")
                .getOrDefault(columns.getOrDefault("collprovider", ""), "libc");
        options.add("PROVIDER = " + provider);
        option(columns, "colliculocale", "LOCALE", options);
        option(columns, "colllocale", "LOCALE", options);
        option(columns, "collcollate", "LC_COLLATE", options);
        option(columns, "collctype", "LC_CTYPE", options);
        option(columns, "collicurules", "RULES", options);
        if (columns.getOrDefault("collisdeterministic", "true").equals("false")) {
            options.add("DETERMINISTIC = false");
        }
        return String.join(", ", options);
    }

    private static void option(Map<String, String> columns, String column, String option, List<String> options) {
        if (columns.containsKey(column)) {
            options.add(option + " = " + Sql.literal(columns.get(column)));
        }
    }

    private static String operatorClass(StructureRow row) {
        List<String> items = SqlParts.split(row.get("members").orElse(""), ", ");
        String storage =
                "STORAGE " + row.get("storage").or(() -> row.get("type")).orElseThrow();
        List<String> parts = row.get("storage").isPresent() || items.isEmpty()
                ? Stream.concat(items.stream(), Stream.of(storage)).toList()
                : items;
        return "CREATE OPERATOR CLASS " + SqlParts.before(row.object(), " USING ")
                + (row.get("default").equals(YES) ? " DEFAULT" : "") + " FOR TYPE "
                + row.get("type").orElseThrow() + " USING " + SqlParts.after(row.object(), " USING ")
                + row.get("family").map(family -> " FAMILY " + family).orElse("") + " AS " + String.join(", ", parts);
    }

    private static List<String> members(StructureRow family, Optional<String> present) {
        List<String> wanted = SqlParts.split(family.get("loose members").orElse(""), ", ");
        List<String> found = SqlParts.split(present.orElse(""), ", ");
        String alter = "ALTER OPERATOR FAMILY " + family.object();
        return Stream.concat(
                        found.stream()
                                .filter(member -> !wanted.contains(member))
                                .map(member -> alter + " DROP " + withoutName(member)),
                        wanted.stream()
                                .filter(member -> !found.contains(member))
                                .map(member -> alter + " ADD " + member))
                .toList();
    }

    /** {@code FUNCTION 1 (a, b) f(a, b)} is dropped as {@code FUNCTION 1 (a, b)}, {@code OPERATOR 1 <(a, b)} as {@code OPERATOR 1 (a, b)}. */
    private static String withoutName(String member) {
        List<String> words = SqlParts.split(member, " ");
        String types = words.get(0).equals("FUNCTION")
                ? words.get(2)
                : words.get(2).substring(words.get(2).lastIndexOf('('));
        return words.get(0) + ' ' + words.get(1) + ' ' + types;
    }

    private static List<String> mappings(StructureRow configuration, Optional<String> present) {
        Map<String, String> wanted = SqlParts.named(configuration.get("mappings"), "; ", " WITH ");
        Map<String, String> found = SqlParts.named(present, "; ", " WITH ");
        TreeSet<String> tokens = new TreeSet<>(wanted.keySet());
        tokens.addAll(found.keySet());
        return tokens.stream()
                .filter(token -> !Optional.ofNullable(wanted.get(token)).equals(Optional.ofNullable(found.get(token))))
                .map(token -> "ALTER " + ObjectName.of(configuration)
                        + (!wanted.containsKey(token) ? " DROP" : found.containsKey(token) ? " ALTER" : " ADD")
                        + " MAPPING FOR " + token
                        + (wanted.containsKey(token) ? " WITH " + wanted.get(token) : ""))
                .toList();
    }

    /** Options that are not named keep their values, so one that is too much is named without a value. */
    private static Optional<List<Statement>> dictionary(
            String alter, Optional<String> wanted, Optional<String> present) {
        Map<String, String> values = SqlParts.named(wanted, ", ", " = ");
        Map<String, String> found = SqlParts.named(present, ", ", " = ");
        String options = Stream.concat(
                        found.keySet().stream().filter(name -> !values.containsKey(name)),
                        values.entrySet().stream().map(option -> option.getKey() + " = " + option.getValue()))
                .collect(Collectors.joining(", "));
        return changing(alter + " (" + options + ")");
    }
}
