package dev.tenantmigrator.internal.sql.rules;

import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The effects on the database that a script's text lets expect. They decide how thoroughly its transaction is checked.
 *
 * @param plain whether locks show everything that the script does to objects outside of the tenant: PostgreSQL creates
 *     unqualified names in the tenant's schema, and locks whatever it drops and each table or index that it changes
 * @param onlyRelations whether all these locks are on relations: tables, indexes, sequences
 * @param removes whether an object may be gone afterwards, or one that existed only for a moment
 * @param altersTypes whether it alters types; {@code ALTER TYPE} takes no lock
 * @param hidden whether it has {@linkplain HiddenEffects effects that its text does not show}
 * @param unseenSettings whether it may change a setting that its text does not name
 */
public record ExpectedEffects(
        boolean plain,
        boolean onlyRelations,
        boolean removes,
        boolean altersTypes,
        boolean hidden,
        boolean unseenSettings) {

    private static final Pattern TEMPORARY = Pattern.compile("pg_temp", Pattern.CASE_INSENSITIVE);

    /** Kinds of objects that PostgreSQL creates in the tenant's schema, or on a table that it locks. */
    private static final String[] CREATED = {
        "TABLE", "INDEX", "SEQUENCE", "VIEW", "TYPE", "DOMAIN", "FUNCTION", "PROCEDURE", "TRIGGER", "POLICY", "RULE"
    };

    /** Kinds of objects that PostgreSQL locks to alter them; types are checked apart, see {@link #altersTypes}. */
    private static final String[] ALTERED = {"TABLE", "INDEX", "SEQUENCE", "VIEW", "TYPE", "TRIGGER", "POLICY", "RULE"};

    /** Statements that touch existing relations only, each of which they lock. */
    private static final String[] ROWS = {
        "INSERT", "UPDATE", "DELETE", "SELECT", "WITH", "VALUES", "TRUNCATE", "COMMENT", "LOCK"
    };

    /**
     * Words of an {@code ALTER} with which PostgreSQL can drop something, if only the old file of a table that it
     * rewrites (PostgreSQL documentation, "ALTER TABLE", "Notes").
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

    /** Words behind {@code DROP} that name a part of a table, or no object at all. */
    private static final Set<String> PARTS = Set.of("default", "not", "expression", "trigger", "policy", "rule");

    /** Words that are constant within a transaction. */
    private static final Set<String> CONSTANTS = Set.of("true", "false", "null", "current_timestamp");

    /**
     * The expected effects of a script.
     *
     * @param statements the statements as they are sent
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
            Statement statement = ConstantRows.leaveOut(
                    new Statement(tokens, tokens.next(-1), tokens.previous(tokens.count()) + 1, sql.line()));
            plain &= isPlain(statement);
            onlyRelations &= touchesOnlyRelations(statement);
            removes |= removes(statement);
            altersTypes |= statement.startsWith("ALTER", "TYPE");
            unseenSettings |= HiddenEffects.isDynamic(statement.text());
            hidden |= HiddenEffects.in(statement);
        }
        return new ExpectedEffects(
                plain && !hidden, onlyRelations && !removes, removes, altersTypes, hidden, unseenSettings);
    }

    private static boolean isPlain(Statement statement) {
        // Functions and types in pg_temp would stay on the connection.
        if (TEMPORARY.matcher(statement.text()).find()) {
            return false;
        }
        StatementCursor cursor = statement.cursor();
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
        StatementCursor cursor = statement.cursor();
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

    /** Whether a default is the same for each row, so that PostgreSQL does not rewrite the table for it. */
    private static boolean isConstant(Tokens tokens, int token) {
        boolean alone = !tokens.isSymbol(tokens.next(token), '(');
        return switch (tokens.kind(token)) {
            case STRING, NUMBER -> true;
            case WORD -> alone && CONSTANTS.contains(tokens.name(token));
            default -> false;
        };
    }
}
