package dev.tenantmigrator.internal.sql.lex;

/**
 * Identifiers and keywords as PostgreSQL compares them: only the letters A to Z fold, whatever the JVM's locale
 * (PostgreSQL documentation, "Identifiers and Key Words").
 */
public final class Identifiers {

    private Identifiers() {}

    static boolean isStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    }

    public static boolean isPart(char c) {
        return isStart(c) || isDigit(c) || c == '$';
    }

    public static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** Whether a part of a text is a keyword, given in upper case. */
    public static boolean equalsKeyword(String text, int start, int end, String upperCase) {
        if (end - start != upperCase.length()) {
            return false;
        }
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            char upper = c >= 'a' && c <= 'z' ? (char) (c - 32) : c;
            if (upper != upperCase.charAt(i - start)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a part of a text is an unquoted identifier that PostgreSQL stores as this name. */
    static boolean equalsName(String text, int start, int end, String name) {
        if (end - start != name.length()) {
            return false;
        }
        for (int i = start; i < end; i++) {
            if (fold(text.charAt(i)) != name.charAt(i - start)) {
                return false;
            }
        }
        return true;
    }

    private static char fold(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }

    /** An unquoted identifier as PostgreSQL stores it. */
    public static String fold(String word) {
        int i = 0;
        while (i < word.length() && fold(word.charAt(i)) == word.charAt(i)) {
            i++;
        }
        if (i == word.length()) {
            return word;
        }
        StringBuilder folded = new StringBuilder(word);
        for (; i < folded.length(); i++) {
            folded.setCharAt(i, fold(folded.charAt(i)));
        }
        return folded.toString();
    }

    /** A quoted identifier as PostgreSQL stores it; an escape that PostgreSQL refuses stays as it is. */
    static String unquote(String quoted) {
        int open = quoted.indexOf('"');
        int close = quoted.lastIndexOf('"');
        String content = quoted.substring(open + 1, close).replace("\"\"", "\"");
        if (open == 0) {
            return content;
        }
        boolean hasClause = quoted.endsWith("'");
        return unescape(content, hasClause ? quoted.charAt(quoted.length() - 2) : '\\');
    }

    private static String unescape(String content, char escape) {
        StringBuilder result = new StringBuilder(content.length());
        int i = 0;
        while (i < content.length()) {
            char c = content.charAt(i);
            boolean isLong = content.startsWith("+", i + 1);
            int digits = isLong ? i + 2 : i + 1;
            int end = digits + (isLong ? 6 : 4);
            if (c == escape && content.startsWith(String.valueOf(escape), i + 1)) {
                result.append(escape);
                i += 2;
            } else if (c == escape && isCodePoint(content, digits, end)) {
                result.appendCodePoint(Integer.parseInt(content, digits, end, 16));
                i = end;
            } else {
                result.append(c);
                i++;
            }
        }
        return result.toString();
    }

    private static boolean isCodePoint(String text, int start, int end) {
        if (end > text.length()) {
            return false;
        }
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (!(isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) {
                return false;
            }
        }
        return Character.isValidCodePoint(Integer.parseInt(text, start, end, 16));
    }
}
