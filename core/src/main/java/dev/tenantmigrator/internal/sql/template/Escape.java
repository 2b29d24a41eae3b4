package dev.tenantmigrator.internal.sql.template;

import dev.tenantmigrator.internal.sql.lex.Identifiers;
import java.util.List;

/** The ways to escape text for a string literal, or for a notation inside of a literal. */
public enum Escape {
    /** {@code '…'} */
    QUOTES {
        @Override
        public String apply(String text) {
            return text.replace("'", "''");
        }
    },

    /**
     * {@code E'…'}. Quotes get a backslash: the driver ends the string at a doubled quote, and reads the rest as a string
     * without backslash escapes.
     */
    BACKSLASHES {
        @Override
        public String apply(String text) {
            return text.replace("\\", "\\\\").replace("'", "\\'");
        }
    },

    /** {@code U&'…'} */
    UNICODE {
        @Override
        public String apply(String text) {
            return text.replace("\\", "\\\\").replace("'", "''");
        }
    },

    /** The first argument of {@code format}. */
    FORMAT {
        @Override
        public String apply(String text) {
            return text.replace("%", "%%");
        }
    },

    /** An element of {@code '{…}'}, in double quotes or not. */
    ARRAY {
        @Override
        public String apply(String text) {
            String escaped = withBackslashes(text, " \t\n\r\u000b\f\\\"{},");
            return Identifiers.fold(text).equals("null") ? '\\' + escaped : escaped;
        }
    },

    /** The right side of {@code LIKE}. */
    PATTERN {
        @Override
        public String apply(String text) {
            return withBackslashes(text, "\\%_");
        }
    },

    /** A regular expression, also that of {@code SIMILAR TO}. */
    REGEX {
        @Override
        public String apply(String text) {
            return withBackslashes(text, "\\^$.|?*+()[]{}%_");
        }
    };

    public abstract String apply(String text);

    /** Applies escapes one after the other, the innermost first. */
    static String all(String text, List<Escape> escapes) {
        String result = text;
        for (Escape escape : escapes) {
            result = escape.apply(result);
        }
        return result;
    }

    private static String withBackslashes(String text, String special) {
        StringBuilder result = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (special.indexOf(text.charAt(i)) >= 0) {
                result.append('\\');
            }
            result.append(text.charAt(i));
        }
        return result.toString();
    }

    /**
     * A backslash escape of {@code E'…'} or {@code U&'…'} (PostgreSQL documentation, "String Constants with C-Style
     * Escapes").
     *
     * @param codePoint the character; {@link LiteralText#UNKNOWN} for a byte of a character of several bytes
     * @param end behind the escape
     */
    record Decoded(int codePoint, int end) {

        static Decoded read(String source, int backslash, boolean unicode) {
            int i = backslash + 1;
            char c = i < source.length() ? source.charAt(i) : '\\';
            Decoded itself = new Decoded(c, i + 1);
            if (unicode) {
                return c == '+' ? number(source, i + 1, 6, 6, 16, itself) : number(source, i, 4, 4, 16, itself);
            }
            return switch (c) {
                case 'b' -> new Decoded('\b', i + 1);
                case 'f' -> new Decoded('\f', i + 1);
                case 'n' -> new Decoded('\n', i + 1);
                case 'r' -> new Decoded('\r', i + 1);
                case 't' -> new Decoded('\t', i + 1);
                case 'x' -> asByte(number(source, i + 1, 1, 2, 16, itself));
                case 'u' -> number(source, i + 1, 4, 4, 16, itself);
                case 'U' -> number(source, i + 1, 8, 8, 16, itself);
                case '0', '1', '2', '3', '4', '5', '6', '7' -> asByte(number(source, i, 1, 3, 8, itself));
                default -> itself;
            };
        }

        private static Decoded asByte(Decoded number) {
            return number.codePoint < 0x80 ? number : new Decoded(LiteralText.UNKNOWN, number.end);
        }

        private static Decoded number(String source, int start, int least, int most, int radix, Decoded otherwise) {
            long value = 0;
            int end = start;
            while (end < start + most && end < source.length() && Character.digit(source.charAt(end), radix) >= 0) {
                value = value * radix + Character.digit(source.charAt(end), radix);
                end++;
            }
            boolean valid = end - start >= least && value <= Character.MAX_CODE_POINT;
            return valid ? new Decoded((int) value, end) : otherwise;
        }
    }
}
