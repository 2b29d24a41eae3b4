package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.rewrite.PlpgsqlBody.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The values in a query, each with the name by which PL/pgSQL knows it: that of the variable it goes to, or of the column in
 * {@code SELECT 'x' AS name}, {@code (VALUES ('x')) v(name)} and {@code unnest(ARRAY['x']) name}.
 */
final class QueryValues {

    /** Words that end the part of a query in which values stand. */
    private static final Set<String> BEHIND_VALUES = Set.of(
            "where",
            "group",
            "having",
            "order",
            "limit",
            "offset",
            "fetch",
            "loop",
            "window",
            "union",
            "except",
            "intersect");

    private final Tokens tokens;
    private final int to;
    private final List<Source> sources = new ArrayList<>();
    private int token;

    private QueryValues(Tokens tokens, int from, int to) {
        this.tokens = tokens;
        this.token = from;
        this.to = to;
    }

    /**
     * The values of a query.
     *
     * @param variables those that the columns go to, in their order
     */
    static List<Source> of(Tokens tokens, int from, int to, List<String> variables) {
        QueryValues values = new QueryValues(tokens, from, to);
        values.query(variables, 0);
        return values.sources;
    }

    private void query(List<String> variables, int depth) {
        while (token < to) {
            if (tokens.isWord(token, "SELECT")) {
                token = tokens.next(token);
                items(variables);
            } else if (tokens.isWord(token, "VALUES")) {
                token = tokens.next(token);
                rows(variables);
            } else if (tokens.isSymbol(token, '(')) {
                relation(depth);
            } else if (tokens.isIdentifier(token) && tokens.isSymbol(tokens.next(token), '(') && isSource(token)) {
                call();
            } else {
                token = tokens.next(token);
            }
        }
    }

    /** Whether a name with a parenthesis behind it is a function in {@code FROM}; one in a condition changes nothing. */
    private boolean isSource(int name) {
        int before = tokens.previous(Operand.nameStart(tokens, name));
        return Operand.isFunction(tokens, name)
                && (tokens.isSymbol(before, ',') || TokenContext.isAnyWord(tokens, before, "FROM", "JOIN", "LATERAL"));
    }

    /** The columns behind {@code SELECT}. */
    private void items(List<String> variables) {
        int column = 0;
        int first = token;
        int depth = 0;
        for (; token < to; token = tokens.next(token)) {
            boolean ends = depth == 0
                    && (tokens.isWord(token, "FROM") || tokens.isWord(token, "INTO") || isBehindValues(token));
            if (ends || (depth == 0 && tokens.isSymbol(token, ','))) {
                item(first, token, column++, variables);
                first = tokens.next(token);
            }
            if (ends) {
                return;
            }
            depth += nesting(token);
        }
        item(first, to, column, variables);
    }

    private void item(int first, int end, int column, List<String> variables) {
        int last = tokens.previous(end);
        if (last < first) {
            return;
        }
        int before = tokens.previous(last);
        boolean named = tokens.isIdentifier(last)
                && (last == first
                        || tokens.isSymbol(before, '.')
                        || tokens.isSymbol(before, ')')
                        || tokens.isWord(before, "AS")
                        || tokens.kind(before) == TokenKind.STRING);
        List<String> names = new ArrayList<>();
        if (named) {
            names.add(tokens.name(last));
        }
        if (column < variables.size()) {
            names.add(variables.get(column));
        }
        add(first, end, names);
    }

    /** {@code (a, b), (c, d)} behind {@code VALUES}. */
    private void rows(List<String> names) {
        while (token < to && tokens.isSymbol(token, '(')) {
            int first = tokens.next(token);
            int column = 0;
            int depth = 0;
            for (token = first; token < to && depth >= 0; token = tokens.next(token)) {
                boolean closes = depth == 0 && tokens.isSymbol(token, ')');
                if (closes || (depth == 0 && tokens.isSymbol(token, ','))) {
                    String name = column < names.size() ? names.get(column) : "column" + (column + 1);
                    add(first, token, List.of(name));
                    column++;
                    first = tokens.next(token);
                }
                depth += nesting(token);
            }
            token = tokens.isSymbol(token, ',') ? tokens.next(token) : token;
        }
    }

    /** A query in parentheses, with the names of its columns behind or before it. */
    private void relation(int depth) {
        int close = Math.min(Operand.closing(tokens, token), to);
        boolean inner = depth < Operand.LAYERS && close > token;
        if (inner) {
            List<String> names = columns(tokens.next(close));
            int as = tokens.previous(token);
            as = tokens.isWord(as, "MATERIALIZED") ? tokens.previous(as) : as;
            if (names.isEmpty() && tokens.isWord(as, "AS") && tokens.isSymbol(tokens.previous(as), ')')) {
                names = list(TokenContext.openingBracket(tokens, tokens.previous(as)));
            }
            QueryValues nested = new QueryValues(tokens, tokens.next(token), close);
            nested.query(names, depth + 1);
            sources.addAll(nested.sources);
        }
        token = tokens.next(inner ? close : token);
    }

    /** {@code unnest(…) name} and {@code unnest(…) AS t(name)}. */
    private void call() {
        int open = tokens.next(token);
        int close = Operand.closing(tokens, open);
        int alias = behindAs(tokens.next(close));
        List<String> names = new ArrayList<>(columns(tokens.next(close)));
        if (tokens.isIdentifier(alias) && !isBehindValues(alias)) {
            names.add(tokens.name(alias));
        }
        if (close > open) {
            add(tokens.next(open), close, names);
        }
        token = tokens.next(close);
    }

    /** The names in {@code [AS] t(a, b)}. */
    private List<String> columns(int behind) {
        int alias = behindAs(behind);
        return tokens.isIdentifier(alias) ? list(tokens.next(alias)) : List.of();
    }

    private int behindAs(int token) {
        return tokens.isWord(token, "AS") ? tokens.next(token) : token;
    }

    private List<String> list(int open) {
        List<String> names = new ArrayList<>();
        boolean more = tokens.isSymbol(open, '(');
        for (int name = tokens.next(open); more && tokens.isIdentifier(name); name = tokens.next(tokens.next(name))) {
            names.add(tokens.name(name));
            more = tokens.isSymbol(tokens.next(name), ',');
        }
        return names;
    }

    private void add(int from, int end, List<String> names) {
        if (end > from && !names.isEmpty()) {
            sources.add(new Source(tokens, from, end, names));
        }
    }

    private int nesting(int token) {
        boolean opens = tokens.isSymbol(token, '(') || tokens.isSymbol(token, '[');
        boolean closes = tokens.isSymbol(token, ')') || tokens.isSymbol(token, ']');
        return opens ? 1 : closes ? -1 : 0;
    }

    private boolean isBehindValues(int token) {
        return tokens.kind(token) == TokenKind.WORD && BEHIND_VALUES.contains(tokens.name(token));
    }
}
