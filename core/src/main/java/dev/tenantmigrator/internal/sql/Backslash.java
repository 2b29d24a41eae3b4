package dev.tenantmigrator.internal.sql;

/**
 * A backslash escape of {@code E'…'} or {@code U&'…'} (PostgreSQL documentation, "String Constants with C-Style Escapes").
 *
 * @param codePoint what it means; {@link Fragment#UNKNOWN} for a byte of a character that takes several
 * @param end behind it
 */
record Backslash(int codePoint, int end) {

    static Backslash read(String source, int backslash, boolean unicode) {
        int i = backslash + 1;
        char c = i < source.length() ? source.charAt(i) : '\\';
        Backslash itself = new Backslash(c, i + 1);
        if (unicode) {
            return c == '+' ? number(source, i + 1, 6, 6, 16, itself) : number(source, i, 4, 4, 16, itself);
        }
        return switch (c) {
            case 'b' -> new Backslash('\b', i + 1);
            case 'f' -> new Backslash('\f', i + 1);
            case 'n' -> new Backslash('\n', i + 1);
            case 'r' -> new Backslash('\r', i + 1);
            case 't' -> new Backslash('\t', i + 1);
            case 'x' -> asByte(number(source, i + 1, 1, 2, 16, itself));
            case 'u' -> number(source, i + 1, 4, 4, 16, itself);
            case 'U' -> number(source, i + 1, 8, 8, 16, itself);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> asByte(number(source, i, 1, 3, 8, itself));
            default -> itself;
        };
    }

    private static Backslash asByte(Backslash number) {
        return number.codePoint < 0x80 ? number : new Backslash(Fragment.UNKNOWN, number.end);
    }

    private static Backslash number(String source, int start, int least, int most, int radix, Backslash otherwise) {
        long value = 0;
        int end = start;
        while (end < start + most && end < source.length() && Character.digit(source.charAt(end), radix) >= 0) {
            value = value * radix + Character.digit(source.charAt(end), radix);
            end++;
        }
        boolean valid = end - start >= least && value <= Character.MAX_CODE_POINT;
        return valid ? new Backslash((int) value, end) : otherwise;
    }
}
