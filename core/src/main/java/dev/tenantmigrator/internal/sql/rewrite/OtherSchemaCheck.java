package dev.tenantmigrator.internal.sql.rewrite;

import static dev.tenantmigrator.internal.sql.lex.TokenContext.isAnyWord;
import static dev.tenantmigrator.internal.sql.lex.TokenContext.wordBefore;

import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.internal.sql.ReservedSchemas;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.rules.IfExists;
import dev.tenantmigrator.internal.sql.template.LiteralText;
import dev.tenantmigrator.internal.sql.template.SchemaName;
import java.util.Optional;
import java.util.Set;

/**
 * Refuses names of schemas that are neither the tenant's nor allowed: all tenants would share the objects there, and the
 * second would drop those of the first. Refuses only names that cannot be anything but a schema, as {@code a.b} is a column
 * or field more often than not. The check before the commit finds the rest.
 */
final class OtherSchemaCheck implements CodeChecks.Check {

    /** Keywords behind which {@code a.b} is an object in a schema. */
    private static final Set<String> BEFORE_OBJECT = Set.of(
            "aggregate",
            "analyze",
            "as",
            "call",
            "cluster",
            "collate",
            "collation",
            "concurrently",
            "conversion",
            "copy",
            "domain",
            "exists",
            "function",
            "index",
            "inherit",
            "join",
            "lateral",
            "lock",
            "of",
            "only",
            "procedure",
            "references",
            "returns",
            "routine",
            "sequence",
            "setof",
            "statistics",
            "table",
            "truncate",
            "type",
            "update",
            "vacuum",
            "view");

    /** Keywords that begin a clause; the nearest one tells whether a comma belongs to a {@code FROM} list. */
    private static final String[] CLAUSES = {
        "FROM", "SELECT", "PERFORM", "WHERE", "SET", "VALUES", "RETURNING", "INTO", "BY", "HAVING", "WINDOW", "LIMIT",
        "OFFSET", "UNION", "EXCEPT", "INTERSECT", "LOOP", "THEN", "ELSE", "BEGIN", "RAISE", "RETURN", "EXECUTE", "CALL"
    };
    /** Keywords behind which a comma may separate objects. */
    private static final String[] LISTED = {
        "TABLE",
        "VIEW",
        "SEQUENCE",
        "TYPE",
        "DOMAIN",
        "INDEX",
        "TRUNCATE",
        "LOCK",
        "FUNCTION",
        "PROCEDURE",
        "ROUTINE",
        "ON"
    };

    private final SharedObjects shared;

    OtherSchemaCheck(SharedObjects shared) {
        this.shared = shared;
    }

    @Override
    public Optional<String> refusal(Tokens tokens, int token) {
        int dot = tokens.next(token);
        if (!tokens.isSymbol(dot, '.')) {
            return isSchema(tokens, token) && !isAbsent(tokens, token)
                    ? refusal(tokens.name(token), "")
                    : Optional.empty();
        }
        int object = tokens.next(dot);
        boolean isSchema = !tokens.isSymbol(tokens.previous(token), '.') && isQualified(tokens, token, object);
        return isSchema && !isAbsent(tokens, token)
                ? refusal(tokens.name(token), tokens.name(object))
                : Optional.empty();
    }

    /** Whether a statement has nothing to do in a schema, because the database has none of this name. */
    private boolean isAbsent(Tokens tokens, int token) {
        return shared.absentSchemas().contains(tokens.name(token)) && IfExists.guards(tokens, token);
    }

    private Optional<String> refusal(String schema, String object) {
        boolean known = schema.isEmpty()
                || schema.equals(SchemaName.PUBLIC)
                || schema.indexOf(LiteralText.UNKNOWN) >= 0
                || ReservedSchemas.isSystem(schema)
                || shared.schemas().contains(schema)
                || (!object.isEmpty() && shared.extensionObjects().containsValue(schema))
                || (schema.equals(shared.sharedSchema()) && shared.names().contains(object));
        if (known) {
            return Optional.empty();
        }
        if (schema.equals(shared.sharedSchema()) && !object.isEmpty()) {
            return Optional.of("it names " + Sql.qualified(schema, object) + " in the schema that all tenants share;"
                    + " allow it by name as a shared object (on the command line: --shared-object " + object + ")");
        }
        return Optional.of("it names the schema " + Sql.identifier(schema) + ", which all tenants would share: the"
                + " second would drop or change the objects of the first. Write names without a schema, or allow the"
                + " schema by name (on the command line: --allow-schema " + schema + ")");
    }

    /** Whether a name stands behind the keyword {@code SCHEMA}, also in a list. */
    private static boolean isSchema(Tokens tokens, int token) {
        int before = tokens.previous(token);
        if (tokens.isWord(before, "INTO")) {
            return isImport(tokens, before);
        }
        for (int listed = 0; tokens.isSymbol(before, ',') && listed < 100; listed++) {
            int name = tokens.previous(before);
            before = tokens.isIdentifier(name) ? tokens.previous(name) : -1;
        }
        if (tokens.isWord(before, "EXISTS")) {
            before = tokens.previous(before);
            before = tokens.isWord(before, "NOT") ? tokens.previous(before) : before;
            before = tokens.previous(before);
        }
        if (!tokens.isWord(before, "SCHEMA") || isAnyWord(tokens, token, "IF", "AUTHORIZATION", "CONCURRENTLY")) {
            return false;
        }
        int statement = tokens.previous(before);
        return isAnyWord(tokens, statement, "CREATE", "DROP", "ALTER", "SET", "IN", "REINDEX")
                || (tokens.isWord(statement, "ON")
                        && (tokens.isWord(tokens.previous(statement), "COMMENT")
                                || GrantRules.isBegunBefore(tokens, statement)));
    }

