package dev.tenantmigrator.internal.sql.rules;

import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.rules.StatementRules.Verdict;
import java.util.Map;
import java.util.Optional;

/** Statements about what belongs to no schema, so that each tenant would do them again to the same thing. */
public final class ServerObjectRules {

    /** The words behind CREATE, ALTER, DROP or COMMENT ON, and what they name; a foreign server before a mere one. */
    private static final Map<String[], String> KINDS = Map.ofEntries(
            Map.entry(words("ROLE"), "a role belongs to the server"),
            Map.entry(words("GROUP"), "a role belongs to the server"),
            Map.entry(words("USER"), "a user belongs to the server"),
            Map.entry(words("DATABASE"), "a database is not part of a tenant"),
            Map.entry(words("SYSTEM"), "a setting of the server is not part of a tenant"),
            Map.entry(words("TABLESPACE"), "a tablespace belongs to the server"),
            Map.entry(words("EVENT", "TRIGGER"), "an event trigger fires for every tenant"),
            Map.entry(words("PUBLICATION"), "a publication belongs to the database"),
            Map.entry(words("SUBSCRIPTION"), "a subscription belongs to the database"),
            Map.entry(words("SERVER"), "a foreign server belongs to the database"),
            Map.entry(words("FOREIGN", "DATA", "WRAPPER"), "a foreign-data wrapper belongs to the database"),
            Map.entry(words("LANGUAGE"), "a language belongs to the database"),
            Map.entry(words("TRANSFORM"), "a transform belongs to the database"),
            Map.entry(words("ACCESS", "METHOD"), "an access method belongs to the database"),
            Map.entry(words("LARGE", "OBJECT"), "a large object belongs to the database"),
            Map.entry(words("OWNED"), "what a role owns is not one tenant's alone"));

    private ServerObjectRules() {}

    public static Optional<Verdict.Refuse> refusal(Statement statement) {
        StatementCursor cursor = statement.cursor();
        if (cursor.take("CHECKPOINT")) {
            return refusal("a checkpoint is the server's", statement);
        }
        boolean changes = cursor.takeAny("CREATE", "ALTER", "DROP", "REASSIGN")
                || cursor.take("COMMENT", "ON")
                || takeSecurityLabel(cursor);
        if (!changes) {
            return Optional.empty();
        }
        if (takeAllInTablespace(cursor)) {
            return refusal("all that is in a tablespace is not one tenant's alone", statement);
        }
        cursor.take("OR", "REPLACE");
        cursor.take("TRUSTED");
        cursor.take("PROCEDURAL");
        return KINDS.entrySet().stream()
                .filter(kind -> cursor.take(kind.getKey()))
                .findFirst()
                .flatMap(kind -> refusal(kind.getValue(), statement));
    }

    private static boolean takeSecurityLabel(StatementCursor cursor) {
        if (!cursor.take("SECURITY", "LABEL")) {
            return false;
        }
        if (cursor.take("FOR")) {
            cursor.skip();
        }
        return cursor.take("ON");
    }

    private static boolean takeAllInTablespace(StatementCursor cursor) {
        return cursor.take("TABLE", "ALL") || cursor.take("INDEX", "ALL") || cursor.take("MATERIALIZED", "VIEW", "ALL");
    }

    private static Optional<Verdict.Refuse> refusal(String reason, Statement statement) {
        return Optional.of(StatementRules.refusal(
                reason + ", and each tenant would do this again; do it once, outside of migrations, and remove the"
                        + " statement",
                statement));
    }

    private static String[] words(String... words) {
        return words;
    }
}
