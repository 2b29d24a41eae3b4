package dev.tenantmigrator.internal.sql;

import java.util.Optional;

/** Finds calls for advisory locks of the session, which would stay on the application's connection. */
final class SessionLocks {

    private SessionLocks() {}

    static Optional<String> refusal(Tokens tokens, int token) {
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
