package dev.tenantmigrator.internal.sql.rewrite;

import static dev.tenantmigrator.internal.sql.lex.TokenContext.isAnyWord;
import static dev.tenantmigrator.internal.sql.lex.TokenContext.wordBefore;

import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.rewrite.CodeRewriter.Rule;
import java.util.Optional;

/**
 * Keeps {@code GRANT} and {@code REVOKE} inside the tenant. The database does not show afterwards whose privileges a
 * transaction has changed, so the text must be checked, in bodies too.
 */
final class GrantRules {

    private static final String OF_ALL = ", and each tenant would do this again; do it once, outside of migrations";

    /** Kinds of objects that {@code GRANT … ON} may name before the object. */
    private static final String[] KINDS = {"TABLE", "SEQUENCE", "FUNCTION", "PROCEDURE", "ROUTINE", "TYPE", "DOMAIN"};

    private GrantRules() {}

    /** Refuses privileges on objects outside of any schema, and default privileges for every schema. */
    static Optional<String> refusal(Tokens tokens, int token) {
        if (!isAnyWord(tokens, token, "GRANT", "REVOKE", "ALTER") || !TokenContext.beginsStatement(tokens, token)) {
            return Optional.empty();
        }
        int next = tokens.next(token);
        if (tokens.isWord(token, "ALTER")) {
            boolean defaults = tokens.isWord(next, "DEFAULT") && tokens.isWord(tokens.next(next), "PRIVILEGES");
            return defaults ? defaultsRefusal(tokens, next) : Optional.empty();
        }
        int on = first(tokens, token, "ON", "TO", "FROM");
        if (!tokens.isWord(on, "ON")) {
            return isAnyWord(tokens, on, "TO", "FROM")
                    ? Optional.of("membership in a role belongs to the server, not to a tenant" + OF_ALL)
                    : Optional.empty();
        }
        int kind = tokens.next(on);
        boolean isKind = tokens.isIdentifier(tokens.next(kind)) && !isAnyWord(tokens, tokens.next(kind), "TO", "FROM");
        return isKind && isAnyWord(tokens, kind, "DATABASE", "TABLESPACE", "LANGUAGE", "FOREIGN", "PARAMETER", "LARGE")
                ? Optional.of("privileges on a " + tokens.name(kind) + " belong to no tenant" + OF_ALL)
                : Optional.empty();
    }

    private static Optional<String> defaultsRefusal(Tokens tokens, int from) {
        int in = first(tokens, from, "IN", "GRANT", "REVOKE");
        return tokens.isWord(in, "IN")
                ? Optional.empty()
                : Optional.of("default privileges without IN SCHEMA hold for every schema; write IN SCHEMA public");
    }

    /** The first of these words behind a token, in its statement. */
    private static int first(Tokens tokens, int from, String... words) {
        int token = tokens.next(from);
        while (token < tokens.count() && !tokens.isSymbol(token, ';') && !isAnyWord(tokens, token, words)) {
            token = tokens.next(token);
        }
        return token;
    }

    /** Whether an {@code ON} belongs to a {@code GRANT} or {@code REVOKE}. */
    static boolean isBegunBefore(Tokens tokens, int on) {
        int begin = wordBefore(tokens, on, "GRANT", "REVOKE", "ON", "TO", "FROM");
        boolean option = tokens.isWord(tokens.previous(begin), "REVOKE");
        return isAnyWord(tokens, begin, "GRANT", "REVOKE")
                && TokenContext.beginsStatement(tokens, option ? tokens.previous(begin) : begin);
    }

    /**
     * The rule that qualifies an unqualified object with the tenant's schema, unless the object is shared. Through the
     * search path, an object that the tenant lacks could be found in the shared schema.
     */
    static Rule unqualifiedTargets(SharedObjects shared) {
        return (tokens, token, out) -> {
            if (!isUnqualifiedTarget(tokens, token)) {
                return false;
            }
            if (shared.schemaOf(tokens.name(token)).isEmpty()) {
                out.gap(tokens.start(token), tokens.start(token));
                out.replace(tokens.start(token), tokens.start(token), ".");
            }
            return true;
        };
    }

    private static boolean isUnqualifiedTarget(Tokens tokens, int token) {
        if (!tokens.isIdentifier(token) || tokens.isSymbol(tokens.next(token), '.')) {
            return false;
        }
        int previous = tokens.previous(token);
        boolean first = tokens.isWord(previous, "ON") || isAnyWord(tokens, previous, KINDS);
        if (!first && !tokens.isSymbol(previous, ',')) {
            return false;
        }
        int on = wordBefore(tokens, token, "ON", "TO", "FROM", "ALL", "SCHEMA", "GRANT", "REVOKE");
        int behind = tokens.next(token);
        boolean isKind = first && tokens.isIdentifier(behind) && !isAnyWord(tokens, behind, "TO", "FROM");
        return tokens.isWord(on, "ON") && !isKind && isBegunBefore(tokens, on);
    }
}
