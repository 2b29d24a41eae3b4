package dev.tenantmigrator.internal.sql.template;

import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.template.SchemaName.Spelling;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A statement's text with gaps for the name of a schema. */
public final class Template {

    /** The text between the gaps: one part more than there are gaps. */
    private final List<String> parts;

    private final List<Spelling> gaps;

    private Template(List<String> parts, List<Spelling> gaps) {
        this.parts = List.copyOf(parts);
        this.gaps = List.copyOf(gaps);
    }

    /** The text of a template without gaps. */
    public String text() {
        return String.join("", parts);
    }

    /** This template with a text behind it. */
    public Template followedBy(String behind) {
        List<String> longer = new ArrayList<>(parts);
        longer.set(gaps.size(), parts.get(gaps.size()) + behind);
        return new Template(longer, gaps);
    }

    /** The text with a name in all gaps. */
    public String text(SchemaName schema) {
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
     * Collects changes to a part of a text, in any order: the code in concatenated literals is read only after the
     * expressions between them. Of two changes that overlap, the one that begins first counts.
     */
    public static final class Builder implements Edits {

        private final String source;
        private final int start;
        private final List<Edit> edits = new ArrayList<>();

        public Builder(String source, int start) {
            this.source = source;
            this.start = start;
        }

        @Override
        public void gap(int from, int to, Spelling spelling) {
            edits.add(new Gap(from, to, spelling));
        }

        @Override
        public void replace(int from, int to, String replacement) {
            edits.add(new Replacement(from, to, replacement));
        }

        /** Removes a part; its line breaks move to the next call of {@link #putLineBreaks}. */
        public void remove(int from, int to) {
            edits.add(new Removal(from, to));
        }

        public void putLineBreaks(int at) {
            edits.add(new LineBreaks(at, at));
        }

        public Template build(int end) {
            edits.sort(Comparator.comparingInt(Edit::start));
            List<String> parts = new ArrayList<>();
            List<Spelling> gaps = new ArrayList<>();
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
                    gaps.add(gap.spelling);
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

        private record Gap(int start, int end, Spelling spelling) implements Edit {}

        private record Replacement(int start, int end, String text) implements Edit {}

        private record Removal(int start, int end) implements Edit {}

        private record LineBreaks(int start, int end) implements Edit {}
    }
}
