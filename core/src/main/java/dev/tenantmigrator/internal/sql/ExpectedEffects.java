package dev.tenantmigrator.internal.sql;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.ScriptFile;
import dev.tenantmigrator.SqlStatement;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a script can be expected to do to the database, from its text. It decides how its transaction is checked.
 *
 * @param plain whether locks show all that its statements do to objects that the tenant does not have: PostgreSQL creates what is
 *     named without a schema in the tenant's, and locks what it drops, and each table or index that it changes
 * @param onlyRelations whether these locks are all of relations: tables, indexes, sequences
 * @param removes whether something may be gone after it, if only what it made for a moment
 * @param altersTypes whether it alters types, which takes no lock
 * @param hidden whether it runs code that the text need not show, or creates a function that runs such code, or changes which
 *     schemas its names lead to
 * @param unseenSettings whether it may set what the text does not name
 */
public record ExpectedEffects(
        boolean plain,
        boolean onlyRelations,
        boolean removes,
        boolean altersTypes,
        boolean hidden,
        boolean unseenSettings) {

    /**
     * Words of code that can do what its text does not show, or that does more than to read and write rows: without a lock, or
     * to the session. In the form that regular expressions of Java and of PostgreSQL share.
     */
    public static final String HIDING_WORDS = "execute|do|grant|revoke|alter|create|drop|reassign|import|temp|temporary"
            + "|prepare|deallocate|discard|listen|unlisten|set|reset|schema|search_path|open|close|fetch|move|cursor|hold"
            + "|lo_[a-z_]*|lowrite";

    /** Functions that run SQL from a string. */
    private static final String RUNNING_SQL = "_to_xml|ts_stat|ts_rewrite|crosstab|connectby|xpath_table|dblink";

    /** Parts of names of functions that do so, and the beginning of a name with escapes. */
    public static final String HIDING_NAMES = "set_config|pg_settings|advisory|u&\"|" + RUNNING_SQL;

    private static final Pattern HIDING =
            Pattern.compile("\\b(?:" + HIDING_WORDS + ")\\b|" + HIDING_NAMES, Pattern.CASE_INSENSITIVE);

    /** Dynamic SQL, or a setting whose name is computed. Too often rather than too rarely: also in comments and data. */
    private static final Pattern DYNAMIC = Pattern.compile(
            "\\bexecute\\b(?!\\s+(?:function|procedure)\\b)|\\bdo\\b[^$;]{0,40}\\blanguage\\b|\\bdo\\s*(?:e|u&)?'|"
                    + RUNNING_SQL + "|set_config\"?\\s*\\(\\s*(?!e?'+[\\w$.]+'+\\s*,)|pg_settings|u&\"",
            Pattern.CASE_INSENSITIVE);

    /** What can change the search path, so that a name leads to another schema. */
    private static final Pattern SETTING = Pattern.compile("set_config", Pattern.CASE_INSENSITIVE);

    /** Strings in which a word can be written otherwise than as it is: with escapes, or continued on another line. */
    private static final Pattern DISGUISING = Pattern.compile(
            "(?:\\be|u&)'|'(?:\\s|--[^\\r\\n]*)*[\\r\\n](?:\\s|--[^\\r\\n]*)*'", Pattern.CASE_INSENSITIVE);

    /** Of functions whose bodies are read here. */
    private static final Set<String> LANGUAGES = Set.of("sql", "plpgsql");

    private static final Pattern TEMPORARY = Pattern.compile("pg_temp", Pattern.CASE_INSENSITIVE);

    private static final String[] CREATED = {
        "TABLE", "INDEX", "SEQUENCE", "VIEW", "TYPE", "DOMAIN", "FUNCTION", "PROCEDURE", "TRIGGER", "POLICY", "RULE"
    };

    private static final String[] ALTERED = {"TABLE", "INDEX", "SEQUENCE", "VIEW", "TYPE", "TRIGGER", "POLICY", "RULE"};

    private static final String[] ROWS = {
        "INSERT", "UPDATE", "DELETE", "SELECT", "WITH", "VALUES", "TRUNCATE", "COMMENT", "LOCK"
    };

    /**
     * Words of an {@code ALTER} for which PostgreSQL can drop something, if only the table that it writes anew ("ALTER TABLE",
     * Notes).
     */
    private static final Set<String> REMOVING = Set.of(
            "drop",
            "type",
            "default",
            "generated",
            "smallserial",
            "serial",
            "bigserial",
            "logged",
            "unlogged",
            "access",
            "tablespace");

    /** Behind {@code DROP}, in an {@code ALTER} or by itself: what is a part of a table, or no object. */
    private static final Set<String> PARTS = Set.of("default", "not", "expression", "trigger", "policy", "rule");

    private static final Set<String> CONSTANTS = Set.of("true", "false", "null", "current_timestamp");

    /**
     * Of a script.
     *
     * @param statements as they are sent
     */
    public static ExpectedEffects of(List<SqlStatement> statements) {
        boolean plain = true;
        boolean onlyRelations = true;
        boolean removes = false;
        boolean altersTypes = false;
        boolean hidden = false;
        boolean unseenSettings = false;
        for (SqlStatement sql : statements) {
            Tokens tokens = Lexer.lexFragment(sql.sql());
            Statement statement =
                    new Statement(tokens, tokens.next(-1), tokens.previous(tokens.count()) + 1, sql.line());
            plain &= isPlain(statement);
            onlyRelations &= touchesOnlyRelations(statement);
            removes |= removes(statement);
            altersTypes |= statement.startsWith("ALTER", "TYPE");
            unseenSettings |= DYNAMIC.matcher(sql.sql()).find();
            hidden |= hides(statement);
        }
        return new ExpectedEffects(
                plain && !hidden, onlyRelations && !removes, removes, altersTypes, hidden, unseenSettings);
    }

    /**
     * Whether a script hides what it does, or makes something that could do so later.
     *
     * @param script as it is written, of a history; one that cannot be read could hide anything
     */
    public static boolean hidesCode(ScriptFile script) {
        try {
            return Script.read(script).stream().anyMatch(ExpectedEffects::hides);
        } catch (InvalidMigrationException e) {
            return true;
        }
    }

    private static boolean hides(Statement statement) {
        String sql = statement.tokens().source().substring(statement.start(), statement.end());
        return DYNAMIC.matcher(sql).find()
                || SETTING.matcher(sql).find()
                || changesPath(statement)
                || isOfAllObjects(statement)
                || namesDatabase(statement)
                || createsHidingCode(statement);
    }

    private static boolean createsHidingCode(Statement statement) {
        if (!statement.createsRoutine()) {
            return false;
        }
        Tokens tokens = statement.tokens();
        StringBuilder definition = new StringBuilder();
        StringBuilder outside = new StringBuilder();
        for (int token = tokens.next(statement.from()); token < statement.to(); token++) {
            // Of the function's own SET clause, which ends with its call.
            boolean ofPath = tokens.isWord(token, "SEARCH_PATH")
                    || (tokens.isWord(token, "SET") && tokens.isWord(tokens.next(token), "SEARCH_PATH"));
            if (tokens.isWord(token, "LANGUAGE") && !LANGUAGES.contains(language(tokens, tokens.next(token)))) {
                return true;
            }
            if (!ofPath && tokens.kind(token) != TokenKind.COMMENT) {
                definition.append(tokens.text(token));
            }
            // What is written in dollar quotes stands there as it is.
            outside.append(tokens.kind(token) == TokenKind.DOLLAR_STRING ? " " : tokens.text(token));
        }
        return HIDING.matcher(definition).find() || DISGUISING.matcher(outside).find();
    }

    private static String language(Tokens tokens, int token) {
        return tokens.kind(token) == TokenKind.STRING
                ? tokens.text(token).replace("'", "").toLowerCase(Locale.ROOT)
                : tokens.name(token);
    }

    /** A name of three parts, of which the first may be the database's, and the second any schema; the adapter's is a schema. */
    private static boolean namesDatabase(Statement statement) {
        Tokens tokens = statement.tokens();
        for (int token = statement.from(); token < statement.to(); token = tokens.next(token)) {
            int dot = tokens.next(token);
            int second = tokens.next(dot);
            int otherDot = tokens.next(second);
            if (tokens.isIdentifier(token)
                    && !tokens.isName(token, StatementRules.PUBLIC)
                    && tokens.isSymbol(dot, '.')
                    && tokens.isIdentifier(second)
                    && tokens.isSymbol(otherDot, '.')) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOfAllObjects(Statement statement) {
        return statement.startsWith("REASSIGN") || statement.startsWith("DROP", "OWNED");
    }

    private static boolean changesPath(Statement statement) {
        Cursor cursor = statement.cursor();
        if (!cursor.take("SET")) {
            return statement.startsWith("RESET");
        }
        cursor.takeAny("LOCAL", "SESSION");
        return statement.tokens().kind(cursor.token()) != TokenKind.WORD || cursor.takeAny("SEARCH_PATH", "SCHEMA");
    }

    private static boolean isPlain(Statement statement) {
        // Functions and types there would stay on the connection.
        if (TEMPORARY.matcher(statement.tokens().source()).find()) {
            return false;
        }
        Cursor cursor = statement.cursor();
        if (cursor.take("CREATE")) {
            cursor.take("OR", "REPLACE");
            cursor.take("UNIQUE");
            cursor.take("CONSTRAINT");
            return cursor.take("MATERIALIZED", "VIEW") || cursor.takeAny(CREATED);
        }
        if (cursor.take("ALTER")) {
            return cursor.take("MATERIALIZED", "VIEW") || cursor.takeAny(ALTERED);
        }
        if (cursor.take("DROP")) {
            return cursor.take("MATERIALIZED", "VIEW") || cursor.takeAny(CREATED);
        }
        return cursor.takeAny(ROWS);
    }

    private static boolean touchesOnlyRelations(Statement statement) {
        Cursor cursor = statement.cursor();
        if (cursor.takeAny("CREATE", "ALTER")) {
            cursor.take("UNIQUE");
            return cursor.takeAny("TABLE", "INDEX", "SEQUENCE");
        }
        return cursor.takeAny(ROWS) && !statement.startsWith("COMMENT");
    }

    private static boolean removes(Statement statement) {
        Tokens tokens = statement.tokens();
        boolean drops = statement.startsWith("DROP");
        if (!drops && !statement.startsWith("ALTER")) {
            return false;
        }
        for (int token = statement.from(); token < statement.to(); token = tokens.next(token)) {
            String word = tokens.kind(token) == TokenKind.WORD ? tokens.name(token) : "";
            int next = tokens.next(token);
            boolean harmless = switch (word) {
                case "drop" -> PARTS.contains(tokens.name(next));
                case "default" -> isChangeOfDefault(tokens, token) || isConstant(tokens, next);
                default -> false;
            };
            if (REMOVING.contains(word) && !harmless) {
                return true;
            }
        }
        return false;
    }

    private static boolean isChangeOfDefault(Tokens tokens, int token) {
        int before = tokens.previous(token);
        return tokens.isWord(before, "SET") || tokens.isWord(before, "DROP");
    }

    /** A default that need not be computed for each row, so that a table need not be written anew for it. */
    private static boolean isConstant(Tokens tokens, int token) {
        boolean alone = !tokens.isSymbol(tokens.next(token), '(');
        return switch (tokens.kind(token)) {
            case STRING, NUMBER -> true;
            case WORD -> alone && CONSTANTS.contains(tokens.name(token));
            default -> false;
        };
    }
}