    /** Whether an {@code INTO} belongs to {@code IMPORT FOREIGN SCHEMA x FROM SERVER s INTO schema}. */
    static boolean isImport(Tokens tokens, int into) {
        return tokens.isWord(into, "INTO")
                && tokens.isWord(tokens.previous(tokens.previous(into)), "SERVER")
                && wordBefore(tokens, into, "IMPORT") >= 0;
    }

    /** Whether the first of several names with dots between them can only be a schema. */
    private static boolean isQualified(Tokens tokens, int first, int object) {
        int previous = tokens.previous(first);
        if (!tokens.isIdentifier(object)) {
            return tokens.isSymbol(previous, '(') && tokens.isWord(tokens.previous(previous), "OPERATOR");
        }
        int behind = tokens.next(object);
        boolean three = tokens.isSymbol(behind, '.') && tokens.isIdentifier(tokens.next(behind));
        if (three) {
            behind = tokens.next(tokens.next(behind));
        }
        if (tokens.name(behind).equals("%") && isAnyWord(tokens, tokens.next(behind), "TYPE", "ROWTYPE")) {
            return three || tokens.isWord(tokens.next(behind), "ROWTYPE");
        }
        if (three) {
            // A column or the owner of a sequence has two names at most without a schema.
            return isBehind(tokens, previous, "ON", "COLUMN") || isBehind(tokens, previous, "OWNED", "BY");
        }
        return tokens.isSymbol(behind, '(') || isObject(tokens, first, previous);
    }

    private static boolean isBehind(Tokens tokens, int previous, String first, String second) {
        return tokens.isWord(previous, second) && tokens.isWord(tokens.previous(previous), first);
    }

    private static boolean isObject(Tokens tokens, int first, int previous) {
        int before = tokens.previous(previous);
        return switch (tokens.name(previous)) {
            case "::" -> true;
            case "from" -> isFromClause(tokens, previous);
            case "into" -> isAnyWord(tokens, before, "INSERT", "MERGE");
            case "using" -> {
                int statement = wordBefore(tokens, previous, "DELETE", "MERGE", "EXECUTE", "ALTER", "OPEN");
                yield isAnyWord(tokens, statement, "DELETE", "MERGE");
            }
            case "to" -> tokens.isWord(tokens.previous(before), "ON") && wordBefore(tokens, previous, "RULE") >= 0;
            case "on" -> isTarget(tokens, previous);
            case "partition" -> isAnyWord(tokens, before, "ATTACH", "DETACH");
            case "class", "family" -> tokens.isWord(before, "OPERATOR");
            case "configuration", "dictionary", "parser", "template" -> tokens.isWord(before, "SEARCH");
            case "like" -> tokens.isSymbol(before, '(');
            case "(" -> tokens.isWord(before, "INHERITS");
            case "," -> isListed(tokens, first);
            default -> tokens.kind(previous) == TokenKind.WORD && BEFORE_OBJECT.contains(tokens.name(previous));
        };
    }

    /** False for {@code IS DISTINCT FROM a.b} and {@code extract(year FROM a.b)}. */
    private static boolean isFromClause(Tokens tokens, int from) {
        return !tokens.isWord(tokens.previous(from), "DISTINCT")
                && wordBefore(tokens, from, "SELECT", "PERFORM", "DELETE", "UPDATE") >= 0;
    }

    /** Whether a name is in the list of {@code FROM a, b.c}, {@code DROP TABLE a, b.c} or {@code GRANT … ON a, b.c}. */
    private static boolean isListed(Tokens tokens, int token) {
        int kind = wordBefore(tokens, token, LISTED);
        if (kind >= 0 && isListOfNames(tokens, kind, token) && isListOfObjects(tokens, kind)) {
            return true;
        }
        int clause = wordBefore(tokens, token, CLAUSES);
        return tokens.isWord(clause, "FROM") && isFromClause(tokens, clause);
    }

    private static boolean isListOfObjects(Tokens tokens, int kind) {
        if (tokens.isWord(kind, "ON")) {
            return GrantRules.isBegunBefore(tokens, kind);
        }
        return isAnyWord(tokens, tokens.previous(kind), "DROP", "ON", "MATERIALIZED", "FOREIGN", "TRUNCATE", "LOCK")
                || (isAnyWord(tokens, kind, "TRUNCATE", "LOCK") && TokenContext.beginsStatement(tokens, kind));
    }

    private static boolean isListOfNames(Tokens tokens, int from, int to) {
        for (int token = tokens.next(from); token < to; token = tokens.next(token)) {
            if (!tokens.isIdentifier(token) && !tokens.isSymbol(token, '.') && !tokens.isSymbol(token, ',')) {
                return false;
            }
        }
        return true;
    }

    /** Whether an {@code ON} has the table of an index, trigger, policy or rule behind it, or the object of a {@code GRANT}. */
    private static boolean isTarget(Tokens tokens, int on) {
        if (GrantRules.isBegunBefore(tokens, on)) {
            return true;
        }
        int made = wordBefore(tokens, on, "INDEX", "TRIGGER", "POLICY", "RULE", "CONSTRAINT", "JOIN", "USING");
        int before = tokens.previous(made);
        return isAnyWord(tokens, made, "INDEX", "TRIGGER", "POLICY", "RULE", "CONSTRAINT")
                && isAnyWord(tokens, before, "CREATE", "ALTER", "DROP", "ON", "REPLACE", "UNIQUE", "CONSTRAINT");
    }
}
