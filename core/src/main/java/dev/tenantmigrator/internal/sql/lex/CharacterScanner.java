package dev.tenantmigrator.internal.sql.lex;

/** A position in a text, and the runs of characters that tokens are made of: white space, comments, words, digits. */
abstract class CharacterScanner {

    final String text;
    final int end;
    int position;

    CharacterScanner(String text, int start, int end) {
        this.text = text;
        this.position = start;
        this.end = end;
    }

    /** A character ahead. Behind the end it is NUL, which belongs to no token that is looked for. */
    final char peek(int ahead) {
        int i = position + ahead;
        return i < end ? text.charAt(i) : '\0';
    }

    final boolean startsComment(int i) {
        return text.startsWith("--", i) || text.startsWith("/*", i);
    }

    final void skipSpacesAndComments() throws UnreadableSqlException {
        while (position < end) {
            if (isSpace(text.charAt(position))) {
                skipSpaces();
            } else if (peek(0) == '-' && peek(1) == '-') {
                skipLine();
            } else if (peek(0) == '/' && peek(1) == '*') {
                skipBlockComment();
            } else {
                return;
            }
        }
    }

    /** Block comments nest in PostgreSQL. */
    final void skipBlockComment() throws UnreadableSqlException {
        int start = position;
        int depth = 0;
        do {
            if (position >= end) {
                throw unterminated("/* comment", start);
            } else if (peek(0) == '/' && peek(1) == '*') {
                depth++;
                position += 2;
            } else if (peek(0) == '*' && peek(1) == '/') {
                depth--;
                position += 2;
            } else {
                position++;
            }
        } while (depth > 0);
    }

    /**
     * Moves into the part of a string on the next line: a quote behind white space and line comments that hold a line
     * break.
     *
     * @return false, without moving, when the string is not continued
     */
    final boolean skipToContinuation() {
        int stringEnd = position;
        boolean lineBreak = false;
        while (position < end) {
            char c = text.charAt(position);
            if (isSpace(c)) {
                lineBreak |= isLineBreak(c);
                position++;
            } else if (c == '-' && peek(1) == '-') {
                skipLine();
            } else if (c == '\'' && lineBreak) {
                position++;
                return true;
            } else {
                break;
            }
        }
        position = stringEnd;
        return false;
    }

    final void skipWord() {
        while (position < end && Identifiers.isPart(text.charAt(position))) {
            position++;
        }
    }

    final void skipDigits() {
        while (Identifiers.isDigit(peek(0))) {
            position++;
        }
    }

    final void skipSpaces() {
        while (position < end && isSpace(text.charAt(position))) {
            position++;
        }
    }

    final void skipLine() {
        while (position < end && !isLineBreak(text.charAt(position))) {
            position++;
        }
    }

    final UnreadableSqlException unterminated(String what, int start) {
        return new UnreadableSqlException("the " + what + " that begins here does not end", text, start);
    }

    static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    private static boolean isLineBreak(char c) {
        return c == '\n' || c == '\r';
    }
}
