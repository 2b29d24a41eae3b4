package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.sql.copy.CopyBatch;
import dev.tenantmigrator.internal.sql.copy.CopyFromStdin;
import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import dev.tenantmigrator.internal.sql.rewrite.PublicSchemaAdapter.Adapted;
import dev.tenantmigrator.internal.sql.rules.ScriptReader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Adapts {@code COPY … FROM stdin}: only the names of the table and its columns are code, the rows stay as they are. */
final class CopyRewriter {

    private CopyRewriter() {}

    /**
     * The statements that replace a COPY.
     *
     * @param checked is called with each statement that was rewritten
     * @throws dev.tenantmigrator.InvalidMigrationException when the format or an option is not supported, or a row does not
     *     fit
     */
    static List<Adapted> adapt(
            MigrationScript script, Statement statement, CodeRewriter rewriter, Consumer<Statement> checked) {
        CopyFromStdin copy;
        try {
            copy = CopyFromStdin.read(statement);
        } catch (UnreadableSqlException e) {
            throw ScriptReader.invalid(script, e);
        }
        Statement head = statement(copy.insert(), statement.line());
        Adapted insert = Adapted.of(script, head, rewriter);
        checked.accept(head);
        List<Adapted> adapted = new ArrayList<>();
        adapted.add(Adapted.of(script, statement(copy.check(), statement.line()), rewriter));
        int linesOfHead = Tokens.lineBreaks(copy.insert(), 0, copy.insert().length());
        for (CopyBatch batch : copy.batches()) {
            adapted.add(new Adapted(
                    insert.template().followedBy(batch.values()), batch.line() - linesOfHead, script.location()));
        }
        return adapted;
    }

    private static Statement statement(String sql, int line) {
        Tokens tokens = Lexer.lexFragment(sql);
        return new Statement(tokens, tokens.next(-1), tokens.previous(tokens.count()) + 1, line);
    }
}
