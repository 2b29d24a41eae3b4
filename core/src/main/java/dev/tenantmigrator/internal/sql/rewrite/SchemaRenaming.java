package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Splitter;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.LiteralText;
import dev.tenantmigrator.internal.sql.template.SchemaName;
import dev.tenantmigrator.internal.sql.template.Template;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts another schema into the definitions of existing objects, because {@code ALTER SCHEMA … RENAME} does not change the
 * bodies of functions.
 */
public final class SchemaRenaming {

    private static final SharedObjects NOTHING_SHARED = new SharedObjects("public", Set.of(), Map.of(), Set.of());

    private SchemaRenaming() {}

    /**
     * Rewrites a definition, as {@code pg_get_functiondef} returns it, for another schema. Replaces the schema in
     * qualified names and {@code SCHEMA name}, also in SQL and PL/pgSQL bodies; in string literals that are a qualified
     * name as a whole, e.g. {@code nextval('old.seq'::regclass)}; and in {@code SET search_path}.
     *
     * @throws IllegalArgumentException when the text cannot be read to its end, or the new name cannot stand in it
     */
    public static String rename(String sql, String fromSchema, String toSchema) {
        SchemaName to = new SchemaName(toSchema);
        SchemaReferences references = new SchemaReferences(fromSchema, NOTHING_SHARED);
        SearchPathRules path = SearchPathRules.renamed(fromSchema);
        CodeRewriter rewriter = new CodeRewriter(
                references,
                List.of(
                        references,
                        references::keyword,
                        path::list,
                        (tokens, token, out) -> path.setConfig(tokens, token, false, out),
                        new LiteralRule(references),
                        (tokens, token, out) -> nameInLiteral(tokens, token, references, out)));
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

    /** Code that created an object may have put the schema into a literal of the definition. */
    private static boolean nameInLiteral(Tokens tokens, int token, SchemaReferences references, Edits out) {
        Optional<LiteralText> literal =
                tokens.kind(token) == TokenKind.STRING ? LiteralText.of(tokens, token) : Optional.empty();
        if (literal.isEmpty() || !isQualifiedName(literal.get().text(), references.schema())) {
            return false;
        }
        references.apply(
                Lexer.lexFragment(literal.get().text()), 0, literal.get().edits(out));
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
