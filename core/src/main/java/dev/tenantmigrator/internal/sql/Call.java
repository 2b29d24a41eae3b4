package dev.tenantmigrator.internal.sql;

/**
 * The parentheses or brackets around a token.
 *
 * @param open the opening one; -1 when there is none
 * @param argument how many commas stand between them and the token
 */
record Call(int open, int argument) {

    static final Call NONE = new Call(-1, 0);

    /** How far it is looked: far enough for real calls, and linear for any script. */
    static final int TOKENS = 100;

    static Call around(Tokens tokens, int token) {
        int commas = 0;
        int depth = 0;
        int before = tokens.previous(token);
        for (int looked = 0; before >= 0 && looked < TOKENS; looked++, before = tokens.previous(before)) {
            if (tokens.isSymbol(before, ')') || tokens.isSymbol(before, ']')) {
                depth++;
            } else if ((tokens.isSymbol(before, '(') || tokens.isSymbol(before, '[')) && depth-- == 0) {
                return new Call(before, commas);
            } else if (depth == 0 && tokens.isSymbol(before, ',')) {
                commas++;
            }
        }
        return NONE;
    }

    /** The parenthesis or bracket that closes what a token stands in, and how many commas come first. */
    static Call closing(Tokens tokens, int token) {
        int commas = 0;
        int depth = 0;
        int behind = tokens.next(token);
        for (int looked = 0; behind < tokens.count() && looked < TOKENS; looked++, behind = tokens.next(behind)) {
            if (tokens.isSymbol(behind, '(') || tokens.isSymbol(behind, '[')) {
                depth++;
            } else if ((tokens.isSymbol(behind, ')') || tokens.isSymbol(behind, ']')) && depth-- == 0) {
                return new Call(behind, commas);
            } else if (depth == 0 && tokens.isSymbol(behind, ',')) {
                commas++;
            }
        }
        return NONE;
    }

    boolean exists() {
        return open >= 0;
    }

    /** The name of what is called, as PostgreSQL stores it; empty when it is qualified by anything but pg_catalog. */
    String name(Tokens tokens) {
        int name = tokens.previous(open);
        int dot = tokens.previous(name);
        boolean builtIn = !tokens.isSymbol(dot, '.') || tokens.isName(tokens.previous(dot), "pg_catalog");
        return open >= 0 && tokens.isIdentifier(name) && builtIn ? tokens.name(name) : "";
    }

    boolean isOf(Tokens tokens, String function) {
        return name(tokens).equals(function);
    }
}
