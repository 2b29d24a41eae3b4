package dev.tenantmigrator.internal.sql;

import java.util.List;
import java.util.Optional;

/** What becomes of the statements that begin, divide and end a transaction: the migration runs in one already. */
final class TransactionRules {

    /** The weakest first; what PostgreSQL does without asking is not one of them. */
    private static final List<String> LEVELS = List.of("REPEATABLE READ", "SERIALIZABLE");

    private TransactionRules() {}

    /** Absorbed only as a whole: a {@code BEGIN} with a statement behind it would take that statement along. */
    static Verdict begin(Statement statement) {
        Cursor cursor = statement.cursor();
        cursor.skip();
        cursor.takeAny("WORK", "TRANSACTION");
        return modes(
                cursor,
                statement,
                "this does not begin a transaction; end it with a semicolon, or put a block into DO $$ … $$");
    }

    /** {@code SET [LOCAL | SESSION] TRANSACTION modes}. */
    static Verdict setTransaction(Statement statement) {
        Cursor cursor = statement.cursor();
        takeSetTransaction(cursor);
        if (cursor.take("SNAPSHOT")) {
            return StatementRules.refusal(
                    "SET TRANSACTION SNAPSHOT needs a transaction that is open elsewhere; remove it", statement);
        }
        return modes(cursor, statement, "this is no mode of a transaction that PostgreSQL knows; correct it");
    }

    private static boolean takeSetTransaction(Cursor cursor) {
        if (!cursor.take("SET")) {
            return false;
        }
        cursor.takeAny("LOCAL", "SESSION");
        return cursor.take("TRANSACTION");
    }

    private static Verdict modes(Cursor cursor, Statement statement, String otherwise) {
        while (!cursor.atEnd()) {
            if (cursor.take("READ", "ONLY")) {
                return StatementRules.refusal(
                        "a migration writes at least its row in the tracking table; remove READ ONLY", statement);
            }
            boolean known = takeLevel(cursor).isPresent()
                    || cursor.take("READ", "WRITE")
                    || cursor.take("NOT", "DEFERRABLE")
                    || cursor.take("DEFERRABLE")
                    || cursor.takeSymbol(',');
            if (!known) {
                return StatementRules.refusal(otherwise, statement);
            }
        }
        return Verdict.ABSORB;
    }

    private static Optional<String> takeLevel(Cursor cursor) {
        if (!cursor.take("ISOLATION", "LEVEL")) {
            return Optional.empty();
        }
        if (cursor.take("SERIALIZABLE")) {
            return Optional.of("SERIALIZABLE");
        }
        if (cursor.take("REPEATABLE", "READ")) {
            return Optional.of("REPEATABLE READ");
        }
        return cursor.take("READ", "COMMITTED") || cursor.take("READ", "UNCOMMITTED")
                ? Optional.of("READ COMMITTED")
                : Optional.empty();
    }

    /** The strongest isolation level that a script asks for; empty when that is what migrations have anyway. */
    static Optional<String> isolationLevel(List<Statement> statements) {
        int strongest = -1;
        for (Statement statement : statements) {
            Cursor cursor = statement.cursor();
            boolean begins = cursor.take("BEGIN") || cursor.take("START", "TRANSACTION");
            if (begins || takeSetTransaction(cursor)) {
                for (; !cursor.atEnd(); cursor.skip()) {
                    strongest = Math.max(
                            strongest, takeLevel(cursor).map(LEVELS::indexOf).orElse(-1));
                }
            }
        }
        return strongest < 0 ? Optional.empty() : Optional.of(LEVELS.get(strongest));
    }

    static Verdict commit(Statement statement) {
        Cursor cursor = statement.cursor();
        cursor.skip();
        if (cursor.take("PREPARED")) {
            return StatementRules.refusal(
                    "COMMIT PREPARED ends a transaction that is not the migration's; run it outside of migrations",
                    statement);
        }
        cursor.takeAny("WORK", "TRANSACTION");
        if (cursor.take("AND", "CHAIN")) {
            return StatementRules.refusal(
                    "a migration is one transaction, which cannot be committed in between; remove AND CHAIN",
                    statement);
        }
        cursor.take("AND", "NO", "CHAIN");
        return cursor.atEnd()
                ? Verdict.ABSORB
                : StatementRules.refusal(
                        "this does not end a transaction; end it with a semicolon, or put a block into DO $$ … $$",
                        statement);
    }

    /** {@code ROLLBACK TO} a savepoint of the script is part of its transaction, any other is not. */
    static Verdict rollback(Statement statement) {
        return Savepoints.rolledBackTo(statement).isPresent()
                ? Verdict.KEEP
                : StatementRules.refusal(StatementRules.ONE_TRANSACTION + "remove ROLLBACK", statement);
    }
}
