package dev.tenantmigrator.internal.sql.lex;

/**
 * The surroundings of a token: the statement, the clause, the parentheses it stands in. Each search is bounded, so that a
 * script of any size is read in linear time; anything farther away counts as absent.
 */
public final class TokenContext {

    /** The range of a search for a keyword, in tokens: enough for the longest list of columns that people write. */
    public static final int KEYWORD_RANGE = 1000;

    /** The range of a search for a bracket, in tokens: enough for real calls. */
    public static final int BRACKET_RANGE = 100;

    /** Keywords of PL/pgSQL with a statement behind them. */
    private static final String[] BEFORE_STATEMENT = {"BEGIN", "THEN", "ELSE", "LOOP"};

    private TokenContext() {}

    /** Whether a statement begins here: of a script, or of a block in PL/pgSQL. */
    public static boolean beginsStatement(Tokens tokens, int token) {
        int previous = tokens.previous(token);
        return previous < 0 || tokens.isSymbol(previous, ';') || isAnyWord(tokens, previous, BEFORE_STATEMENT);
    }

    public static boolean isAnyWord(Tokens tokens, int token, String... upperCaseWords) {
        for (String word : upperCaseWords) {
            if (tokens.isWord(token, word)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The nearest of these keywords before a token, in the same statement and the same parentheses.
     *
     * @return -1 when there is none
     */
    public static int wordBefore(Tokens tokens, int token, String... upperCaseWords) {
        int at = tokens.previous(token);
        for (int looked = 0; at >= 0 && looked < KEYWORD_RANGE; looked++, at = tokens.previous(at)) {
            if (tokens.isSymbol(at, ')')) {
                at = openingBracket(tokens, at);
            } else if (tokens.isSymbol(at, '(') || tokens.isSymbol(at, ';')) {
                return -1;
            } else if (isAnyWord(tokens, at, upperCaseWords)) {
                return at;
            }
        }
        return -1;
    }

    /**
     * The bracket that a closing one belongs to, farther away than {@link Bracket#opening} looks.
     *
     * @return -1 when there is none
     */
    public static int openingBracket(Tokens tokens, int closing) {
        int depth = 0;
        int at = closing;
        for (int looked = 0; at >= 0 && looked < KEYWORD_RANGE; looked++, at = tokens.previous(at)) {
            if (tokens.isSymbol(at, ')') || tokens.isSymbol(at, ']')) {
                depth++;
            } else if ((tokens.isSymbol(at, '(') || tokens.isSymbol(at, '[')) && --depth == 0) {
                return at;
            }
        }
        return -1;
    }

    /**
     * A parenthesis or square bracket of the pair around a token.
     *
     * @param token the bracket; -1 when there is none
     * @param commas how many commas stand between the bracket and the token
     */
    public record Bracket(int token, int commas) {

        public static final Bracket NONE = new Bracket(-1, 0);

        /** The bracket that opens the pair; its commas count the arguments before the token. */
        public static Bracket opening(Tokens tokens, int token) {
            int commas = 0;
            int depth = 0;
            int before = tokens.previous(token);
            for (int looked = 0; before >= 0 && looked < BRACKET_RANGE; looked++, before = tokens.previous(before)) {
                if (tokens.isSymbol(before, ')') || tokens.isSymbol(before, ']')) {
                    depth++;
                } else if ((tokens.isSymbol(before, '(') || tokens.isSymbol(before, '[')) && depth-- == 0) {
                    return new Bracket(before, commas);
                } else if (depth == 0 && tokens.isSymbol(before, ',')) {
                    commas++;
                }
            }
            return NONE;
        }

        /** The bracket that closes the pair; its commas count the arguments behind the token. */
        public static Bracket closing(Tokens tokens, int token) {
            int commas = 0;
            int depth = 0;
            int behind = tokens.next(token);
            for (int looked = 0;
                    behind < tokens.count() && looked < BRACKET_RANGE;
                    looked++, behind = tokens.next(behind)) {
                if (tokens.isSymbol(behind, '(') || tokens.isSymbol(behind, '[')) {
                    depth++;
                } else if ((tokens.isSymbol(behind, ')') || tokens.isSymbol(behind, ']')) && depth-- == 0) {
                    return new Bracket(behind, commas);
                } else if (depth == 0 && tokens.isSymbol(behind, ',')) {
                    commas++;
                }
            }
            return NONE;
        }

        public boolean exists() {
            return token >= 0;
        }

        /**
         * The function that an opening bracket calls, as PostgreSQL stores the name.
         *
         * @return empty when there is none, or it is qualified with a schema other than {@code pg_catalog}
         */
        public String function(Tokens tokens) {
            int name = tokens.previous(token);
            int dot = tokens.previous(name);
            boolean builtIn = !tokens.isSymbol(dot, '.') || tokens.isName(tokens.previous(dot), "pg_catalog");
            return token >= 0 && tokens.isIdentifier(name) && builtIn ? tokens.name(name) : "";
        }

        public boolean calls(Tokens tokens, String function) {
            return function(tokens).equals(function);
        }
    }
}
