package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.rewrite.TextFlow.Use;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The expressions in a body that give variables their values, and those that are executed. */
final class PlpgsqlBody {

    /**
     * An expression whose value goes to variables.
     *
     * @param from its first token
     * @param to the token behind it
     * @param variables their names; of a record's field, the field's
     */
    record Source(Tokens tokens, int from, int to, List<String> variables) {

        /** Whether the value is the name of a schema, from the catalogs. */
        boolean holdsSchema() {
            int last = Operand.nameEnd(tokens, from);
            return tokens.isIdentifier(last) && LiteralUse.isSchemaName(tokens.name(last));
        }
    }

    private final Tokens tokens;
    private final List<Source> sources = new ArrayList<>();
    private final List<Source> executed = new ArrayList<>();
    /** Where the last expression ends. Nothing else is looked for in one, so that the time stays linear. */
    private int known = -1;

    private int depth;
    private boolean inDeclarations;
    private int start = -1;
    private int select = -1;

    /** @param body the statements of one text */
    PlpgsqlBody(List<Statement> body) {
        tokens = body.get(0).tokens();
        int token = tokens.next(-1);
        while (token < tokens.count()) {
            token = tokens.next(read(token));
        }
    }

    /** The default values of a routine's parameters: {@code f(a text DEFAULT 'x', b text = 'y')}. */
    static List<Source> parameters(Statement routine) {
        Tokens tokens = routine.tokens();
        List<Source> defaults = new ArrayList<>();
        int open = routine.from();
        while (open < routine.to() && !tokens.isSymbol(open, '(')) {
            open = tokens.next(open);
        }
        int depth = 0;
        int name = tokens.next(open);
        int value = -1;
        for (int token = name; token < routine.to() && depth >= 0; token = tokens.next(token)) {
            boolean closes = tokens.isSymbol(token, ')');
            if (depth == 0 && (closes || tokens.isSymbol(token, ','))) {
                if (value >= 0) {
                    boolean mode = TokenContext.isAnyWord(tokens, name, "IN", "INOUT", "OUT", "VARIADIC");
                    defaults.add(
                            new Source(tokens, value, token, List.of(tokens.name(mode ? tokens.next(name) : name))));
                }
                name = tokens.next(token);
                value = -1;
            } else if (value < 0 && (tokens.isWord(token, "DEFAULT") || tokens.isOperator(token, "="))) {
                value = tokens.next(token);
            }
            depth += tokens.isSymbol(token, '(') ? 1 : closes ? -1 : 0;
        }
        return defaults;
    }

    List<Source> sources() {
        return sources;
    }

    List<Source> executed() {
        return executed;
    }

    /** The uses of variables as a name or schema, in places where a literal would be one. */
    Map<String, Set<Use>> namesAmong(Set<String> variables) {
        Map<String, Set<Use>> found = new HashMap<>();
        for (int token = tokens.next(-1); token < tokens.count(); token = tokens.next(token)) {
            if (tokens.isIdentifier(token)
                    && variables.contains(tokens.name(token))
                    && !tokens.isSymbol(tokens.next(token), '(')
                    && !tokens.isSymbol(tokens.next(token), '.')) {
                Operand variable = new Operand(Operand.nameStart(tokens, token), token);
                Use use = switch (new LiteralContext(tokens, variable, LiteralUse::isSchemaName).use()) {
                    case NAME, NAMES -> Use.CODE;
                    case SCHEMA_IDENTIFIER -> Use.IDENTIFIER;
                    case SCHEMA, SCHEMAS, SCHEMA_PATTERN -> Use.SCHEMA;
                    default -> null;
                };
                if (use != null) {
                    found.computeIfAbsent(tokens.name(token), name -> EnumSet.noneOf(Use.class))
                            .add(use);
                }
            }
        }
        return found;
    }

