package dev.tenantmigrator.internal.sql;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.ScriptFile;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Savepoints of a script: they may divide its transaction, as long as none outlives the script or is another's. */
final class Savepoints {

    private record Open(String name, Statement by) {}

    private Savepoints() {}

    /** The savepoint that a statement goes back to. */
    static Optional<String> rolledBackTo(Statement statement) {
        Cursor cursor = statement.cursor();
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

    /** @throws InvalidMigrationException when a savepoint is left open, or is named that the script has not set */
    static void requireClosed(ScriptFile script, List<Statement> statements) {
        Deque<Open> open = new ArrayDeque<>();
        for (Statement statement : statements) {
            Cursor cursor = statement.cursor();
            Optional<String> rolledBackTo = rolledBackTo(statement);
            if (rolledBackTo.isPresent()) {
                closeInside(rolledBackTo.get(), open, script, statement);
            } else if (cursor.take("SAVEPOINT")) {
                open.push(new Open(cursor.takeName(), statement));
            } else if (cursor.take("RELEASE")) {
                cursor.take("SAVEPOINT");
                closeInside(cursor.takeName(), open, script, statement);
                open.pop();
            }
        }
        if (!open.isEmpty()) {
            Open last = open.peek();
            throw refused("it is left open; add RELEASE SAVEPOINT " + Sql.identifier(last.name), script, last.by);
        }
    }

    /** Those that were set after a savepoint end with it. */
    private static void closeInside(String name, Deque<Open> open, ScriptFile script, Statement statement) {
        if (open.stream().noneMatch(savepoint -> savepoint.name.equals(name))) {
            throw refused("the script has not set one of this name; remove the statement", script, statement);
        }
        while (!open.element().name.equals(name)) {
            open.pop();
        }
    }

    private static InvalidMigrationException refused(String message, ScriptFile script, Statement statement) {
        return Script.invalid(
                script,
                statement,
                StatementRules.refusal("a savepoint must end with its script: " + message, statement));
    }
}
