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
        String quoted = Template.quoted(toSchema);
        CodeRewriter rewriter = new CodeRewriter(
                SchemaRules.qualifiedNames(fromSchema, NOTHING_SHARED),
                SchemaRules.schemaKeyword(fromSchema),
                (tokens, token, out) -> searchPath(tokens, token, fromSchema, toSchema, out),
                (tokens, token, out) -> nameInLiteral(tokens, token, fromSchema, quoted, out));
        Template.Builder out = new Template.Builder(sql, 0);
        try {
            for (Statement statement : Splitter.split(Lexer.lex(sql))) {
                rewriter.rewrite(statement, out);
            }
        } catch (UnreadableSqlException e) {
            throw new IllegalArgumentException("line " + e.line() + ": " + e.getMessage(), e);
        }
        return out.build(sql.length()).text(quoted);
    }

    /** {@code SET search_path TO 'a', b}. */
    private static boolean searchPath(Tokens tokens, int token, String from, String to, Template.Builder out) {
        if (!tokens.isName(token, "search_path")) {
            return false;
        }
        int assignment = tokens.next(token);
        if (!tokens.isWord(assignment, "TO") && !tokens.name(assignment).equals("=")) {
            return false;
        }
        int element = assignment;
        do {
            element = tokens.next(element);
            if (tokens.isName(element, from)) {
                out.gap(tokens.start(element), tokens.end(element));
            } else if (literal(tokens, element).filter(from::equals).isPresent()) {
                out.replace(tokens.start(element), tokens.end(element), Sql.literal(to));
            }
            element = tokens.next(element);
        } while (tokens.isSymbol(element, ','));
        return true;
    }

    private static boolean nameInLiteral(Tokens tokens, int token, String from, String quotedTo, Template.Builder out) {
        Optional<String> content = literal(tokens, token);
        Optional<String> rest = content.flatMap(name -> restOfQualifiedName(name, from));
        rest.ifPresent(name ->
                out.replace(tokens.start(token), tokens.end(token), "'" + (quotedTo + name).replace("'", "''") + "'"));
        return rest.isPresent();
    }

    /** The value of a plain string literal on one line. */
    private static Optional<String> literal(Tokens tokens, int token) {
        if (tokens.kind(token) != TokenKind.STRING) {
            return Optional.empty();
        }
        String text = tokens.text(token);
        boolean plain = text.startsWith("'") && text.indexOf('\n') < 0;
        return plain ? Optional.of(text.substring(1, text.length() - 1).replace("''", "'")) : Optional.empty();
    }

    /** What stands behind the schema when a text is {@code schema.name} and nothing else. */
    private static Optional<String> restOfQualifiedName(String text, String schema) {
        if (text.indexOf('.') < 0) {
            return Optional.empty();
        }
        try {
            Tokens tokens = Lexer.lex(text);
            boolean qualified = tokens.count() >= 3 && tokens.count() % 2 == 1 && tokens.isName(0, schema);
            for (int token = 1; qualified && token < tokens.count(); token += 2) {
                qualified = tokens.isSymbol(token, '.') && tokens.isIdentifier(token + 1);
            }
            return qualified ? Optional.of(text.substring(tokens.end(0))) : Optional.empty();
        } catch (UnreadableSqlException e) {
            return Optional.empty();
        }
    }
}
