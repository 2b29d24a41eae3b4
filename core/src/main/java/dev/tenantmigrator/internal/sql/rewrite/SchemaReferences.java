package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.TokenContext.Bracket;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.rewrite.CodeRewriter.Rule;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.SchemaName;
import java.util.Optional;
import java.util.Set;

/**
 * Rules for code that names the schema as such: before a dot, behind the keyword {@code SCHEMA}, as the target of an
 * import.
 *
 * <p>The rule itself is the one for {@code schema.x} and the middle of {@code database.schema.x}. Shared objects get the
 * schema that holds them. A table, an alias or a column that is called like the schema stays, where the text shows that
 * it is one.
 */
final class SchemaReferences implements Rule {

    /** Keywords with a table behind them. */
    private static final Set<String> BEFORE_TABLE =
            Set.of("from", "join", "update", "into", "only", "table", "using", "lateral");

    private final String schema;
    private final SharedObjects shared;
    private final boolean aliased;

    SchemaReferences(String schema, SharedObjects shared) {
        this(schema, shared, false);
    }

    private SchemaReferences(String schema, SharedObjects shared, boolean aliased) {
        this.schema = schema;
        this.shared = shared;
        this.aliased = aliased;
    }

    String schema() {
        return schema;
    }

    @Override
    public Rule in(Statement statement) {
        Tokens tokens = statement.tokens();
        for (int token = statement.from(); token < statement.to(); token++) {
            if (isAlias(tokens, token)) {
                return new SchemaReferences(schema, shared, true);
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
            out.replace(tokens.start(token), tokens.end(token), SchemaName.quoted(holder.get()));
        }
        return true;
    }

    /** The schema that holds a shared object; empty when the object is the tenant's own. */
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
            int open = Bracket.opening(tokens, table).token();
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

    /** Whether {@code schema.x} can be a column, in a statement that has an alias called like the schema. */
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
     * Whether {@code public.*} means all columns of a table. In {@code OPERATOR(public.*)} and {@code
     * 'public.*(int,int)'::regoperator} it is the multiplication.
     */
    private static boolean isAllColumns(Tokens tokens, int token, int object) {
        int parenthesis = tokens.previous(token);
        boolean operator = parenthesis < 0
                || (tokens.isSymbol(parenthesis, '(') && tokens.isWord(tokens.previous(parenthesis), "OPERATOR"));
        return !operator
                && tokens.kind(object) == TokenKind.OPERATOR
                && tokens.text(object).startsWith("*");
    }

    /** {@code x.public.y} begins with a database if all parts are names; otherwise {@code public} is a field of a row. */
    private static boolean isField(Tokens tokens, int token, int object) {
        int dot = tokens.previous(token);
        return tokens.isSymbol(dot, '.') && !(tokens.isIdentifier(tokens.previous(dot)) && tokens.isIdentifier(object));
    }

    /** The rule for {@code SCHEMA schema}, and each of {@code ON SCHEMA a, b} and {@code IN SCHEMA a, b}. */
    boolean keyword(Tokens tokens, int token, Edits out) {
        if (!tokens.isWord(token, "SCHEMA")) {
            return false;
        }
        int previous = tokens.previous(token);
        // IMPORT FOREIGN SCHEMA names a schema of another database, and x.schema is a column.
        if (tokens.isWord(previous, "FOREIGN") || tokens.isSymbol(previous, '.')) {
            return true;
        }
        boolean list = tokens.isWord(previous, "ON") || tokens.isWord(previous, "IN");
        int name = tokens.next(token);
        int behind = gapForName(tokens, name, out);
        while (list && tokens.isSymbol(behind, ',')) {
            behind = gapForName(tokens, tokens.next(behind), out);
        }
        return true;
    }

    private int gapForName(Tokens tokens, int name, Edits out) {
        int behind = tokens.next(name);
        if (tokens.isName(name, schema) && !tokens.isSymbol(behind, '.')) {
            out.gap(tokens.start(name), tokens.end(name));
        }
        return behind;
    }

    /** The rule for {@code IMPORT FOREIGN SCHEMA … INTO schema}. */
    boolean importTarget(Tokens tokens, int token, Edits out) {
        boolean isTarget = tokens.isName(token, schema) && OtherSchemaCheck.isImport(tokens, tokens.previous(token));
        if (isTarget) {
            out.gap(tokens.start(token), tokens.end(token));
        }
        return isTarget;
    }
}
