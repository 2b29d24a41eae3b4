package dev.tenantmigrator.internal.sql.template;

import dev.tenantmigrator.internal.sql.lex.Identifiers;
import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.template.SchemaName.Spelling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The content of string literals, with the place of each character in the source. A change to the content becomes a change
 * to the literals, escaped as they are; everything else stays as written. Several literals that are concatenated with values
 * that only the server knows are one text, in which the letter {@link #UNKNOWN} stands for each value.
 */
public final class LiteralText {

    /** A letter that nobody writes, so that a name next to it never equals one that a rule looks for. */
    public static final char UNKNOWN = '\uFFFF';

    private final String text;
    private final int[] places;
    private final List<Segment> segments;

    private LiteralText(String text, int[] places, List<Segment> segments) {
        this.text = text;
        this.places = places;
        this.segments = segments;
    }

    /** The content of a literal; empty for other tokens, and for literals that are never code or a name, as {@code X'1F'}. */
    public static Optional<LiteralText> of(Tokens tokens, int literal) {
        Builder builder = new Builder();
        return builder.add(tokens, literal) ? Optional.of(builder.build()) : Optional.empty();
    }

    public String text() {
        return text;
    }

    /** Edits of the content, which are passed on as edits of the source. */
    public Edits edits(Edits outer) {
        return new Edits() {
            @Override
            public void gap(int start, int end, Spelling spelling) {
                Segment first = segmentAt(start, end);
                if (first.isLiteral()) {
                    outer.gap(place(start, first), placeOfEnd(end, first), spelling.within(first.escapes));
                    removeRest(end, first, outer);
                }
            }

            @Override
            public void replace(int start, int end, String replacement) {
                Segment first = segmentAt(start, end);
                if (first.isLiteral()) {
                    outer.replace(place(start, first), placeOfEnd(end, first), Escape.all(replacement, first.escapes));
                    removeRest(end, first, outer);
                }
            }
        };
    }

    /** Removes the rest of a name that the end of a literal cuts in two. */
    private void removeRest(int end, Segment first, Edits outer) {
        for (int i = first.index + 1; i < segments.size() && segments.get(i).from < end; i++) {
            Segment segment = segments.get(i);
            if (segment.isLiteral()) {
                outer.replace(place(segment.from, segment), placeOfEnd(end, segment), "");
            }
        }
    }

    /** The segment of a part of the text. An insertion belongs to the segment of the character before it. */
    private Segment segmentAt(int start, int end) {
        int position = start == end && start > 0 ? start - 1 : start;
        int low = 0;
        int high = segments.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (segments.get(middle).from <= position) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return segments.get(low);
    }

    private int place(int position, Segment segment) {
        return position < segment.to ? places[position] : segment.placeOfEnd;
    }

    private int placeOfEnd(int end, Segment segment) {
        return place(Math.min(end, segment.to), segment);
    }

    /**
     * The part of the text that one pair of quotes holds, or an unknown value.
     *
     * @param placeOfEnd the place of the closing quote in the source; -1 for an unknown value
     */
    private record Segment(int index, int from, int to, int placeOfEnd, List<Escape> escapes) {
        boolean isLiteral() {
            return placeOfEnd >= 0;
        }
    }

    public static final class Builder {

        private final StringBuilder text = new StringBuilder();
        private final List<Segment> segments = new ArrayList<>();
        private int[] places = new int[64];
        private int segmentStart;

        public boolean isEmpty() {
            return segments.isEmpty();
        }

        /** Whether the text so far ends with this one; letters count in either case. */
        public boolean endsWith(String end) {
            return FormatSpecifier.endsWith(text, text.length(), end);
        }

        /** Adds a value that only the server knows. */
        public void addUnknown() {
            if (text.isEmpty() || text.charAt(text.length() - 1) != UNKNOWN) {
                put(UNKNOWN, -1);
                endSegment(-1, List.of());
            }
        }

        /** Adds a text that stands elsewhere in the code, such as a separator. */
        public void addGiven(String given) {
            given.chars().forEach(c -> put((char) c, -1));
            endSegment(-1, List.of());
        }

        public boolean add(Tokens tokens, int literal) {
            return add(tokens, literal, false);
        }

        /** Adds the first argument of {@code format}; returns the uses that it has for the other arguments. */
        public Optional<List<FormatSpecifier>> addFormat(Tokens tokens, int literal) {
            Builder raw = new Builder();
            if (!raw.add(tokens, literal, true)) {
                return Optional.empty();
            }
            List<FormatSpecifier> specifiers = FormatSpecifier.read(raw.text);
            int next = 0;
            for (Segment segment : raw.segments) {
                for (int i = segment.from; i < segment.to; i++) {
                    FormatSpecifier specifier = next < specifiers.size() ? specifiers.get(next) : FormatSpecifier.NONE;
                    if (i == specifier.start()) {
                        put(specifier.isPercent() ? '%' : UNKNOWN, raw.places[i]);
                    } else if (i < specifier.start()) {
                        put(raw.text.charAt(i), raw.places[i]);
                    }
                    next += i == specifier.end() - 1 ? 1 : 0;
                }
                endSegment(segment.placeOfEnd, segment.escapes);
            }
            return Optional.of(specifiers);
        }

        private boolean add(Tokens tokens, int literal, boolean format) {
            String source = tokens.source();
            if (tokens.kind(literal) == TokenKind.DOLLAR_STRING) {
                for (int i = tokens.contentStart(literal); i < tokens.contentEnd(literal); i++) {
                    put(source.charAt(i), i);
                }
                endSegment(tokens.contentEnd(literal), format ? List.of(Escape.FORMAT) : List.of());
                return true;
            }
            if (tokens.kind(literal) != TokenKind.STRING || tokens.isWord(tokens.next(literal), "UESCAPE")) {
                return false;
            }
            return switch (source.charAt(tokens.start(literal))) {
                case 'b', 'B', 'x', 'X' -> false;
                case 'e', 'E' -> addQuoted(tokens, literal, format, Escape.BACKSLASHES);
                case 'u', 'U' -> addQuoted(tokens, literal, format, Escape.UNICODE);
                default -> addQuoted(tokens, literal, format, Escape.QUOTES);
            };
        }

        private boolean addQuoted(Tokens tokens, int literal, boolean format, Escape escape) {
            String source = tokens.source();
            List<Escape> escapes = format ? List.of(Escape.FORMAT, escape) : List.of(escape);
            int i = source.indexOf('\'', tokens.start(literal)) + 1;
            while (i < tokens.end(literal)) {
                char c = source.charAt(i);
                if (c == '\'' && source.startsWith("'", i + 1) && i + 1 < tokens.end(literal)) {
                    put(c, i);
                    i += 2;
                } else if (c == '\'') {
                    endSegment(i, escapes);
                    i = Lexer.continuation(source, i + 1, tokens.end(literal));
                } else if (c == '\\' && escape != Escape.QUOTES) {
                    Escape.Decoded decoded = Escape.Decoded.read(source, i, escape == Escape.UNICODE);
                    for (char c16 : Character.toChars(decoded.codePoint())) {
                        put(c16, i);
                    }
                    i = decoded.end();
                } else {
                    put(c, i++);
                }
            }
            return true;
        }

        private void put(char c, int place) {
            if (text.length() == places.length) {
                places = Arrays.copyOf(places, places.length * 2);
            }
            places[text.length()] = place;
            text.append(c);
        }

        private void endSegment(int placeOfEnd, List<Escape> escapes) {
            segments.add(new Segment(segments.size(), segmentStart, text.length(), placeOfEnd, escapes));
            segmentStart = text.length();
        }

        public LiteralText build() {
            return new LiteralText(text.toString(), places, List.copyOf(segments));
        }
    }

    /**
     * A place in the first argument of {@code format} that takes another argument (PostgreSQL documentation, "format").
     *
     * @param start where it begins in the text
     * @param end behind it
     * @param argument the number of the argument, from 1
     * @param type {@code I}, {@code L}, {@code s}, or {@code %} for a percent sign
     * @param beforeDot whether a dot follows
     * @param behindSchema whether it follows the keyword {@code SCHEMA}
     */
    public record FormatSpecifier(
            int start, int end, int argument, char type, boolean beforeDot, boolean behindSchema) {

        private static final String SCHEMA = "SCHEMA ";

        /** Lies behind any text. */
        static final FormatSpecifier NONE =
                new FormatSpecifier(Integer.MAX_VALUE, Integer.MAX_VALUE, 0, '%', false, false);

        public boolean isPercent() {
            return type == '%';
        }

        static List<FormatSpecifier> read(CharSequence text) {
            List<FormatSpecifier> specifiers = new ArrayList<>();
            int last = 0;
            for (int i = 0; i < text.length(); i++) {
                if (text.charAt(i) != '%') {
                    continue;
                }
                int at = digits(text, i + 1);
                int argument = last + 1;
                if (at > i + 1 && at - i < 9 && at < text.length() && text.charAt(at) == '$') {
                    argument = Integer.parseInt(text, i + 1, at, 10);
                    at++;
                } else {
                    at = i + 1;
                }
                while (at < text.length() && text.charAt(at) == '-') {
                    at++;
                }
                at = digits(text, at);
                if (at >= text.length() || "ILs%".indexOf(text.charAt(at)) < 0) {
                    continue;
                }
                char type = text.charAt(at);
                last = type == '%' ? last : argument;
                boolean beforeDot = at + 1 < text.length() && text.charAt(at + 1) == '.';
                boolean behindSchema = endsWith(text, i, SCHEMA);
                specifiers.add(new FormatSpecifier(i, at + 1, argument, type, beforeDot, behindSchema));
                i = at;
            }
            return specifiers;
        }

        private static boolean endsWith(CharSequence text, int to, String end) {
            return to >= end.length() && Identifiers.equalsKeyword(text.toString(), to - end.length(), to, end);
        }

        private static int digits(CharSequence text, int from) {
            int end = from;
            while (end < text.length() && Identifiers.isDigit(text.charAt(end))) {
                end++;
            }
            return end;
        }
    }
}
