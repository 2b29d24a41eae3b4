package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.rewrite.CodeRewriter.Rule;
import dev.tenantmigrator.internal.sql.template.Edits;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Refuses code wherever it stands: in a statement itself, in a body, or in dynamic SQL. Changes nothing; the first
 * finding is kept for the caller, who knows the script and the line.
 */
final class CodeChecks implements Rule {

    private final List<Check> checks;
    private Optional<Finding> first = Optional.empty();

    CodeChecks(Check... checks) {
        this.checks = List.of(checks);
    }

    /** Looks at one identifier or keyword and its surroundings. */
    @FunctionalInterface
    interface Check {
        /** The problem there and its remedy; empty when there is none. */
        Optional<String> refusal(Tokens tokens, int token);
    }

    /** A refusal at a token of a script, or of a text that the script holds in a literal. */
    record Finding(String message, Tokens tokens, int token) {

        /** The offset of the token in this text; empty when it stands in another text. */
        OptionalInt offsetIn(String text) {
            return tokens.source().equals(text) ? OptionalInt.of(tokens.start(token)) : OptionalInt.empty();
        }
    }

    @Override
    public boolean apply(Tokens tokens, int token, Edits out) {
        if (!tokens.isIdentifier(token) || first.isPresent()) {
            return false;
        }
        for (Check check : checks) {
            Optional<String> refusal = check.refusal(tokens, token);
            if (refusal.isPresent()) {
                first = Optional.of(new Finding(refusal.get(), tokens, token));
                break;
            }
        }
        return false;
    }

    /** The check before the commit sees what was executed. */
    @Override
    public Rule inValue() {
        return (tokens, token, out) -> false;
    }

    Optional<Finding> first() {
        return first;
    }

    /** Refuses calls for advisory locks of the session, which would stay on the application's connection. */
    static Optional<String> sessionLocks(Tokens tokens, int token) {
        if (!tokens.isSymbol(tokens.next(token), '(')) {
            return Optional.empty();
        }
        return switch (tokens.name(token)) {
            case "pg_advisory_lock",
                    "pg_advisory_lock_shared",
                    "pg_try_advisory_lock",
                    "pg_try_advisory_lock_shared",
                    "pg_advisory_unlock",
                    "pg_advisory_unlock_shared",
                    "pg_advisory_unlock_all" ->
                Optional.of("advisory locks of the session stay on the application's connection; use those of the"
                        + " transaction, e.g. pg_advisory_xact_lock, which end with the migration");
            default -> Optional.empty();
        };
    }
}
