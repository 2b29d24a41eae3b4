package dev.tenantmigrator.internal.sql.rules;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Splitter;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import dev.tenantmigrator.internal.sql.rules.StatementRules.Verdict;
import java.util.List;

/** Reads a script's statements, and reports their problems with the file and line. */
public final class ScriptReader {

    private ScriptReader() {}

    /**
     * The statements of a script.
     *
     * @throws InvalidMigrationException when the script cannot be read to its end
     */
    public static List<Statement> read(MigrationScript file) {
        String text = file.text();
        try {
            return Splitter.split(Lexer.lexScript(text));
        } catch (UnreadableSqlException e) {
            // The data behind \copy is no SQL: refuse the command rather than a quote in the data.
            refuseStatementsBefore(file, text, e.offset());
            throw invalid(file, e);
        }
    }

    public static InvalidMigrationException invalid(MigrationScript file, UnreadableSqlException e) {
        return new InvalidMigrationException(String.valueOf(e.getMessage()), file.location(), e.line());
    }

    public static InvalidMigrationException invalid(MigrationScript file, Statement statement, Verdict.Refuse refusal) {
        return new InvalidMigrationException(refusal.message(), file.location(), statement.line(refusal.token()));
    }

    private static void refuseStatementsBefore(MigrationScript file, String text, int offset) {
        try {
            for (Statement statement : Splitter.split(Lexer.lexScript(text.substring(0, offset)))) {
                if (StatementRules.judge(statement) instanceof Verdict.Refuse refusal) {
                    throw invalid(file, statement, refusal);
                }
            }
        } catch (UnreadableSqlException e) {
            throw invalid(file, e);
        }
    }
}
