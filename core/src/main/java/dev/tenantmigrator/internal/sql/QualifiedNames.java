package dev.tenantmigrator.internal.sql;

import dev.tenantmigrator.SharedObjects;
import java.util.Optional;
import java.util.Set;

/**
 * {@code schema.x}, and the middle of {@code database.schema.x}. Shared objects get the schema that holds them. A table,
 * an alias or a column of the schema's name is left alone where that can be told.
 */
final class QualifiedNames implements TokenRule {

    private static final Set<String> BEFORE_TABLE =
            Set.of("from", "join", "update", "into", "only", "table", "using", "lateral");

    private final String schema;
    private final SharedObjects shared;
    private final boolean aliased;

    QualifiedNames(String schema, SharedObjects shared) {
        this(schema, shared, false);
    }

    private QualifiedNames(String schema, SharedObjects shared, boolean aliased) {
        this.schema = schema;
        this.shared = shared;
        this.aliased = aliased;
    }

    String schema() {
        return schema;
    }

    @Override
    public TokenRule in(Statement statement) {
        Tokens tokens = statement.tokens();
        for (int token = statement.from(); token < statement.to(); token++) {
            if (isAlias(tokens, token)) {
                return new QualifiedNames(schema, shared, true);
            }
        }
        return this;
    }

    @Override
    public boolean apply(Tokens tokens, int token, Edits out) {
        int dot = tokens.next(token);
        if (!tokens.isSymbol(dot, '.') || !tokens.isName(token, schema)) {
            return false;
        }
        int object = tokens.next(dot);
        if (isAllColumns(tokens, token, object)
                || isField(tokens, token, object)
                || (aliased && isColumn(tokens, token, object))) {
            return true;
        }
        Optional<String> holder = shared.schemaOf(tokens.name(object));
        if (holder.isEmpty()) {
            out.gap(tokens.start(token), tokens.end(token));
        } else if (!holder.get().equals(schema)) {
            out.replace(tokens.start(token), tokens.end(token), Template.quoted(holder.get()));
        }
        return true;
    }

    /** The schema that holds a shared object, when that is what a name behind the schema's stands for. */
    Optional<String> holder(String object) {
        return shared.schemaOf(object);
    }

    /** {@code FROM t AS schema}, {@code JOIN s.t schema}, {@code FROM (…) schema}, {@code UPDATE t schema}. */
    private boolean isAlias(Tokens tokens, int token) {
        if (!tokens.isName(token, schema) || tokens.isSymbol(tokens.next(token), '.')) {
            return false;
        }
        int table = tokens.previous(token);
        if (tokens.isWord(table, "AS")) {
            table = tokens.previous(table);
        }
        if (tokens.isSymbol(table, ')')) {
            int open = Call.around(tokens, table).open();
            table = tokens.isIdentifier(tokens.previous(open)) ? tokens.previous(open) : open;
            if (isBeforeTable(tokens, table)) {
                return true;
            }
        }
        if (!tokens.isIdentifier(table)) {
            return false;
        }
        int before = tokens.previous(table);
        for (int parts = 0; parts < 2 && tokens.isSymbol(before, '.'); parts++) {
            before = tokens.previous(tokens.previous(before));
        }
        return isBeforeTable(tokens, before);
    }

    /** Behind an alias of the schema's name, {@code schema.x} is a column unless it can be but a table or function. */
    private static boolean isColumn(Tokens tokens, int token, int object) {
        int before = tokens.previous(token);
        int behind = tokens.next(object);
        return !isBeforeTable(tokens, before)
                && !tokens.isSymbol(behind, '(')
                && !tokens.isSymbol(behind, '.')
                && !tokens.isOperator(before, "::")
                && !tokens.isSymbol(before, '.');
    }

    private static boolean isBeforeTable(Tokens tokens, int token) {
        return tokens.kind(token) == TokenKind.WORD && BEFORE_TABLE.contains(tokens.name(token));
    }

    /**
     * {@code OPERATOR(public.*)} and {@code 'public.*(int,int)'::regoperator} name multiplication, {@code public.*}
     * anywhere else the columns of a table.
     */
    private static boolean isAllColumns(Tokens tokens, int token, int object) {
        int parenthesis = tokens.previous(token);
        boolean operator = parenthesis < 0
                || (tokens.isSymbol(parenthesis, '(') && tokens.isWord(tokens.previous(parenthesis), "OPERATOR"));
        return !operator
                && tokens.kind(object) == TokenKind.OPERATOR
                && tokens.text(object).startsWith("*");
    }

    /** {@code x.public.y} has a database in front; with anything but names around it, it is a column of a row. */
    private static boolean isField(Tokens tokens, int token, int object) {
        int dot = tokens.previous(token);
        return tokens.isSymbol(dot, '.') && !(tokens.isIdentifier(tokens.previous(dot)) && tokens.isIdentifier(object));
    }
}
