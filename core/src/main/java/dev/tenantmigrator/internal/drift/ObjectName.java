package dev.tenantmigrator.internal.drift;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Names of objects, as statements have them. */
final class ObjectName {

    private ObjectName() {}

    /** The table of one of its parts, quoted where needed. */
    static String table(StructureRow row) {
        return SqlParts.before(row.object(), ".");
    }

    /** The name of a part of a table or domain, without the table. */
    static String part(StructureRow row) {
        return SqlParts.after(row.object(), ".");
    }

    /** A routine's or operator's name without its arguments. */
    static String beforeArguments(StructureRow row) {
        return SqlParts.before(row.object(), "(").strip();
    }

    /** The object as {@code COMMENT ON} names it. */
    static String of(StructureRow row) {
        return switch (row.kind().name()) {
            case "table" -> (isForeign(row) ? "FOREIGN TABLE " : "TABLE ") + row.object();
            case "constraint", "trigger", "policy", "rule" -> word(row) + part(row) + " ON " + table(row);
            case "domain constraint" -> "CONSTRAINT " + part(row) + " ON DOMAIN " + table(row);
            case "function", "procedure", "aggregate" -> "ROUTINE " + row.object();
            case "enum", "composite type", "range type", "base type" -> "TYPE " + row.object();
            default -> word(row) + row.object();
        };
    }

    /** The object as {@code GRANT} names it. */
    static String ofGrant(StructureRow row) {
        return switch (row.kind().name()) {
            case "table", "view", "materialized view" -> "TABLE " + row.object();
            case "column" -> "TABLE " + table(row);
            case "domain" -> "TYPE " + row.object();
            default -> of(row);
        };
    }

    /** As {@code quote_ident} writes it, but for keywords, which look like plain names. */
    static String quoted(String name) {
        return Definition.isPlain(name) ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    /** The names by which statements refer to an object; none for one that they refer to in another way. */
    static List<String> words(String kind, String object) {
        return switch (kind) {
            case "column", "constraint", "trigger", "policy", "rule", "domain constraint" ->
                List.of(SqlParts.before(object, "."), SqlParts.after(object, "."));
            case "function", "procedure", "aggregate", "operator" ->
                List.of(SqlParts.before(object, "(").strip());
            case "operator class", "operator family" -> List.of(SqlParts.before(object, " USING "));
            case "schema",
                    "default privileges",
                    "cast",
                    "transform",
                    "published table",
                    "security label",
                    "extension",
                    "column order" -> List.of();
            default -> List.of(object);
        };
    }

    static boolean isForeign(StructureRow table) {
        return table.get("kind").equals(Optional.of("foreign"));
    }

    private static String word(StructureRow row) {
        return row.kind().name().toUpperCase(Locale.ROOT) + ' ';
    }
}
