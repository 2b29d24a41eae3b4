package dev.tenantmigrator.internal.sql.template;

import dev.tenantmigrator.internal.sql.Sql;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A schema's name in every spelling that the gaps of a {@link Template} ask for, each made once. Not thread-safe. */
public final class SchemaName {

    /** The schema that scripts are written for. */
    public static final String PUBLIC = "public";

    private final String name;
    private final Map<Spelling, String> spellings = new HashMap<>();

    /**
     * A name for gaps, which may lie in dollar quotes.
     *
     * @throws IllegalArgumentException when the name could end the dollar quotes, because it has two dollar signs, or is
     *     no identifier at all
     */
    public SchemaName(String name) {
        quoted(name);
        this.name = name;
    }

    String in(Spelling spelling) {
        return spellings.computeIfAbsent(spelling, s -> s.of(name));
    }

    /**
     * A schema's name as an identifier, which may lie in dollar quotes.
     *
     * @throws IllegalArgumentException when the name could end the dollar quotes, because it has two dollar signs, or is
     *     no identifier at all
     */
    public static String quoted(String schema) {
        if (schema.indexOf('$') != schema.lastIndexOf('$')) {
            throw new IllegalArgumentException(
                    "a schema with two dollar signs in its name cannot be put into a script");
        }
        return Sql.identifier(schema);
    }

    /**
     * The spelling of the name in a gap.
     *
     * @param kind the syntax that the name takes in the code
     * @param escapes the literals around the code, the innermost first
     */
    public record Spelling(Kind kind, List<Escape> escapes) {

        /** {@code "t1"}. */
        public static final Spelling IDENTIFIER = new Spelling(Kind.IDENTIFIER);

        /** {@code 't1'}. */
        public static final Spelling LITERAL = new Spelling(Kind.LITERAL);

        /** {@code '"t1"'}: a literal that PostgreSQL reads as an identifier. */
        public static final Spelling LITERAL_IDENTIFIER = new Spelling(Kind.LITERAL_IDENTIFIER);

        /** A literal that, as a {@code LIKE} pattern, matches the name and nothing else. */
        public static final Spelling LITERAL_PATTERN = new Spelling(Kind.LITERAL_PATTERN);

        /** The text that a {@code regnamespace} becomes, which has quotes only where the name needs them. */
        public static final Spelling OUTPUT = new Spelling(Kind.OUTPUT);

        /** The name itself, for an element of {@code '{…}'}. */
        public static final Spelling VALUE = new Spelling(Kind.VALUE);

        /** {@code 't1'}, for a text that is read both as a name and as code, so that it must need no quotes. */
        public static final Spelling PLAIN = new Spelling(Kind.PLAIN);

        private Spelling(Kind kind) {
            this(kind, List.of());
        }

        /** This spelling inside of literals, the innermost first. */
        public Spelling within(List<Escape> outer) {
            if (outer.isEmpty()) {
                return this;
            }
            List<Escape> all = new ArrayList<>(escapes);
            all.addAll(outer);
            return new Spelling(kind, List.copyOf(all));
        }

        String of(String schema) {
            String text = switch (kind) {
                case IDENTIFIER -> Sql.identifier(schema);
                case LITERAL -> Sql.literal(schema);
                case LITERAL_IDENTIFIER -> Sql.literal(Sql.identifier(schema));
                case LITERAL_PATTERN -> Sql.literal(Escape.PATTERN.apply(schema));
                case OUTPUT -> "pg_catalog.quote_ident(" + Sql.literal(schema) + ")";
                case VALUE -> schema;
                case PLAIN -> Sql.literal(plain(schema));
            };
            return Escape.all(text, escapes);
        }

        private static String plain(String schema) {
            if (!schema.matches("[a-z_][a-z0-9_]*")) {
                throw new IllegalArgumentException("a schema whose name needs quotes cannot be put into a text that the"
                        + " script uses both as a name and as a part of SQL; use format('%I', …) throughout");
            }
            return schema;
        }

        enum Kind {
            IDENTIFIER,
            LITERAL,
            LITERAL_IDENTIFIER,
            LITERAL_PATTERN,
            OUTPUT,
            VALUE,
            PLAIN
        }
    }
}
