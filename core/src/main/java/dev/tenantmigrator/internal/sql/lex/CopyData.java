package dev.tenantmigrator.internal.sql.lex;

/**
 * Finds the data in a script as psql does: it begins on the line behind the semicolon of {@code COPY … FROM stdin}, and ends
 * with the line {@code \.} or the file (PostgreSQL documentation, "COPY", "Text Format").
 */
public final class CopyData {

    /** The line that ends the data. */
    public static final String END = "\\.";

    private final String text;
    private boolean begun;
    private boolean copy;
    private boolean from;
    private boolean fromClient;
    private int parentheses;

    CopyData(String text) {
        this.text = text;
    }

    /** Takes the next token of the script; returns whether it is the semicolon of such a statement. */
    boolean follows(TokenKind kind, int start, int end) {
        if (kind == TokenKind.WHITESPACE || kind == TokenKind.COMMENT) {
            return false;
        }
        if (kind == TokenKind.SYMBOL && text.charAt(start) == ';' && parentheses == 0) {
            boolean follows = fromClient;
            begun = false;
            copy = false;
            from = false;
            fromClient = false;
            return follows;
        }
        boolean word = kind == TokenKind.WORD;
        copy = begun ? copy : word && Identifiers.equalsKeyword(text, start, end, "COPY");
        begun = true;
        // The grammar takes either word, whatever the direction.
        fromClient |= from
                && word
                && (Identifiers.equalsKeyword(text, start, end, "STDIN")
                        || Identifiers.equalsKeyword(text, start, end, "STDOUT"));
        from = copy && parentheses == 0 && word && Identifiers.equalsKeyword(text, start, end, "FROM");
        if (kind == TokenKind.SYMBOL) {
            count(text.charAt(start));
        }
        return false;
    }

    private void count(char symbol) {
        if (symbol == '(') {
            parentheses++;
        } else if (symbol == ')') {
            parentheses = Math.max(0, parentheses - 1);
        }
    }

    /** The offset behind the data of the statement whose semicolon ends here. */
    int end(int semicolonEnd) {
        int line = lineBehind(text, semicolonEnd);
        while (line < text.length() && !isEnd(text, line)) {
            line = lineBehind(text, line);
        }
        return line < text.length() ? lineBehind(text, line) : line;
    }

    /** The offset of the next line; of the text's end on the last one. */
    public static int lineBehind(String text, int offset) {
        int lineBreak = text.indexOf('\n', offset);
        return lineBreak < 0 ? text.length() : lineBreak + 1;
    }

    /** Whether the line at this offset ends the data. */
    public static boolean isEnd(String text, int line) {
        int behind = line + END.length();
        return text.startsWith(END, line) && (behind == text.length() || text.charAt(behind) == '\n');
    }
}
