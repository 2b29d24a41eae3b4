package dev.tenantmigrator.internal.sql.rules;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.rules.StatementRules.Verdict;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Decides about the statements that begin, divide and end a transaction, as every migration runs in one already. */
public final class TransactionRules {

    /** The isolation levels that a script can ask for, the weakest first; READ COMMITTED is the default anyway. */
    private static final List<String> LEVELS = List.of("REPEATABLE READ", "SERIALIZABLE");

    private TransactionRules() {}

    /** Checks the whole statement: absorbing a {@code BEGIN} without a semicolon would drop the statement behind it too. */
    static Verdict begin(Statement statement) {
        StatementCursor cursor = statement.cursor();
        cursor.skip();
        cursor.takeAny("WORK", "TRANSACTION");
        return modes(
                cursor,
                statement,
                "this does not begin a transaction; end it with a semicolon, or put a block into DO $$ … $$");
    }

    /** {@code SET [LOCAL | SESSION] TRANSACTION modes}. */
    static Verdict setTransaction(Statement statement) {
        StatementCursor cursor = statement.cursor();
        takeSetTransaction(cursor);
        if (cursor.take("SNAPSHOT")) {
            return StatementRules.refusal(
                    "SET TRANSACTION SNAPSHOT needs a transaction that is open elsewhere; remove it", statement);
        }
        return modes(cursor, statement, "PostgreSQL knows no such transaction mode; correct it");
    }

    private static boolean takeSetTransaction(StatementCursor cursor) {
        if (!cursor.take("SET")) {
            return false;
        }
        cursor.takeAny("LOCAL", "SESSION");
        return cursor.take("TRANSACTION");
    }

    private static Verdict modes(StatementCursor cursor, Statement statement, String otherwise) {
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

    private static Optional<String> takeLevel(StatementCursor cursor) {
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

    /** The strongest isolation level that a script asks for; empty when it asks for no more than READ COMMITTED. */
    public static Optional<String> isolationLevel(List<Statement> statements) {
        int strongest = -1;
        for (Statement statement : statements) {
            StatementCursor cursor = statement.cursor();
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
        StatementCursor cursor = statement.cursor();
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

    /** Keeps {@code ROLLBACK TO SAVEPOINT} and refuses to roll back the whole transaction. */
    static Verdict rollback(Statement statement) {
        return rolledBackTo(statement).isPresent()
                ? Verdict.KEEP
                : StatementRules.refusal(StatementRules.ONE_TRANSACTION + "remove ROLLBACK", statement);
    }

    private record Savepoint(String name, Statement setBy) {}

    /** The savepoint that a statement rolls back to. */
    public static Optional<String> rolledBackTo(Statement statement) {
        StatementCursor cursor = statement.cursor();
        if (!cursor.take("ROLLBACK")) {
            return Optional.empty();
        }
        cursor.takeAny("WORK", "TRANSACTION");
        if (!cursor.take("TO")) {
            return Optional.empty();
        }
        cursor.take("SAVEPOINT");
        return Optional.of(cursor.takeName());
    }

    /** The statements between a savepoint and the return to it. */
    public static Set<Statement> undone(List<Statement> statements) {
        Set<Statement> undone = new HashSet<>();
        for (int i = 0; i < statements.size(); i++) {
            Optional<String> savepoint = rolledBackTo(statements.get(i));
            for (int j = i - 1; savepoint.isPresent() && j >= 0; j--) {
                StatementCursor cursor = statements.get(j).cursor();
                undone.add(statements.get(j));
                if (cursor.take("SAVEPOINT") && cursor.takeName().equals(savepoint.get())) {
                    break;
                }
            }
        }
        return undone;
    }

    /**
     * Savepoints may divide a migration's transaction, as long as each begins and ends in the same script.
     *
     * @throws InvalidMigrationException when a savepoint is left open, or one is named that the script has not set
     */
    public static void requireSavepointsClosed(MigrationScript script, List<Statement> statements) {
        Deque<Savepoint> open = new ArrayDeque<>();
        for (Statement statement : statements) {
            StatementCursor cursor = statement.cursor();
            Optional<String> rolledBackTo = rolledBackTo(statement);
            if (rolledBackTo.isPresent()) {
                closeWithin(rolledBackTo.get(), open, script, statement);
            } else if (cursor.take("SAVEPOINT")) {
                open.push(new Savepoint(cursor.takeName(), statement));
            } else if (cursor.take("RELEASE")) {
                cursor.take("SAVEPOINT");
                closeWithin(cursor.takeName(), open, script, statement);
                open.pop();
            }
        }
        if (!open.isEmpty()) {
            Savepoint last = open.peek();
            throw invalid("it is left open; add RELEASE SAVEPOINT " + Sql.identifier(last.name), script, last.setBy);
        }
    }

    /** Ends the savepoints that were set after this one, as PostgreSQL does. */
    private static void closeWithin(String name, Deque<Savepoint> open, MigrationScript script, Statement statement) {
        if (open.stream().noneMatch(savepoint -> savepoint.name.equals(name))) {
            throw invalid("the script has not set one of this name; remove the statement", script, statement);
        }
        while (!open.element().name.equals(name)) {
            open.pop();
        }
    }

    private static InvalidMigrationException invalid(String message, MigrationScript script, Statement statement) {
        return ScriptReader.invalid(
                script,
                statement,
                StatementRules.refusal("a savepoint must end with its script: " + message, statement));
    }
}
