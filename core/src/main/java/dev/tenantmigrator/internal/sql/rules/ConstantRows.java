package dev.tenantmigrator.internal.sql.rules;

import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.Tokens;

/** Leaves out the rows of an {@code INSERT} that are constants: they have no effect of their own, and can be millions. */
final class ConstantRows {

    private ConstantRows() {}

    /** An {@code INSERT} up to {@code VALUES} if only constants follow; any other statement as it is. */
    static Statement leaveOut(Statement statement) {
        Tokens tokens = statement.tokens();
        int values = statement.startsWith("INSERT", "INTO") ? values(statement) : statement.to();
        for (int token = tokens.next(values); token < statement.to(); token = tokens.next(token)) {
            if (!isConstant(tokens, token)) {
                return statement;
            }
        }
        return new Statement(tokens, statement.from(), Math.min(values + 1, statement.to()), statement.line());
    }

    private static int values(Statement statement) {
        int token = statement.from();
        while (token < statement.to() && !statement.tokens().isWord(token, "VALUES")) {
            token = statement.tokens().next(token);
        }
        return token;
    }

    private static boolean isConstant(Tokens tokens, int token) {
        return switch (tokens.kind(token)) {
            case STRING, DOLLAR_STRING, NUMBER -> true;
            case WORD -> TokenContext.isAnyWord(tokens, token, "NULL", "DEFAULT", "TRUE", "FALSE");
            case SYMBOL -> tokens.isSymbol(token, '(') || tokens.isSymbol(token, ')') || tokens.isSymbol(token, ',');
            default -> false;
        };
    }
}
