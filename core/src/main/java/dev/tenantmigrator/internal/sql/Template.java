package dev.tenantmigrator.internal.sql;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A statement's text with gaps for the name of a schema. */
final class Template {

    /** One more than gaps. */
    private final List<String> parts;

    private final List<Form> gaps;

    private Template(List<String> parts, List<Form> gaps) {
        this.parts = List.copyOf(parts);
        this.gaps = List.copyOf(gaps);
    }

    /** The text of a template without gaps. */
    String text() {
        return String.join("", parts);
    }

    /** The text with a name in all gaps. */
    String text(SchemaName schema) {
        if (gaps.isEmpty()) {
            return parts.get(0);
        }
        StringBuilder text = new StringBuilder(parts.get(0));
        for (int i = 0; i < gaps.size(); i++) {
            text.append(schema.in(gaps.get(i))).append(parts.get(i + 1));
        }
        return text.toString();
    }

    /**
     * A schema's name as an identifier, which may lie in dollar quotes.
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

    /**
     * Takes the changes to a part of a text, in any order: code in literals that are put together is read after what
     * stands between them. Of two that overlap, the one that begins first counts.
     */
    static final class Builder implements Edits {

        private final String source;
        private final int start;
        private final List<Edit> edits = new ArrayList<>();

        Builder(String source, int start) {
            this.source = source;
            this.start = start;
        }

        @Override
        public void gap(int from, int to, Form form) {
            edits.add(new Gap(from, to, form));
        }

        @Override
        public void replace(int from, int to, String replacement) {
            edits.add(new Replacement(from, to, replacement));
        }

        /** Takes out a part; its line breaks move to where {@link #putLineBreaks} says. */
        void remove(int from, int to) {
            edits.add(new Removal(from, to));
        }

        void putLineBreaks(int at) {
            edits.add(new LineBreaks(at, at));
        }

        Template build(int end) {
            edits.sort(Comparator.comparingInt(Edit::start));
            List<String> parts = new ArrayList<>();
            List<Form> gaps = new ArrayList<>();
            StringBuilder part = new StringBuilder();
            int copied = start;
            int removed = 0;
            for (Edit edit : edits) {
                if (edit.start() < copied) {
                    continue;
                }
                part.append(source, copied, edit.start());
                copied = edit.end();
                int lineBreaks = Tokens.lineBreaks(source, edit.start(), copied);
                if (edit instanceof Gap gap) {
                    parts.add(part.toString());
                    gaps.add(gap.form);
                    part.setLength(0);
                } else if (edit instanceof Replacement replacement) {
                    part.append(replacement.text);
                } else if (edit instanceof Removal) {
                    removed += lineBreaks;
                    lineBreaks = 0;
                } else {
                    lineBreaks = removed;
                    removed = 0;
                }
                part.append("\n".repeat(lineBreaks));
            }
            part.append(source, copied, end);
            parts.add(part.toString());
            return new Template(parts, gaps);
        }

        private sealed interface Edit {
            int start();

            int end();
        }

        private record Gap(int start, int end, Form form) implements Edit {}

        private record Replacement(int start, int end, String text) implements Edit {}

        private record Removal(int start, int end) implements Edit {}

        private record LineBreaks(int start, int end) implements Edit {}
    }
}
