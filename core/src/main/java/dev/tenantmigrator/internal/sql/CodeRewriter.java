package dev.tenantmigrator.internal.sql;

import java.util.List;
import java.util.Set;

/**
 * Applies rules to each token of a statement and of the code in its dollar quotes: the body of {@code DO} and of
 * {@code CREATE FUNCTION} and {@code PROCEDURE} in SQL or PL/pgSQL, and what such a body quotes in turn. Text in
 * dollar quotes that cannot be read as SQL is not code.
 */
final class CodeRewriter {

    /** Each level is read once more, so a bound keeps the time linear. Real code has two or three. */
    static final int MAX_DEPTH = 8;

    private static final Set<String> LANGUAGES = Set.of("sql", "plpgsql");

    private final List<TokenRule> rules;

    CodeRewriter(TokenRule... rules) {
        this.rules = List.of(rules);
    }

    /** @throws UnreadableSqlException when code has dollar quotes nested more than {@link #MAX_DEPTH} deep */
    void rewrite(Statement statement, Template.Builder out) throws UnreadableSqlException {
        rewrite(statement, 0, out);
    }

    private void rewrite(Statement statement, int depth, Template.Builder out) throws UnreadableSqlException {
        Tokens tokens = statement.tokens();
        boolean isBlock = depth > 0 || statement.startsWith("DO");
        boolean holdsCode = (isBlock || statement.createsRoutine()) && !isInOtherLanguage(statement);
        for (int token = statement.from(); token < statement.to(); token++) {
            switch (tokens.kind(token)) {
                case WHITESPACE, COMMENT -> {}
                case DOLLAR_STRING -> {
                    if (holdsCode && (isBlock || tokens.isWord(tokens.previous(token), "AS"))) {
                        rewriteBody(tokens, token, depth + 1, out);
                    }
                }
                default -> applyRules(tokens, token, out);
            }
        }
    }

    private void applyRules(Tokens tokens, int token, Template.Builder out) {
        for (TokenRule rule : rules) {
            if (rule.apply(tokens, token, out)) {
                return;
            }
        }
    }

    private void rewriteBody(Tokens tokens, int token, int depth, Template.Builder out) throws UnreadableSqlException {
        if (depth > MAX_DEPTH) {
            throw new UnreadableSqlException(
                    "the dollar quote that begins here is nested more than " + MAX_DEPTH + " deep",
                    tokens.source(),
                    tokens.start(token));
        }
        List<Statement> body;
        try {
            body = Splitter.split(Lexer.lex(tokens.source(), tokens.contentStart(token), tokens.contentEnd(token)));
        } catch (UnreadableSqlException e) {
            return;
        }
        for (Statement statement : body) {
            rewrite(statement, depth, out);
        }
    }

    /** Whether a routine or {@code DO} block is in a language other than SQL and PL/pgSQL. */
    private static boolean isInOtherLanguage(Statement statement) {
        Tokens tokens = statement.tokens();
        boolean routine = false;
        int parentheses = 0;
        for (int token = statement.from(); token < statement.to(); token++) {
            if (tokens.isSymbol(token, '(')) {
                parentheses++;
            } else if (tokens.isSymbol(token, ')')) {
                parentheses--;
            } else if (tokens.isWord(token, "FUNCTION")
                    || tokens.isWord(token, "PROCEDURE")
                    || tokens.isWord(token, "DO")) {
                routine = true;
            } else if (routine && parentheses == 0 && tokens.isWord(token, "LANGUAGE")) {
                int language = tokens.next(token);
                boolean isName = tokens.isIdentifier(language) || tokens.kind(language) == TokenKind.STRING;
                return isName && !LANGUAGES.contains(tokens.name(language).replace("'", ""));
            }
        }
        return false;
    }
}
