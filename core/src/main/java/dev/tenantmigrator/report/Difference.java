package dev.tenantmigrator.report;

import java.util.List;
import java.util.Optional;

/**
 * A difference between a tenant's structure and its definition.
 *
 * @param kind the kind of object as PostgreSQL names it, e.g. {@code table}, {@code column}, {@code index}
 * @param object its name without the schema, quoted where SQL needs it; a part of a table is {@code table.part}, a routine has its
 *     argument types
 * @param change what differs
 * @param severity what it means for the application
 * @param attribute the attribute that differs, e.g. {@code type}; empty when the whole object is missing or unexpected
 * @param expected the attribute's value by the definition; empty when it has none
 * @param actual the attribute's value in the tenant; empty when it has none
 * @param statements the statements that bring the tenant to the definition, in order; their names have no schema, so the search path
 *     must begin with the tenant's. Empty when the library knows none
 */
public record Difference(
        String kind,
        String object,
        Change change,
        Severity severity,
        Optional<String> attribute,
        Optional<String> expected,
        Optional<String> actual,
        List<Statement> statements) {

    /** Takes a copy of the list. */
    public Difference {
        statements = List.copyOf(statements);
    }

    /** The change from the definition to the tenant. */
    public enum Change {
        /** The tenant lacks the object. */
        MISSING,
        /** The definition has no such object. */
        UNEXPECTED,
        /** An attribute of the object has another value. */
        CHANGED
    }

    /** The meaning of a difference for an application that relies on the definition. */
    public enum Severity {
        /** Something that the application may rely on is missing or different. */
        BREAKING,
        /** The tenant has something more. */
        ADDITIVE,
        /** No statement of the application sees it, e.g. a comment. */
        INFO
    }

    /**
     * A statement that brings the tenant nearer to the definition.
     *
     * @param sql without a semicolon at its end
     * @param destructive whether it drops or changes something that is there
     */
    public record Statement(String sql, boolean destructive) {}

    /**
     * Whether it is only a note: a difference in the order of columns alone is no drift.
     *
     * @return true for the kind {@code column order}
     */
    public boolean isNote() {
        return kind.equals("column order");
    }

    /**
     * The difference in words.
     *
     * @return e.g. {@code index vendor_name_idx is missing} or {@code column vendor.rating: type is bigint, defined as integer}
     */
    public String description() {
        String name = kind + " " + object;
        return switch (change) {
            case MISSING -> name + " is missing";
            case UNEXPECTED -> name + " is unexpected";
            case CHANGED ->
                name + ": " + attribute.orElse("definition") + " is " + actual.orElse("not set") + ", defined as "
                        + expected.orElse("not set");
        };
    }
}
