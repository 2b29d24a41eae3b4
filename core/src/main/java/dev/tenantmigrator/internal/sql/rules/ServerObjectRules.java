package dev.tenantmigrator.internal.sql.rules;

import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.rules.StatementRules.Verdict;
import java.util.List;
import java.util.Optional;

/** Refuses statements about objects outside of any schema, because every tenant's migration would repeat them. */
final class ServerObjectRules {

    /** The words behind CREATE, ALTER, DROP or COMMENT ON that name such an object, and why a tenant does not own it. */
    private static final List<Kind> KINDS = List.of(
            new Kind("a role belongs to the server", "ROLE"),
            new Kind("a role belongs to the server", "GROUP"),
            new Kind("a user belongs to the server", "USER"),
            new Kind("a database is not part of a tenant", "DATABASE"),
            new Kind("a setting of the server is not part of a tenant", "SYSTEM"),
            new Kind("a tablespace belongs to the server", "TABLESPACE"),
            new Kind("an event trigger fires for every tenant", "EVENT", "TRIGGER"),
            new Kind("a publication belongs to the database", "PUBLICATION"),
            new Kind("a subscription belongs to the database", "SUBSCRIPTION"),
            new Kind("a foreign server belongs to the database", "SERVER"),
            new Kind("a foreign-data wrapper belongs to the database", "FOREIGN", "DATA", "WRAPPER"),
            new Kind("a language belongs to the database", "LANGUAGE"),
            new Kind("a transform belongs to the database", "TRANSFORM"),
            new Kind("an access method belongs to the database", "ACCESS", "METHOD"),
            new Kind("a large object belongs to the database", "LARGE", "OBJECT"),
            new Kind("the objects that a role owns are not one tenant's alone", "OWNED"));

    private ServerObjectRules() {}

    static Optional<Verdict.Refuse> refusal(Statement statement) {
        StatementCursor cursor = statement.cursor();
        if (cursor.take("CHECKPOINT")) {
            return refusal("a checkpoint concerns the whole server", statement);
        }
        boolean changes = cursor.takeAny("CREATE", "ALTER", "DROP", "REASSIGN")
                || cursor.take("COMMENT", "ON")
                || takeSecurityLabel(cursor);
        if (!changes) {
            return Optional.empty();
        }
        if (takeAllInTablespace(cursor)) {
            return refusal("the objects of a tablespace are not one tenant's alone", statement);
        }
        cursor.take("OR", "REPLACE");
        cursor.take("TRUSTED");
        cursor.take("PROCEDURAL");
        return KINDS.stream()
                .filter(kind -> cursor.take(kind.words))
                .findFirst()
                .flatMap(kind -> refusal(kind.reason, statement));
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

    private static final class Kind {

        private final String reason;
        private final String[] words;

        Kind(String reason, String... words) {
            this.reason = reason;
            this.words = words;
        }
    }
}
