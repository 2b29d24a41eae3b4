package dev.tenantmigrator.internal.sql;

/** What becomes of the statements that begin and end a transaction: the migration runs in one already. */
final class TransactionRules {

    private static final String[] BEGIN_WORDS = {
        "WORK",
        "TRANSACTION",
        "ISOLATION",
        "LEVEL",
        "SERIALIZABLE",
        "REPEATABLE",
        "READ",
        "COMMITTED",
        "UNCOMMITTED",
        "WRITE",
        "ONLY",
        "NOT",
        "DEFERRABLE"
    };

    private TransactionRules() {}

    /** Absorbed only as a whole: a {@code BEGIN} with a statement behind it would take that statement along. */
    static Verdict begin(Statement statement) {
        Cursor cursor = statement.cursor();
        cursor.skip();
        while (!cursor.atEnd()) {
            if (!cursor.takeAny(BEGIN_WORDS) && !cursor.takeSymbol(',')) {
                return StatementRules.refusal(
                        "this does not begin a transaction; end it with a semicolon, or put a block into DO $$ … $$",
                        statement);
            }
        }
        return Verdict.ABSORB;
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
}