    /** Reads what begins at a token, and returns its last token. */
    private int read(int token) {
        if (tokens.isSymbol(token, '(') || tokens.isSymbol(token, '[')) {
            depth++;
        } else if (tokens.isSymbol(token, ')') || tokens.isSymbol(token, ']')) {
            depth = Math.max(0, depth - 1);
        } else if (tokens.isSymbol(token, ';')) {
            depth = 0;
            select = -1;
        }
        if (tokens.isIdentifier(token) && tokens.isSymbol(tokens.next(token), '(')) {
            CodeArguments.of(tokens, token)
                    .forEach(argument ->
                            executed.add(new Source(tokens, argument.first(), argument.last() + 1, List.of())));
        }
        if (depth > 0 || token < known) {
            return token;
        }
        if (TokenContext.beginsStatement(tokens, token)
                || tokens.isWord(tokens.previous(token), "DECLARE")
                || tokens.isOperator(tokens.previous(token), ">>")) {
            start = token;
            inDeclarations = (inDeclarations && !tokens.isWord(token, "BEGIN"))
                    || tokens.isWord(tokens.previous(token), "DECLARE");
        }
        if (tokens.isOperator(token, ":=") || isAssignment(token)) {
            int target = inDeclarations ? start : tokens.previous(token);
            add(tokens.next(token), Set.of(), List.of(variable(target)));
        } else if (tokens.kind(token) == TokenKind.WORD) {
            word(token);
        }
        return token;
    }

    private boolean isAssignment(int token) {
        if (inDeclarations) {
            return tokens.isOperator(token, "=") || tokens.isWord(token, "DEFAULT");
        }
        int end = tokens.previous(token);
        return tokens.isOperator(token, "=") && start >= 0 && Operand.nameStart(tokens, end) == start;
    }

    private void word(int token) {
        if (DynamicSql.begins(tokens, token)) {
            int from = tokens.next(token);
            known = end(from, Set.of("into", "using", "loop"));
            executed.add(new Source(tokens, from, known, List.of()));
        } else if (tokens.isWord(token, "SELECT") && select < 0) {
            select = token;
        } else if (tokens.isWord(token, "INTO") && select >= 0) {
            into(token);
        } else if (token == start && (tokens.isWord(token, "FOR") || tokens.isWord(token, "FOREACH"))) {
            loop(token);
        }
    }

    /** {@code SELECT a INTO x FROM b}. */
    private void into(int into) {
        int target = tokens.next(into);
        target = tokens.isWord(target, "STRICT") ? tokens.next(target) : target;
        List<String> variables = new ArrayList<>();
        while (tokens.isIdentifier(target)) {
            int last = Operand.nameEnd(tokens, target);
            variables.add(tokens.name(last));
            int comma = tokens.next(last);
            target = tokens.isSymbol(comma, ',') ? tokens.next(comma) : -1;
        }
        addQuery(select, variables);
        select = -1;
    }

    /** {@code FOREACH x IN ARRAY a LOOP}, {@code FOR x IN SELECT a FROM b LOOP}, {@code FOR x IN VALUES (a) LOOP}. */
    private void loop(int loop) {
        List<String> variables = new ArrayList<>();
        int token = tokens.next(loop);
        while (token < tokens.count() && !tokens.isWord(token, "IN") && !tokens.isSymbol(token, ';')) {
            if (tokens.isIdentifier(token)) {
                variables.add(tokens.name(token));
            }
            token = tokens.next(token);
        }
        known = token;
        int from = tokens.next(token);
        if (tokens.isWord(from, "ARRAY")) {
            add(tokens.next(from), Set.of("loop"), variables);
        } else if (tokens.isWord(token, "IN") && !tokens.isWord(from, "EXECUTE")) {
            addQuery(from, variables);
        }
    }

    private void addQuery(int from, List<String> variables) {
        known = Math.max(known, end(from, Set.of("loop")));
        sources.addAll(QueryValues.of(tokens, from, known, variables));
    }

    private void add(int from, Set<String> endsWith, List<String> variables) {
        int to = end(from, endsWith);
        if (to > from) {
            sources.add(new Source(tokens, from, to, variables));
        }
        known = Math.max(known, to);
    }

    /** The first token behind an expression: a semicolon, or one of these words. */
    private int end(int from, Set<String> words) {
        int nested = 0;
        int token = from;
        while (token < tokens.count() && nested >= 0) {
            if (tokens.isSymbol(token, '(') || tokens.isSymbol(token, '[')) {
                nested++;
            } else if (tokens.isSymbol(token, ')') || tokens.isSymbol(token, ']')) {
                nested--;
            } else if (nested == 0
                    && (tokens.isSymbol(token, ';')
                            || (tokens.kind(token) == TokenKind.WORD && words.contains(tokens.name(token))))) {
                return token;
            }
            token = tokens.next(token);
        }
        return Math.min(token, tokens.count());
    }

    /** The name of the variable that ends at a token. */
    private String variable(int end) {
        int at = end;
        while (tokens.isSymbol(at, ']')) {
            at = tokens.previous(Math.max(0, TokenContext.openingBracket(tokens, at)));
        }
        return tokens.name(at);
    }
}
