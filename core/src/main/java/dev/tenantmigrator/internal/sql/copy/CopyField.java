package dev.tenantmigrator.internal.sql.copy;

import dev.tenantmigrator.internal.sql.lex.CopyData;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads one field of a row in text format (PostgreSQL documentation, "COPY", "Text Format"). */
final class CopyField {

    private final String text;
    private final char delimiter;

    private int start;
    private int end;
    private boolean escaped;
    private boolean bytes;

    CopyField(String text, char delimiter) {
        this.text = text;
        this.delimiter = delimiter;
    }

    /** The offset behind the field: of a delimiter, of a line break or of the end. */
    int end() {
        return end;
    }

    /** Whether a field so far had a byte of a longer character as an escape; its meaning depends on the database's encoding. */
    boolean hasBytes() {
        return bytes;
    }

    /** Finds the end of the field that begins at an offset. */
    void read(int from, int to) throws UnreadableSqlException {
        start = from;
        end = from;
        escaped = false;
        while (end < to && text.charAt(end) != '\n' && text.charAt(end) != delimiter) {
            char c = text.charAt(end);
            if (c == '\r') {
                throw unreadable("the data has a carriage return within a line; write \\r", end);
            }
            if (c == '\\') {
                requireEscape(to);
                escaped = true;
                end++;
            }
            end++;
        }
    }

    private void requireEscape(int to) throws UnreadableSqlException {
        int next = end + 1;
        boolean lineBreak = next < to && text.charAt(next) == '\n';
        if (next >= to || (lineBreak && (next + 1 >= to || CopyData.isEnd(text, next + 1)))) {
            throw unreadable("the last row of the data ends in a backslash; write \\\\ for a backslash", end);
        }
        if (text.charAt(next) == '.') {
            throw unreadable("the end of data \\. is not alone on its line; write \\\\. for these two characters", end);
        }
    }

    /** Whether the field is written like this, before escapes are read. */
    boolean is(String marker) {
        return end - start == marker.length() && text.startsWith(marker, start);
    }

    String value() throws UnreadableSqlException {
        if (!escaped) {
            return withoutNul(text.substring(start, end));
        }
        StringBuilder value = new StringBuilder(end - start);
        ByteArrayOutputStream character = new ByteArrayOutputStream();
        int i = start;
        while (i < end) {
            char c = text.charAt(i++);
            int number = -1;
            if (c == '\\') {
                c = text.charAt(i++);
                int digits = c == 'x' ? digits(i, 2, 16) : digits(i - 1, 3, 8);
                if (digits > 0) {
                    int first = c == 'x' ? i : i - 1;
                    number = Integer.parseInt(text, first, first + digits, c == 'x' ? 16 : 8) & 0xFF;
                    i = first + digits;
                } else {
                    c = control(c);
                }
            }
            if (number >= 0x80) {
                character.write(number);
            } else {
                addCharacter(character, value);
                value.append(number >= 0 ? (char) number : c);
            }
        }
        addCharacter(character, value);
        return withoutNul(value.toString());
    }

    private int digits(int from, int most, int radix) {
        int count = 0;
        while (count < most
                && from + count < end
                && text.charAt(from + count) < 0x80
                && Character.digit(text.charAt(from + count), radix) >= 0) {
            count++;
        }
        return count;
    }

    private static char control(char c) {
        return switch (c) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> '\u000b';
            default -> c;
        };
    }

    private void addCharacter(ByteArrayOutputStream character, StringBuilder value) throws UnreadableSqlException {
        if (character.size() > 0) {
            bytes = true;
            try {
                value.append(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(character.toByteArray())));
            } catch (CharacterCodingException e) {
                throw unreadable("escapes in this row are no character of UTF-8; write the character itself", start);
            }
            character.reset();
        }
    }

    private String withoutNul(String value) throws UnreadableSqlException {
        if (value.indexOf('\0') >= 0) {
            throw unreadable("PostgreSQL takes no NUL character in a value; remove it from this row", start);
        }
        return value;
    }

    private UnreadableSqlException unreadable(String problem, int offset) {
        return new UnreadableSqlException(problem, text, offset);
    }
}
