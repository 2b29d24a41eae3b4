package dev.tenantmigrator.internal.sql.lex;

/** Reads a statement from its beginning, over white space and comments. The {@code take} methods move only on success. */
public final class StatementCursor {

    private final Tokens tokens;
    private final int to;
    private int token;

    StatementCursor(Statement statement) {
        tokens = statement.tokens();
        to = statement.to();
        token = statement.from();
    }

    /** The next token. */
    public int token() {
        return token;
    }

    public boolean atEnd() {
        return token >= to;
    }

    /** Takes all of these keywords, in this order. */
    public boolean take(String... upperCaseWords) {
        int at = token;
        for (String word : upperCaseWords) {
            if (at >= to || !tokens.isWord(at, word)) {
                return false;
            }
            at = tokens.next(at);
        }
        token = at;
        return true;
    }

    /** Takes one of these keywords. */
    public boolean takeAny(String... upperCaseWords) {
        for (String word : upperCaseWords) {
            if (take(word)) {
                return true;
            }
        }
        return false;
    }

    public boolean takeSymbol(char symbol) {
        boolean found = !atEnd() && tokens.isSymbol(token, symbol);
        if (found) {
            skip();
        }
        return found;
    }

    /** Skips to the first of these keywords and takes it; to the end when there is none. */
    public boolean skipPast(String... anyOf) {
        for (; !atEnd(); skip()) {
            if (takeAny(anyOf)) {
                return true;
            }
        }
        return false;
    }

    /** Skips a list in parentheses, if one is next. */
    public void skipParentheses() {
        if (takeSymbol('(')) {
            while (!atEnd() && !takeSymbol(')')) {
                skip();
            }
        }
    }

    public void skip() {
        token = tokens.next(token);
    }

    /** Takes any token. Returns its text, of an identifier its name as PostgreSQL stores it; empty at the end. */
    public String takeName() {
        if (atEnd()) {
            return "";
        }
        String name = tokens.name(token);
        skip();
        return name;
    }

    /** Takes a name with any schema before it, and returns its last part as PostgreSQL stores it; empty at the end. */
    public String takeUnqualifiedName() {
        String name = takeName();
        while (takeSymbol('.')) {
            name = takeName();
        }
        return name;
    }
}
