package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.template.SchemaName;
import java.util.Set;

/**
 * The look of a text that names {@code public}.
 *
 * @param tokens the text, read as SQL
 */
record TextShape(Tokens tokens) {

    /** Words that SQL, or a part of it, begins with. */
    private static final Set<String> BEFORE_SQL = Set.of(
            "alter",
            "analyze",
            "call",
            "cluster",
            "comment",
            "copy",
            "create",
            "delete",
            "do",
            "drop",
            "execute",
            "explain",
            "from",
            "grant",
            "insert",
            "into",
            "join",
            "lock",
            "merge",
            "perform",
            "refresh",
            "reindex",
            "revoke",
            "select",
            "table",
            "truncate",
            "update",
            "vacuum",
            "with");

    static TextShape of(String text) {
        return new TextShape(Lexer.lexFragment(text));
    }

    boolean isSql() {
        return BEFORE_SQL.contains(tokens.name(tokens.next(-1)));
    }

    /** Whether a name in the text has the schema before it. */
    boolean isQualifying() {
        for (int token = tokens.next(-1); token < tokens.count(); token = tokens.next(token)) {
            if (isQualified(token) && isObject(tokens.next(tokens.next(token)))) {
                return true;
            }
        }
        return false;
    }

    /** Whether the text is only the schema and a dot, to which a name may be joined. */
    boolean isPrefix() {
        int first = tokens.next(-1);
        return isQualified(first) && tokens.next(tokens.next(first)) >= tokens.count();
    }

    /** Whether the text is a name with the schema, as {@code public.t}, {@code public.f(int)} and {@code public.%I} are. */
    boolean isName() {
        int first = tokens.next(-1);
        int object = tokens.next(tokens.next(first));
        int behind = tokens.next(object);
        boolean ends = behind >= tokens.count()
                || tokens.isSymbol(behind, '(')
                || tokens.isSymbol(behind, '[')
                || tokens.isSymbol(behind, '.')
                || tokens.name(behind).length() == 1;
        return isQualified(first) && isObject(object) && ends;
    }

    /** Whether the text is the schema, or an array that begins with it. */
    boolean isSchema() {
        int first = tokens.next(-1);
        boolean array = tokens.isSymbol(first, '{');
        int name = array ? tokens.next(first) : first;
        int behind = tokens.next(name);
        boolean ends = array ? tokens.isSymbol(behind, ',') || tokens.isSymbol(behind, '}') : behind >= tokens.count();
        return tokens.isName(name, SchemaName.PUBLIC) && ends;
    }

    private boolean isQualified(int token) {
        return tokens.isName(token, SchemaName.PUBLIC) && tokens.isSymbol(tokens.next(token), '.');
    }

    private boolean isObject(int token) {
        return tokens.isIdentifier(token) || tokens.text(token).startsWith("%");
    }
}
