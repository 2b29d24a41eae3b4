package dev.tenantmigrator.internal.sql;

import dev.tenantmigrator.SharedObjects;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts another schema into the text of existing objects, as {@code ALTER SCHEMA … RENAME} leaves function bodies
 * alone.
 */
public final class SchemaRenaming {

    private static final SharedObjects NOTHING_SHARED = new SharedObjects("public", Set.of(), Map.of(), Set.of());

    private SchemaRenaming() {}

    /**
     * A definition, such as {@code pg_get_functiondef} returns it, in another schema. Changed are qualified names and
     * {@code SCHEMA name}, also in SQL and PL/pgSQL bodies; string literals that are a qualified name as a whole, e.g.
     * {@code nextval('old.seq'::regclass)}; and the elements of {@code SET search_path}.
     *
     * @throws IllegalArgumentException when the text cannot be read to its end, or the new name cannot stand in it
     */
    public static String rename(String sql, String fromSchema, String toSchema) {
        SchemaName to = new SchemaName(toSchema);
        QualifiedNames names = new QualifiedNames(fromSchema, NOTHING_SHARED);
        SearchPath path = SearchPath.renamed(fromSchema);
        CodeRewriter rewriter = new CodeRewriter(
                names,
                names,
                SchemaRules.schemaKeyword(fromSchema),
                path::list,
                (tokens, token, out) -> path.value(tokens, token, false, out),
                new LiteralRule(names),
                (tokens, token, out) -> nameInLiteral(tokens, token, names, out));
        Template.Builder out = new Template.Builder(sql, 0);
        try {
            for (Statement statement : Splitter.split(Lexer.lex(sql))) {
                rewriter.rewrite(statement, out);
            }
        } catch (UnreadableSqlException e) {
            throw new IllegalArgumentException("line " + e.line() + ": " + e.getMessage(), e);
        }
        return out.build(sql.length()).text(to);
    }

    /** A definition that was made by running code holds the schema where the code had a name. */
    private static boolean nameInLiteral(Tokens tokens, int token, QualifiedNames names, Edits out) {
        Optional<Fragment> literal =
                tokens.kind(token) == TokenKind.STRING ? Fragment.of(tokens, token) : Optional.empty();
        if (literal.isEmpty() || !isQualifiedName(literal.get().text(), names.schema())) {
            return false;
        }
        names.apply(Lexer.lexFragment(literal.get().text()), 0, literal.get().edits(out));
        return true;
    }

    private static boolean isQualifiedName(String text, String schema) {
        if (text.indexOf('.') < 0) {
            return false;
        }
        Tokens tokens = Lexer.lexFragment(text);
        boolean qualified = tokens.count() >= 3 && tokens.count() % 2 == 1 && tokens.isName(0, schema);
        for (int token = 1; qualified && token < tokens.count(); token += 2) {
            qualified = tokens.isSymbol(token, '.') && tokens.isIdentifier(token + 1);
        }
        return qualified;
    }
}
