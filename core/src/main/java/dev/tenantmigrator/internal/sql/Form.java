package dev.tenantmigrator.internal.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * How a schema's name is written in a gap.
 *
 * @param kind what it is in the code
 * @param escapes what the code is escaped by where it stands in literals, the innermost first
 */
record Form(Kind kind, List<Escape> escapes) {

    /** {@code "t1"} in code. */
    static final Form IDENTIFIER = new Form(Kind.IDENTIFIER);

    /** {@code 't1'} in code. */
    static final Form LITERAL = new Form(Kind.LITERAL);

    /** {@code '"t1"'} in code: a literal that is read as an identifier. */
    static final Form LITERAL_IDENTIFIER = new Form(Kind.LITERAL_IDENTIFIER);

    /** A literal that only the name is {@code LIKE}. */
    static final Form LITERAL_PATTERN = new Form(Kind.LITERAL_PATTERN);

    /** What {@code regnamespace} is as text: in quotes where the name needs them. */
    static final Form OUTPUT = new Form(Kind.OUTPUT);

    /** The name itself, for an element of {@code '{…}'}. */
    static final Form VALUE = new Form(Kind.VALUE);

    private Form(Kind kind) {
        this(kind, List.of());
    }

    Form within(List<Escape> outer) {
        if (outer.isEmpty()) {
            return this;
        }
        List<Escape> all = new ArrayList<>(escapes);
        all.addAll(outer);
        return new Form(kind, List.copyOf(all));
    }

    String of(String schema) {
        String text = switch (kind) {
            case IDENTIFIER -> Sql.identifier(schema);
            case LITERAL -> Sql.literal(schema);
            case LITERAL_IDENTIFIER -> Sql.literal(Sql.identifier(schema));
            case LITERAL_PATTERN -> Sql.literal(Escape.PATTERN.apply(schema));
            case OUTPUT -> "pg_catalog.quote_ident(" + Sql.literal(schema) + ")";
            case VALUE -> schema;
        };
        return escape(text, escapes);
    }

    static String escape(String text, List<Escape> escapes) {
        String result = text;
        for (Escape escape : escapes) {
            result = escape.apply(result);
        }
        return result;
    }

    enum Kind {
        IDENTIFIER,
        LITERAL,
        LITERAL_IDENTIFIER,
        LITERAL_PATTERN,
        OUTPUT,
        VALUE
    }
}
