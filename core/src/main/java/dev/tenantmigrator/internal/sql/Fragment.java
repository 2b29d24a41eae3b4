package dev.tenantmigrator.internal.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The content of string literals, with the place of each character: what is changed in the content is changed in the
 * literals, escaped as they are, and all else stays as it was written. What is put together of several literals and of
 * values that only the server knows is one text, in which a value is the letter {@link #UNKNOWN}.
 */
final class Fragment {

    /** A letter that no one writes, so that what it touches is no name that a rule looks for. */
    static final char UNKNOWN = '\uFFFF';

    private final String text;
    private final int[] places;
    private final List<Segment> segments;

    private Fragment(String text, int[] places, List<Segment> segments) {
        this.text = text;
        this.places = places;
        this.segments = segments;
    }

    /** The content of a literal; empty when it is none, or one of a kind that is never code or a name. */
    static Optional<Fragment> of(Tokens tokens, int literal) {
        Builder builder = new Builder();
        return builder.add(tokens, literal) ? Optional.of(builder.build()) : Optional.empty();
    }

    /** The first argument of {@code format}. */
    static Optional<Fragment> ofFormat(Tokens tokens, int literal) {
        Builder builder = new Builder();
        return builder.addFormat(tokens, literal).map(specifiers -> builder.build());
    }

    String text() {
        return text;
    }

    /** Takes changes to the content. */
    Edits edits(Edits outer) {
        return new Edits() {
            @Override
            public void gap(int start, int end, Form form) {
                Segment first = segmentAt(start, end);
                if (first.isLiteral()) {
                    outer.gap(place(start, first), placeOfEnd(end, first), form.within(first.escapes));
                    removeRest(end, first, outer);
                }
            }

            @Override
            public void replace(int start, int end, String replacement) {
                Segment first = segmentAt(start, end);
                if (first.isLiteral()) {
                    outer.replace(place(start, first), placeOfEnd(end, first), Form.escape(replacement, first.escapes));
                    removeRest(end, first, outer);
                }
            }
        };
    }

    /** A name may be cut in two by the end of a literal. */
    private void removeRest(int end, Segment first, Edits outer) {
        for (int i = first.index + 1; i < segments.size() && segments.get(i).from < end; i++) {
            Segment segment = segments.get(i);
            if (segment.isLiteral()) {
                outer.replace(place(segment.from, segment), placeOfEnd(end, segment), "");
            }
        }
    }

    /** The segment of a part of the text; what is inserted behind a character belongs to its segment. */
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

    /** The part {@code from}–{@code to} of the text is the content of one pair of quotes, which ends there. */
    private record Segment(int index, int from, int to, int placeOfEnd, List<Escape> escapes) {
        boolean isLiteral() {
            return placeOfEnd >= 0;
        }
    }

    static final class Builder {

        private final StringBuilder text = new StringBuilder();
        private final List<Segment> segments = new ArrayList<>();
        private int[] places = new int[64];
        private int segmentStart;

        boolean isEmpty() {
            return segments.isEmpty();
        }

        /** Adds a value that is not known. */
        void addUnknown() {
            if (text.isEmpty() || text.charAt(text.length() - 1) != UNKNOWN) {
                put(UNKNOWN, -1);
                endSegment(-1, List.of());
            }
        }

        boolean add(Tokens tokens, int literal) {
            return add(tokens, literal, false);
        }

        /** Adds the first argument of {@code format}, and says what its other arguments are for. */
        Optional<List<FormatSpecifier>> addFormat(Tokens tokens, int literal) {
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
                    Backslash backslash = Backslash.read(source, i, escape == Escape.UNICODE);
                    for (char decoded : Character.toChars(backslash.codePoint())) {
                        put(decoded, i);
                    }
                    i = backslash.end();
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

        Fragment build() {
            return new Fragment(text.toString(), places, List.copyOf(segments));
        }
    }
}
