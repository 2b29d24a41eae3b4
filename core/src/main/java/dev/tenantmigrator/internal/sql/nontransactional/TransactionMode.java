package dev.tenantmigrator.internal.sql.nontransactional;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import dev.tenantmigrator.internal.sql.rules.ScriptDirective;
import dev.tenantmigrator.internal.sql.rules.ScriptReader;
import dev.tenantmigrator.internal.sql.rules.StatementRules;
import dev.tenantmigrator.internal.sql.rules.StatementRules.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides whether a script runs in its migration's transaction or outside of any. */
public final class TransactionMode {

    private TransactionMode() {}

    /**
     * Whether a script holds statements that cannot run in a transaction, or declares so in its first comment.
     *
     * @throws InvalidMigrationException when the script cannot be read to its end, or must not run
     */
    public static boolean runsOutsideTransaction(MigrationScript script) {
        return nonTransactional(script, ScriptReader.read(script)).isPresent();
    }

    /**
     * The statements of a script that runs outside of a transaction, each read.
     *
     * @return empty when the script runs in a transaction, as one without statements does
     * @throws InvalidMigrationException when it mixes both kinds of statements, or holds one that is refused
     */
    public static Optional<List<NonTransactionalStatement>> nonTransactional(
            MigrationScript script, List<Statement> statements) {
        boolean declared = ScriptDirective.read(script).noTransaction();
        List<NonTransactionalStatement> read = new ArrayList<>();
        Optional<Statement> transactional = Optional.empty();
        Optional<Statement> nonTransactional = Optional.empty();
        for (Statement statement : statements) {
            if (StatementRules.judge(statement) instanceof Verdict.Refuse refusal) {
                throw ScriptReader.invalid(script, statement, refusal);
            }
            Optional<NonTransactionalStatement> parsed = parse(script, statement);
            if (parsed.filter(known -> known.always() || declared).isPresent()) {
                nonTransactional = nonTransactional.isPresent() ? nonTransactional : Optional.of(statement);
            } else {
                transactional = transactional.isPresent() ? transactional : Optional.of(statement);
            }
            parsed.ifPresent(read::add);
        }
        if (statements.isEmpty() || (nonTransactional.isEmpty() && !declared)) {
            return Optional.empty();
        }
        if (transactional.isPresent()) {
            throw mixture(script, transactional.get(), nonTransactional, declared);
        }
        return Optional.of(read);
    }

    private static Optional<NonTransactionalStatement> parse(MigrationScript script, Statement statement) {
        try {
            return NonTransactionalStatement.parse(statement);
        } catch (UnreadableSqlException e) {
            throw ScriptReader.invalid(script, e);
        }
    }

    private static InvalidMigrationException mixture(
            MigrationScript script, Statement transactional, Optional<Statement> nonTransactional, boolean declared) {
        String message;
        if (transactional.startsWith("SET")) {
            message = "SET is not allowed in a script that runs outside of a transaction; write \""
                    + ScriptDirective.NO_TRANSACTION_COMMENT
                    + " lock_timeout=… statement_timeout=…\" as the first line instead";
        } else if (nonTransactional.isEmpty()) {
            message = "the first comment says no-transaction, but this statement can run in a transaction; remove the"
                    + " comment, or put the statement into a migration of its own";
        } else {
            message = "this statement runs in a transaction, the one on line "
                    + nonTransactional.get().line()
                    + " cannot; put each into a migration of its own"
                    + (declared || parse(script, transactional).isEmpty()
                            ? ""
                            : ", or, if this may be repeated after a crash, begin the file with \""
                                    + ScriptDirective.NO_TRANSACTION_COMMENT + "\"");
        }
        return new InvalidMigrationException(message, script.location(), transactional.line());
    }
}
