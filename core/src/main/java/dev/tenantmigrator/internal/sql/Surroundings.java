package dev.tenantmigrator.internal.sql;

/**
 * Looks from a token of code back to what it belongs to. Every look is bounded, so that a script of any size is read in
 * linear time; what is farther away counts as not there.
 */
final class Surroundings {

    /** Far enough for the longest list of columns that people write. */
    private static final int TOKENS = 1000;

    private static final String[] BEFORE_STATEMENT = {"BEGIN", "THEN", "ELSE", "LOOP"};

    private Surroundings() {}

    /** Whether a statement begins here: of a script, or of a block in PL/pgSQL. */
    static boolean beginsStatement(Tokens tokens, int token) {
        int previous = tokens.previous(token);
        return previous < 0 || tokens.isSymbol(previous, ';') || isAnyWord(tokens, previous, BEFORE_STATEMENT);
    }

    static boolean isAnyWord(Tokens tokens, int token, String... upperCaseWords) {
        for (String word : upperCaseWords) {
            if (tokens.isWord(token, word)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The nearest of these words before a token and outside of any parentheses that close before it; -1 when there is none
     * in the same statement and the same parentheses.
     */
    static int wordBefore(Tokens tokens, int token, String... upperCaseWords) {
        int at = tokens.previous(token);
        for (int looked = 0; at >= 0 && looked < TOKENS; looked++, at = tokens.previous(at)) {
            if (tokens.isSymbol(at, ')')) {
                at = openingParenthesis(tokens, at);
            } else if (tokens.isSymbol(at, '(') || tokens.isSymbol(at, ';')) {
                return -1;
            } else if (isAnyWord(tokens, at, upperCaseWords)) {
                return at;
            }
        }
        return -1;
    }

    private static int openingParenthesis(Tokens tokens, int closing) {
        int depth = 0;
        int at = closing;
        for (int looked = 0; at >= 0 && looked < TOKENS; looked++, at = tokens.previous(at)) {
            if (tokens.isSymbol(at, ')')) {
                depth++;
            } else if (tokens.isSymbol(at, '(') && --depth == 0) {
                return at;
            }
        }
        return -1;
    }
}
