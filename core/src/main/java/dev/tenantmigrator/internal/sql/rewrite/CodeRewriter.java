package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Splitter;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.LiteralText;
import dev.tenantmigrator.internal.sql.template.Template;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Applies rules to each token of a statement and of the code in its strings: the body of {@code DO} and of {@code CREATE
 * FUNCTION} and {@code PROCEDURE} in SQL or PL/pgSQL, dollar-quoted strings in such a body, and dynamic SQL that it
 * {@code EXECUTE}s. A string that cannot be read as SQL is not code.
 */
final class CodeRewriter {

    /** The languages of bodies that are SQL by their lexical rules. */
    private static final Set<String> LANGUAGES = Set.of("sql", "plpgsql");

    private final SchemaReferences references;
    private final List<Rule> rules;

    /**
     * @param references the schema and the shared objects, for dynamic SQL
     * @param rules all rules, {@code references} among them; the first that applies to a token changes it
     */
    CodeRewriter(SchemaReferences references, List<Rule> rules) {
        this.references = references;
        this.rules = List.copyOf(rules);
    }

    /** @throws UnreadableSqlException when code has strings nested more than {@link Statement#MAX_NESTING} deep */
    void rewrite(Statement statement, Template.Builder out) throws UnreadableSqlException {
        EscapeStrings.rewrite(statement, out);
        rewrite(statement, 0, out);
    }

    private void rewrite(Statement statement, int depth, Edits out) throws UnreadableSqlException {
        Tokens tokens = statement.tokens();
        Rule all = firstOf(rules.stream().map(rule -> rule.in(statement)).toArray(Rule[]::new));
        boolean isDo = statement.startsWith("DO");
        boolean isBlock = depth > 0 || isDo;
        boolean holdsCode = (isBlock || statement.createsRoutine()) && !isInOtherLanguage(statement);
        for (int token = statement.from(); token < statement.to(); token++) {
            int before;
            switch (tokens.kind(token)) {
                case WHITESPACE, COMMENT -> {}
                case DOLLAR_STRING -> {
                    before = tokens.previous(token);
                    if (all.apply(tokens, token, out)) {
                        continue;
                    } else if (holdsCode && (isBlock || tokens.isWord(before, "AS"))) {
                        rewriteBody(tokens, token, depth + 1, out);
                    }
                }
                case STRING -> {
                    before = tokens.previous(token);
                    boolean body = tokens.isWord(before, "AS")
                            || tokens.isWord(before, "DO")
                            || (isDo && !tokens.isWord(before, "LANGUAGE"));
                    if (holdsCode && body) {
                        rewriteLiteral(LiteralText.of(tokens, token), false, tokens, token, depth + 1, out);
                    } else {
                        all.apply(tokens, token, out);
                    }
                }
                default -> {
                    if (depth > 0 && DynamicSql.begins(tokens, token)) {
                        token = rewriteDynamic(tokens, token, statement.to(), all, depth + 1, out);
                    } else {
                        all.apply(tokens, token, out);
                    }
                }
            }
        }
    }

    /** A loop rather than a stream, because it runs for each of millions of tokens. */
    private static Rule firstOf(Rule... rules) {
        return (tokens, token, out) -> {
            for (Rule rule : rules) {
                if (rule.apply(tokens, token, out)) {
                    return true;
                }
            }
            return false;
        };
    }

    private int rewriteDynamic(Tokens tokens, int execute, int to, Rule all, int depth, Edits out)
            throws UnreadableSqlException {
        DynamicSql dynamic = new DynamicSql(tokens, all, references, out);
        int last = dynamic.read(execute, to);
        for (LiteralText literal : dynamic.texts()) {
            rewriteLiteral(Optional.of(literal), true, tokens, execute, depth, out);
        }
        return last;
    }

    private void rewriteBody(Tokens tokens, int token, int depth, Edits out) throws UnreadableSqlException {
        refuseDepth(tokens, token, depth);
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

    /** @param isPart whether the text may begin and end in the middle of a statement */
    private void rewriteLiteral(
            Optional<LiteralText> literal, boolean isPart, Tokens tokens, int token, int depth, Edits out)
            throws UnreadableSqlException {
        if (literal.isEmpty()) {
            return;
        }
        refuseDepth(tokens, token, depth);
        String text = literal.get().text();
        List<Statement> code;
        try {
            code = isPart ? Splitter.splitFragment(Lexer.lexFragment(text)) : Splitter.split(Lexer.lex(text));
        } catch (UnreadableSqlException e) {
            return;
        }
        try {
            for (Statement statement : code) {
                rewrite(statement, depth, literal.get().edits(out));
            }
        } catch (UnreadableSqlException e) {
            refuseDepth(tokens, token, Statement.MAX_NESTING + 1);
        }
    }

    private static void refuseDepth(Tokens tokens, int token, int depth) throws UnreadableSqlException {
        if (depth > Statement.MAX_NESTING) {
            throw new UnreadableSqlException(
                    "the string that begins here is code nested more than " + Statement.MAX_NESTING + " deep",
                    tokens.source(),
                    tokens.start(token));
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

    /** Finds one way in which code names a schema, and changes it. */
    @FunctionalInterface
    interface Rule {

        /**
         * Changes the code that begins at this token, if the rule applies to it.
         *
         * @return whether it applies; no later rule is asked then
         */
        boolean apply(Tokens tokens, int token, Edits out);

        /** The rule for one statement; overridden by a rule that depends on other parts of the statement. */
        default Rule in(Statement statement) {
            return this;
        }
    }
}
