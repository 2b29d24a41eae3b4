package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Splitter;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import dev.tenantmigrator.internal.sql.rewrite.PlpgsqlBody.Source;
import dev.tenantmigrator.internal.sql.rewrite.TextFlow.Use;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.LiteralText;
import dev.tenantmigrator.internal.sql.template.SchemaName.Spelling;
import dev.tenantmigrator.internal.sql.template.Template;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        rewrite(statement, new Code(rules, TextFlow.NONE, List.of(), 0), out);
    }

    private void rewrite(Statement statement, Code code, Edits out) throws UnreadableSqlException {
        Tokens tokens = statement.tokens();
        List<Rule> inStatement =
                code.rules.stream().map(rule -> rule.in(statement)).toList();
        Rule all = firstOf(inStatement.toArray(Rule[]::new));
        boolean isDo = statement.startsWith("DO");
        boolean isBlock = code.depth > 0 || isDo;
        boolean isRoutine = statement.createsRoutine();
        boolean holdsCode = (isBlock || isRoutine) && !isInOtherLanguage(statement);
        List<Source> parameters = isRoutine && holdsCode ? PlpgsqlBody.parameters(statement) : List.of();
        TextFlow flow = parameters.isEmpty() ? code.flow : flowOfRoutine(statement, parameters);
        Code inner = new Code(inStatement, flow, parameters, code.depth + 1);
        Map<Integer, Integer> arguments = new HashMap<>();
        for (int token = statement.from(); token < statement.to(); token++) {
            TokenKind kind = tokens.kind(token);
            if (kind == TokenKind.WHITESPACE || kind == TokenKind.COMMENT) {
                continue;
            }
            Optional<Source> source = flow.sourceAt(tokens, token);
            Set<Use> uses = source.map(flow::usesOf).orElse(Set.of());
            Integer argumentEnd = arguments.get(token);
            if (!uses.isEmpty()) {
                token = rewriteValue(source.get(), uses, all, inner, out);
            } else if (argumentEnd != null) {
                token = rewriteExecuted(tokens, token, argumentEnd, all, inner, out);
            } else if (kind == TokenKind.DOLLAR_STRING) {
                boolean body = holdsCode && (isBlock || tokens.isWord(tokens.previous(token), "AS"));
                if (!all.apply(tokens, token, out) && body) {
                    rewriteBody(tokens, token, inner, out);
                }
            } else if (kind == TokenKind.STRING) {
                int before = tokens.previous(token);
                boolean body = tokens.isWord(before, "AS")
                        || tokens.isWord(before, "DO")
                        || (isDo && !tokens.isWord(before, "LANGUAGE"));
                if (holdsCode && body) {
                    rewriteLiteral(LiteralText.of(tokens, token), false, tokens, token, inner, out);
                } else {
                    all.apply(tokens, token, out);
                }
            } else if (code.depth > 0 && DynamicSql.begins(tokens, token)) {
                token = rewriteExecuted(tokens, tokens.next(token), statement.to(), all, inner, out);
            } else {
                all.apply(tokens, token, out);
                if (tokens.isIdentifier(token) && tokens.isSymbol(tokens.next(token), '(')) {
                    CodeArguments.of(tokens, token)
                            .forEach(argument -> arguments.put(argument.first(), argument.last() + 1));
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

    /** Follows the default values of parameters into the body, which stands behind them. */
    private TextFlow flowOfRoutine(Statement routine, List<Source> parameters) {
        Tokens tokens = routine.tokens();
        for (int token = routine.from(); token < routine.to(); token++) {
            boolean string = tokens.kind(token) == TokenKind.DOLLAR_STRING || tokens.kind(token) == TokenKind.STRING;
            if (string && tokens.isWord(tokens.previous(token), "AS")) {
                Optional<LiteralText> text = LiteralText.of(tokens, token);
                return text.isEmpty()
                        ? TextFlow.NONE
                        : flow(
                                Splitter.splitFragment(
                                        Lexer.lexFragment(text.get().text())),
                                parameters);
            }
        }
        return TextFlow.NONE;
    }

    private TextFlow flow(List<Statement> body, List<Source> parameters) {
        return body.isEmpty() ? TextFlow.NONE : TextFlow.of(parameters, new PlpgsqlBody(body), references);
    }

    /** Rewrites an expression that is executed, and returns its last token. */
    private int rewriteExecuted(Tokens tokens, int from, int to, Rule all, Code code, Edits out)
            throws UnreadableSqlException {
        DynamicSql text = new DynamicSql(tokens, all, references, out);
        int last = text.read(from, to);
        rewriteTexts(text, tokens, from, code, out);
        return last;
    }

    /** Rewrites an expression whose value is executed or read as a name later, and returns its last token. */
    private int rewriteValue(Source source, Set<Use> uses, Rule all, Code code, Edits out)
            throws UnreadableSqlException {
        boolean identifier = uses.contains(Use.IDENTIFIER);
        Optional<Spelling> alone = uses.contains(Use.SCHEMA)
                ? Optional.of(identifier ? Spelling.PLAIN : Spelling.LITERAL)
                : Optional.of(Spelling.LITERAL_IDENTIFIER).filter(spelling -> identifier);
        DynamicSql text = DynamicSql.ofVariable(source.tokens(), all, references, alone, out);
        int last = text.read(source.from(), source.to());
        if (uses.contains(Use.CODE)) {
            List<Rule> inValue = code.rules.stream().map(Rule::inValue).toList();
            Code value = new Code(inValue, code.flow, List.of(), code.depth);
            rewriteTexts(text, source.tokens(), source.from(), value, out);
        }
        Optional<Spelling> element =
                alone.map(spelling -> uses.contains(Use.SCHEMA) ? Spelling.VALUE : Spelling.IDENTIFIER);
        LiteralRule arrays = new LiteralRule(references);
        text.arrays().forEach(array -> arrays.arrayElements(array, element, out));
        return last;
    }

    private void rewriteTexts(DynamicSql dynamic, Tokens tokens, int token, Code code, Edits out)
            throws UnreadableSqlException {
        for (LiteralText literal : dynamic.texts()) {
            rewriteLiteral(Optional.of(literal), true, tokens, token, code, out);
        }
    }

    private void rewriteBody(Tokens tokens, int token, Code code, Edits out) throws UnreadableSqlException {
        refuseDepth(tokens, token, code.depth);
        List<Statement> body;
        try {
            body = Splitter.split(Lexer.lex(tokens.source(), tokens.contentStart(token), tokens.contentEnd(token)));
        } catch (UnreadableSqlException e) {
            return;
        }
        rewriteAll(body, code, out);
    }

    private void rewriteAll(List<Statement> body, Code code, Edits out) throws UnreadableSqlException {
        TextFlow flow = flow(body, code.parameters);
        List<Rule> inBody =
                code.rules.stream().map(rule -> rule.inBody(body, flow)).toList();
        for (Statement statement : body) {
            rewrite(statement, new Code(inBody, flow, List.of(), code.depth), out);
        }
    }

    /** @param isPart whether the text may begin and end in the middle of a statement */
    private void rewriteLiteral(
            Optional<LiteralText> literal, boolean isPart, Tokens tokens, int token, Code code, Edits out)
            throws UnreadableSqlException {
        if (literal.isEmpty()) {
            return;
        }
        refuseDepth(tokens, token, code.depth);
        String text = literal.get().text();
        List<Statement> statements;
        try {
            statements = isPart ? Splitter.splitFragment(Lexer.lexFragment(text)) : Splitter.split(Lexer.lex(text));
        } catch (UnreadableSqlException e) {
            return;
        }
        try {
            rewriteAll(statements, code, literal.get().edits(out));
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
    static boolean isInOtherLanguage(Statement statement) {
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

    /**
     * The surroundings of code.
     *
     * @param rules the rules for it
     * @param flow the values of its variables
     * @param parameters the default values of the parameters, if the code is the body of a routine
     * @param depth how many strings it stands in
     */
    private record Code(List<Rule> rules, TextFlow flow, List<Source> parameters, int depth) {}

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

        /**
         * The rule for text that a variable holds until it is executed, which may be another text then; overridden by a rule
         * that refuses.
         */
        default Rule inValue() {
            return this;
        }

        /** The rule for the statements of a body; overridden by a rule that depends on all of them. */
        default Rule inBody(List<Statement> body, TextFlow flow) {
            return this;
        }
    }
}
