package dev.tenantmigrator.internal.sql.rules;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.sql.lex.Identifiers;
import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code DROP … IF EXISTS other.x} and {@code ALTER … IF EXISTS other.x}, for which PostgreSQL has nothing to do where the schema
 * {@code other} does not exist.
 */
public final class IfExists {

    private static final Pattern CLAUSE = Pattern.compile("\\bif\\s+exists\\b", Pattern.CASE_INSENSITIVE);

    private static final String NAME = "(?:\"(?:[^\"]|\"\")+\"|[\\p{L}_][\\p{L}\\p{M}\\p{N}_$]*)";

    /** A name before a dot, or in the list behind {@code SCHEMA IF EXISTS}. Also matches in comments and data. */
    private static final Pattern SCHEMA = Pattern.compile(
            "(" + NAME + ")\\s*\\.|\\bschema\\s+if\\s+exists\\s+(" + NAME + "(?:\\s*,\\s*" + NAME + ")*)",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern ANY_NAME = Pattern.compile(NAME);

    /** The words between {@code DROP} and {@code IF}, e.g. {@code TEXT SEARCH CONFIGURATION}. */
    private static final int MOST_WORDS = 3;

    private IfExists() {}

    /** The names in a script that may be schemas named with {@code IF EXISTS}. Rather finds too many. */
    public static Set<String> mayName(MigrationScript script) {
        Set<String> names = new LinkedHashSet<>();
        String text = script.text();
        if (!CLAUSE.matcher(text).find()) {
            return names;
        }
        Matcher matcher = SCHEMA.matcher(text);
        while (matcher.find()) {
            Matcher name = ANY_NAME.matcher(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
            while (name.find()) {
                names.add(stored(name.group()));
            }
        }
        return names;
    }

    private static String stored(String name) {
        return name.startsWith("\"")
                ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
                : Identifiers.fold(name);
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
