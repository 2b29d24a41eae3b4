package dev.tenantmigrator.internal.sql.rules;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * {@code DROP … IF EXISTS other.x} and {@code ALTER … IF EXISTS other.x}, for which PostgreSQL has nothing to do where the schema
 * {@code other} does not exist.
 */
public final class IfExists {

    private static final Pattern CLAUSE = Pattern.compile("\\bif\\s+exists\\b", Pattern.CASE_INSENSITIVE);

    /** The words between {@code DROP} and {@code IF}, e.g. {@code TEXT SEARCH CONFIGURATION}. */
    private static final int MOST_WORDS = 3;

    private IfExists() {}

    /** The names in a script that may be schemas named with {@code IF EXISTS}, also in code. Rather finds too many. */
    public static Set<String> mayName(MigrationScript script) {
        Set<String> names = new LinkedHashSet<>();
        if (CLAUSE.matcher(script.text()).find()) {
            addNames(script.text(), tokens(script.text()), 0, names);
        }
        // An escape in an identifier can spell characters that no value in the database has.
        names.removeIf(name -> name.chars().anyMatch(c -> c == 0 || Character.isSurrogate((char) c)));
        return names;
    }

    /** Without the data of {@code COPY}, which may have quotes without a partner. A script that cannot be read is refused elsewhere. */
    private static Tokens tokens(String script) {
        try {
            return Lexer.lexScript(script);
        } catch (UnreadableSqlException e) {
            return Lexer.lexFragment(script);
        }
    }

    private static void addNames(String text, int depth, Set<String> names) {
        if (depth <= Statement.MAX_NESTING && CLAUSE.matcher(text).find()) {
            addNames(text, Lexer.lexFragment(text), depth, names);
        }
    }

    private static void addNames(String text, Tokens tokens, int depth, Set<String> names) {
        for (int token = tokens.next(-1); token < tokens.count(); token = tokens.next(token)) {
            switch (tokens.kind(token)) {
                case DOLLAR_STRING ->
                    addNames(text.substring(tokens.contentStart(token), tokens.contentEnd(token)), depth + 1, names);
                case STRING -> addNames(content(tokens.text(token)), depth + 1, names);
                case WORD, QUOTED_IDENTIFIER -> {
                    if (tokens.isSymbol(tokens.next(token), '.')) {
                        names.add(tokens.name(token));
                    } else if (tokens.isWord(token, "SCHEMA") && isClause(tokens, tokens.next(token))) {
                        addListed(tokens, tokens.next(tokens.next(tokens.next(token))), names);
                    }
                }
                default -> {}
            }
        }
    }

    private static void addListed(Tokens tokens, int first, Set<String> names) {
        int name = first;
        while (tokens.isIdentifier(name)) {
            names.add(tokens.name(name));
            int comma = tokens.next(name);
            name = tokens.isSymbol(comma, ',') ? tokens.next(comma) : tokens.count();
        }
    }

    private static String content(String literal) {
        return literal.substring(literal.indexOf('\'') + 1, literal.length() - 1)
                .replace("''", "'");
    }

    /**
     * Whether a name stands behind {@code DROP … IF EXISTS}, or is the object of {@code ALTER … IF EXISTS}, also in code.
     *
     * @param token the first part of the name
     */
    public static boolean guards(Tokens tokens, int token) {
        int first = token;
        while (first >= 0 && !TokenContext.beginsStatement(tokens, first)) {
            first = tokens.previous(first);
        }
        int clause = tokens.next(first);
        for (int words = 0; words < MOST_WORDS && !isClause(tokens, clause); words++) {
            clause = tokens.next(clause);
        }
        if (!isClause(tokens, clause) || clause >= token) {
            return false;
        }
        if (tokens.isWord(first, "DROP")) {
            return true;
        }
        int before = tokens.previous(token);
        int object = tokens.isWord(before, "ONLY") ? tokens.previous(before) : before;
        return tokens.isWord(first, "ALTER") && object == tokens.next(clause);
    }

    /** Whether such a name is a schema: one before a dot, or one of {@code DROP SCHEMA}. */
    public static boolean guardsSchema(Tokens tokens, int token) {
        boolean schema = tokens.isSymbol(tokens.next(token), '.')
                || tokens.isWord(TokenContext.wordBefore(tokens, token, "DROP", "SCHEMA"), "SCHEMA");
        return schema && guards(tokens, token);
    }

    private static boolean isClause(Tokens tokens, int token) {
        return tokens.isWord(token, "IF") && tokens.isWord(tokens.next(token), "EXISTS");
    }
}
