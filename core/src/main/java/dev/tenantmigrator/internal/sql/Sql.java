package dev.tenantmigrator.internal.sql;

/** Puts names and values into SQL text; nothing else in the library does. */
public final class Sql {

    private Sql() {}

    /**
     * A name as a quoted identifier (PostgreSQL documentation, "Identifiers and Key Words").
     *
     * @throws IllegalArgumentException when the name is empty or holds a NUL, which no identifier can
     */
    public static String identifier(String name) {
        if (name.isEmpty() || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("not an identifier: empty, or holds a NUL character");
        }
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** A schema-qualified name. */
    public static String qualified(String schema, String name) {
        return identifier(schema) + '.' + identifier(name);
    }

    /**
     * A value as a string constant that means the same whatever {@code standard_conforming_strings} says.
     *
     * @throws IllegalArgumentException when the value holds a NUL, which no text can
     */
    public static String literal(String value) {
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("not a text value: holds a NUL character");
        }
        String doubled = value.replace("'", "''");
        return doubled.indexOf('\\') < 0 ? "'" + doubled + "'" : " E'" + doubled.replace("\\", "\\\\") + "'";
    }

    /** A value as a string constant without line breaks, so that it stays on its line. */
    public static String literalOnOneLine(String value) {
        if (value.indexOf('\n') < 0 && value.indexOf('\r') < 0) {
            return literal(value);
        }
        String doubled = value.replace("\\", "\\\\").replace("'", "''");
        return " E'" + doubled.replace("\n", "\\n").replace("\r", "\\r") + "'";
    }
}
