package dev.tenantmigrator.internal.sql;

/** Reads a statement from its beginning, over white space and comments. */
final class Cursor {

    private final Tokens tokens;
    private final int to;
    private int token;

    Cursor(Statement statement) {
        tokens = statement.tokens();
        to = statement.to();
        token = statement.from();
    }

    /** The token that is next. */
    int token() {
        return token;
    }

    boolean atEnd() {
        return token >= to;
    }

    /** Goes over all of these keywords, or stays. */
    boolean take(String... upperCaseWords) {
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

    /** Goes over the first of these keywords that is there, or stays. */
    boolean takeAny(String... upperCaseWords) {
        for (String word : upperCaseWords) {
            if (take(word)) {
                return true;
            }
        }
        return false;
    }

    boolean takeSymbol(char symbol) {
        boolean found = !atEnd() && tokens.isSymbol(token, symbol);
        if (found) {
            skip();
        }
        return found;
    }

    void skip() {
        token = tokens.next(token);
    }

    /** The next token's text, an identifier as PostgreSQL stores it, and goes over it; empty at the end. */
    String takeName() {
        if (atEnd()) {
            return "";
        }
        String name = tokens.name(token);
        skip();
        return name;
    }
}
