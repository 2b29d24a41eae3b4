package dev.tenantmigrator.internal.sql.rules;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.template.SchemaName;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds SQL whose text does not show what it does: dynamic SQL, changes of the search path, functions that run SQL from a
 * string. Every pattern errs towards finding too much: a script with hidden effects only gets a slower check.
 */
public final class HiddenEffects {

    /**
     * Words of code that runs other code, changes the session, or changes more than rows without taking a lock. Java and
     * PostgreSQL both read this regular expression, as functions are searched for it in the database too.
     */
    public static final String WORDS = "execute|do|grant|revoke|alter|create|drop|reassign|import|temp|temporary"
            + "|prepare|deallocate|discard|listen|unlisten|set|reset|schema|search_path|open|close|fetch|move|cursor|hold"
            + "|lo_[a-z_]*|lowrite";

    /** Functions of PostgreSQL and its extensions that run SQL from a string. */
    private static final String RUNNING_SQL = "_to_xml|ts_stat|ts_rewrite|crosstab|connectby|xpath_table|dblink";

    /** Parts of the names of such functions, and {@code u&"}, because an identifier with escapes can spell any name. */
    public static final String NAMES = "set_config|pg_settings|advisory|u&\"|" + RUNNING_SQL;

    private static final Pattern HIDING = Pattern.compile("\\b(?:" + WORDS + ")\\b|" + NAMES, Pattern.CASE_INSENSITIVE);

    /** Dynamic SQL, or a setting with a computed name. Also matches in comments and data. */
    private static final Pattern DYNAMIC = Pattern.compile(
            "\\bexecute\\b(?!\\s+(?:function|procedure)\\b)|\\bdo\\b[^$;]{0,40}\\blanguage\\b|\\bdo\\s*(?:e|u&)?'|"
                    + RUNNING_SQL + "|set_config\"?\\s*\\(\\s*(?!e?'+[\\w$.]+'+\\s*,)|pg_settings|u&\"",
            Pattern.CASE_INSENSITIVE);

    /** {@code set_config} can change the search path, and with it the schema that a name leads to. */
    private static final Pattern SETTING = Pattern.compile("set_config", Pattern.CASE_INSENSITIVE);

    /** Strings that can spell a word in disguise: with escapes, or continued on another line. */
    private static final Pattern DISGUISING = Pattern.compile(
            "(?:\\be|u&)'|'(?:\\s|--[^\\r\\n]*)*[\\r\\n](?:\\s|--[^\\r\\n]*)*'", Pattern.CASE_INSENSITIVE);

    /** The languages of bodies that can be read here; a function in any other may do anything. */
    private static final Set<String> READABLE_LANGUAGES = Set.of("sql", "plpgsql");

    private HiddenEffects() {}

    /**
     * Whether a script hides some of its effects, or creates something that can do so later.
     *
     * @param script a script of a history, as written; one that cannot be read counts, as it could hide anything
     */
    public static boolean in(MigrationScript script) {
        try {
            return ScriptReader.read(script).stream().anyMatch(HiddenEffects::in);
        } catch (InvalidMigrationException e) {
            return true;
        }
    }

    static boolean in(Statement statement) {
        String sql = statement.text();
        return isDynamic(sql)
                || SETTING.matcher(sql).find()
                || changesSearchPath(statement)
                || changesAllObjectsOfRole(statement)
                || namesDatabase(statement)
                || createsHidingRoutine(statement);
    }

    /** Whether SQL runs SQL from a string, or sets a setting whose name it computes. */
    static boolean isDynamic(String sql) {
        return DYNAMIC.matcher(sql).find();
    }

    private static boolean createsHidingRoutine(Statement statement) {
        if (!statement.createsRoutine()) {
            return false;
        }
        Tokens tokens = statement.tokens();
        StringBuilder definition = new StringBuilder();
        StringBuilder withoutBodies = new StringBuilder();
        for (int token = tokens.next(statement.from()); token < statement.to(); token++) {
            // The function's own SET clause is harmless: it ends with each call.
            boolean ofSearchPath = tokens.isWord(token, "SEARCH_PATH")
                    || (tokens.isWord(token, "SET") && tokens.isWord(tokens.next(token), "SEARCH_PATH"));
            if (tokens.isWord(token, "LANGUAGE")
                    && !READABLE_LANGUAGES.contains(language(tokens, tokens.next(token)))) {
                return true;
            }
            if (!ofSearchPath && tokens.kind(token) != TokenKind.COMMENT) {
                definition.append(tokens.text(token));
            }
            // Dollar quotes allow no escapes, so nothing in them is disguised.
            withoutBodies.append(tokens.kind(token) == TokenKind.DOLLAR_STRING ? " " : tokens.text(token));
        }
        return HIDING.matcher(definition).find()
                || DISGUISING.matcher(withoutBodies).find();
    }

    private static String language(Tokens tokens, int token) {
        return tokens.kind(token) == TokenKind.STRING
                ? tokens.text(token).replace("'", "").toLowerCase(Locale.ROOT)
                : tokens.name(token);
    }

    /**
     * Whether a name has three parts that do not begin with the scripts' schema. Its first part may be the database, and
     * then the second may be any schema.
     */
    private static boolean namesDatabase(Statement statement) {
        Tokens tokens = statement.tokens();
        for (int token = statement.from(); token < statement.to(); token = tokens.next(token)) {
            int dot = tokens.next(token);
            int second = tokens.next(dot);
            int otherDot = tokens.next(second);
            if (tokens.isIdentifier(token)
                    && !tokens.isName(token, SchemaName.PUBLIC)
                    && tokens.isSymbol(dot, '.')
                    && tokens.isIdentifier(second)
                    && tokens.isSymbol(otherDot, '.')) {
                return true;
            }
        }
        return false;
    }

    private static boolean changesAllObjectsOfRole(Statement statement) {
        return statement.startsWith("REASSIGN") || statement.startsWith("DROP", "OWNED");
    }

    private static boolean changesSearchPath(Statement statement) {
        StatementCursor cursor = statement.cursor();
        if (!cursor.take("SET")) {
            return statement.startsWith("RESET");
        }
        cursor.takeAny("LOCAL", "SESSION");
        return statement.tokens().kind(cursor.token()) != TokenKind.WORD || cursor.takeAny("SEARCH_PATH", "SCHEMA");
    }
}
