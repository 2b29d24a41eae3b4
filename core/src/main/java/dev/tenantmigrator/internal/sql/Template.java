package dev.tenantmigrator.internal.sql;

import java.util.ArrayList;
import java.util.List;

/** A statement's text with gaps for the name of a schema. */
final class Template {

    private final List<String> parts;

    private Template(List<String> parts) {
        this.parts = List.copyOf(parts);
    }

    /** The text with a name from {@link #quoted} in all gaps. */
    String text(String quotedSchema) {
        return String.join(quotedSchema, parts);
    }

    /**
     * A schema's name for a gap, which may lie in dollar quotes.
     *
     * @throws IllegalArgumentException when the name could end them: it has two dollar signs, or is no identifier at
     *     all
     */
    static String quoted(String schema) {
        if (schema.indexOf('$') != schema.lastIndexOf('$')) {
            throw new IllegalArgumentException(
                    "a schema with two dollar signs in its name cannot be put into a script");
        }
        return Sql.identifier(schema);
    }

    /** Takes the changes to a part of a text in the order in which they stand there. Line breaks stay as they are. */
    static final class Builder {

        private final String source;
        private final List<String> parts = new ArrayList<>();
        private final StringBuilder part = new StringBuilder();
        private int copied;

        Builder(String source, int start) {
            this.source = source;
            this.copied = start;
        }

        /** Makes a gap of a part of the text. */
        void gap(int start, int end) {
            part.append(source, copied, start);
            parts.add(part.toString());
            part.setLength(0);
            keepLineBreaks(start, end);
        }

        void replace(int start, int end, String replacement) {
            part.append(source, copied, start).append(replacement);
            keepLineBreaks(start, end);
        }

        Template build(int end) {
            part.append(source, copied, end);
            parts.add(part.toString());
            return new Template(parts);
        }

        private void keepLineBreaks(int start, int end) {
            part.append("\n".repeat(Tokens.lineBreaks(source, start, end)));
            copied = end;
        }
    }
}
