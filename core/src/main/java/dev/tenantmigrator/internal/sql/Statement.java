package dev.tenantmigrator.internal.sql;

/**
 * One statement of a script or body.
 *
 * @param tokens all tokens of the text
 * @param from the first token, which is significant
 * @param to behind the last significant token before the semicolon
 * @param line the line of the first token, from 1, counted from where the tokens begin
 */
record Statement(Tokens tokens, int from, int to, int line) {

    Cursor cursor() {
        return new Cursor(this);
    }

    boolean startsWith(String... upperCaseWords) {
        return cursor().take(upperCaseWords);
    }

    /** The line of one of its tokens. */
    int line(int token) {
        return lineAt(tokens.start(token));
    }

    /** The line of a place in its text. */
    int lineAt(int offset) {
        return line + Tokens.lineBreaks(tokens.source(), start(), offset);
    }

    int start() {
        return tokens.start(from);
    }

    int end() {
        return tokens.end(to - 1);
    }

    /**
     * Whether it makes a function or procedure, the only place where semicolons can stand in {@code BEGIN ATOMIC …
     * END}.
     */
    boolean createsRoutine() {
        Cursor cursor = cursor();
        if (!cursor.take("CREATE")) {
            return false;
        }
        cursor.take("OR", "REPLACE");
        return cursor.take("FUNCTION") || cursor.take("PROCEDURE");
    }
}
