package dev.tenantmigrator.internal.sql.rewrite;

import static dev.tenantmigrator.internal.sql.lex.TokenContext.isAnyWord;
import static dev.tenantmigrator.internal.sql.lex.TokenContext.wordBefore;

import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.rewrite.CodeRewriter.Rule;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.SchemaName;
import java.util.List;
import java.util.Optional;

/**
 * Rules for code that names the schema as such: before a dot, behind the keyword {@code SCHEMA}, as the target of an
 * import.
 *
 * <p>The rule itself is the one for {@code schema.x} and the middle of {@code database.schema.x}. Shared objects get the
 * schema that holds them. In code that has a table, an alias or a record called like the schema, a {@link ColumnPosition}
 * stays.
 */
final class SchemaReferences implements Rule {

    private final String schema;
    private final SharedObjects shared;
    private final boolean ambiguous;
    private final boolean inBody;

    SchemaReferences(String schema, SharedObjects shared) {
        this(schema, shared, false, false);
    }

    /**
     * @param ambiguous whether the code has a table, alias, column or record that is called like the schema
     * @param inBody whether the code is the body of a routine or {@code DO}
     */
    private SchemaReferences(String schema, SharedObjects shared, boolean ambiguous, boolean inBody) {
        this.schema = schema;
        this.shared = shared;
        this.ambiguous = ambiguous;
        this.inBody = inBody;
    }

    String schema() {
        return schema;
    }

    @Override
    public Rule in(Statement statement) {
        return ambiguous || !hasBareName(statement) ? this : new SchemaReferences(schema, shared, true, inBody);
    }

    /** A record that is called like the schema is declared in one statement and used in others. */
    @Override
    public Rule inBody(List<Statement> body, TextFlow flow) {
        boolean any = ambiguous || body.stream().anyMatch(this::hasBareName);
        return any ? new SchemaReferences(schema, shared, true, true) : this;
    }

    private boolean hasBareName(Statement statement) {
        Tokens tokens = statement.tokens();
        for (int token = statement.from(); token < statement.to(); token++) {
            if (isBareName(tokens, token)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a name like the schema's stands alone and is neither the schema nor the role of that name. */
    private boolean isBareName(Tokens tokens, int token) {
        return tokens.isName(token, schema)
                && !tokens.isSymbol(tokens.next(token), '.')
                && !isAnyWord(tokens, tokens.previous(token), "SCHEMA", "TO")
                && wordBefore(tokens, token, "SEARCH_PATH") < 0;
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
                || (ambiguous && new ColumnPosition(tokens, inBody).isColumn(token, object))) {
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

    /**
     * Whether {@code public.*} means all columns of a table. In {@code OPERATOR(public.*)} and {@code
     * 'public.*(int,int)'::regoperator} it is the multiplication.
     */
    private static boolean isAllColumns(Tokens tokens, int token, int object) {
        return !isOperator(tokens, token)
                && tokens.kind(object) == TokenKind.OPERATOR
                && tokens.text(object).startsWith("*");
    }

    /** {@code x.public.y} begins with a database if all parts are names; otherwise {@code public} is a field of a row. */
    private static boolean isField(Tokens tokens, int token, int object) {
        int dot = tokens.previous(token);
        return tokens.isSymbol(dot, '.')
                && !(tokens.isIdentifier(tokens.previous(dot))
                        && (tokens.isIdentifier(object) || isOperator(tokens, token)));
    }

    /** Whether a name is the one of an operator: in {@code OPERATOR(…)}, or at the beginning of a literal. */
    private static boolean isOperator(Tokens tokens, int token) {
        int before = tokens.previous(Operand.nameStart(tokens, token));
        return before < 0 || (tokens.isSymbol(before, '(') && tokens.isWord(tokens.previous(before), "OPERATOR"));
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
