package dev.tenantmigrator.internal.sql.lex;

import java.util.OptionalInt;

/**
 * One statement of a script or body.
 *
 * @param tokens all tokens of the text
 * @param from the first token, which is significant
 * @param to the token behind the last significant one; neither includes the semicolon, except before the data of COPY
 * @param line the line of the first token, from 1, counted from where the tokens begin
 */
public record Statement(Tokens tokens, int from, int to, int line) {

    /**
     * The deepest nesting of code in strings that is read. Each level is read once more, so a bound keeps the time
     * linear; real code has two or three levels.
     */
    public static final int MAX_NESTING = 8;

    public StatementCursor cursor() {
        return new StatementCursor(this);
    }

    public boolean startsWith(String... upperCaseWords) {
        return cursor().take(upperCaseWords);
    }

    /** The line of one of the tokens. */
    public int line(int token) {
        return lineAt(tokens.start(token));
    }

    /** The line of an offset in the text. */
    public int lineAt(int offset) {
        return line + Tokens.lineBreaks(tokens.source(), start(), offset);
    }

    public int start() {
        return tokens.start(from);
    }

    public int end() {
        return tokens.end(to - 1);
    }

    /** Whether data of {@code COPY … FROM stdin} is the last token. */
    public boolean hasCopyData() {
        return tokens.kind(to - 1) == TokenKind.COPY_DATA;
    }

    /** The statement without the data behind it. */
    public Statement withoutCopyData() {
        return hasCopyData() ? new Statement(tokens, from, tokens.previous(to - 1) + 1, line) : this;
    }

    /** The text, without data behind it. */
    public String text() {
        return tokens.source().substring(start(), withoutCopyData().end());
    }

    /**
     * Whether the statement creates a function or procedure. Only there can {@code BEGIN ATOMIC … END} contain
     * semicolons.
     */
    public boolean createsRoutine() {
        StatementCursor cursor = cursor();
        if (!cursor.take("CREATE")) {
            return false;
        }
        cursor.take("OR", "REPLACE");
        return cursor.take("FUNCTION") || cursor.take("PROCEDURE");
    }

    /**
     * The offset of the body of a {@code DO} statement, in dollar quotes or plain single quotes. Only then do the lines of
     * the body correspond to those of the statement.
     *
     * @return the number of characters (code points) before the body
     */
    public static OptionalInt doBodyStart(String sql) {
        Tokens tokens = Lexer.lexFragment(sql);
        int first = tokens.next(-1);
        for (int token = first; tokens.isWord(first, "DO") && token < tokens.count(); token = tokens.next(token)) {
            boolean plain = tokens.kind(token) == TokenKind.STRING
                    && sql.charAt(tokens.start(token)) == '\''
                    && !tokens.isWord(tokens.previous(token), "LANGUAGE");
            if (plain || tokens.kind(token) == TokenKind.DOLLAR_STRING) {
                int start = plain ? tokens.start(token) + 1 : tokens.contentStart(token);
                return OptionalInt.of(sql.codePointCount(0, start));
            }
        }
        return OptionalInt.empty();
    }
}
