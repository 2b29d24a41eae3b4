package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.sql.copy.CopyCheck;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalInt;

/** A statement of a script that PostgreSQL refused, with its place in the file. */
public final class ScriptFailure extends SQLException {

    private static final long serialVersionUID = 1L;

    /** Characters of a statement that a report shows: enough to recognize it. */
    private static final int BEGINNING = 200;

    /** Characters that are read for the beginning, as white space is shortened; a statement can be as long as memory allows. */
    private static final int READ = 10 * BEGINNING;

    private final transient Failure failure;

    /** Not the cause, because a stack trace prints the cause, with its data. */
    private final transient SQLException original;

    ScriptFailure(String version, MigrationScript file, Optional<SqlStatement> statement, SQLException error) {
        this(
                version,
                file,
                statement,
                error,
                file.text() + statement.map(failed -> "\n" + failed.sql()).orElse(""));
    }

    private ScriptFailure(
            String version, MigrationScript file, Optional<SqlStatement> statement, SQLException error, String script) {
        super(SqlErrors.message(error, script), SqlErrors.state(error), SqlErrors.withoutDetail(error, script));
        Failure ofScript = SqlErrors.failure(error, script).inFile(file.location());
        Failure inFile = version.isEmpty() ? ofScript : ofScript.ofVersion(version);
        String function = SqlErrors.function(error).map(name -> ", " + name).orElse("");
        String remedy = SqlErrors.isPendingCheck(error)
                ? "; write SET CONSTRAINTS ALL IMMEDIATE; before this statement: the deferred checks of the rows that the"
                        + " script has changed then run there, not at its end"
                : "";
        Failure inFunction = inFile.withMessage(inFile.message() + function + remedy);
        this.failure =
                statement.map(failed -> inStatement(inFunction, failed, error)).orElse(inFunction);
        this.original = error;
    }

    /**
     * A failure that PostgreSQL did not report.
     *
     * @param failure the reason and its place
     */
    public ScriptFailure(Failure failure) {
        super(failure.message());
        this.failure = failure;
        this.original = this;
    }

    /** A failure that PostgreSQL did not report, at a statement of a script. */
    ScriptFailure(String version, MigrationScript file, SqlStatement statement, Failure failure) {
        this((version.isEmpty() ? failure : failure.ofVersion(version))
                .inFile(file.location())
                .onLine(statement.line())
                .inStatement(beginning(statement.sql())));
    }

    private static Failure inStatement(Failure inFile, SqlStatement statement, SQLException cause) {
        Failure failure = CopyCheck.message(statement, inFile.message())
                .map(inFile::withMessage)
                .orElse(inFile)
                .inStatement(beginning(statement.sql()));
        OptionalInt position = SqlErrors.position(cause);
        if (position.isPresent()) {
            return failure.onLine(statement.lineAt(position.getAsInt()))
                    .withExcerpt(Excerpt.at(statement.sql(), position.getAsInt()));
        }
        OptionalInt blockLine = SqlErrors.blockLine(cause);
        OptionalInt body = blockLine.isPresent() ? Statement.doBodyStart(statement.sql()) : OptionalInt.empty();
        return failure.onLine(
                body.isPresent() ? statement.lineAt(body.getAsInt() + 1) + blockLine.getAsInt() - 1 : statement.line());
    }

    /** The error as PostgreSQL sent it, with data; for reports only when error details were asked for. */
    SQLException original() {
        return original;
    }

    /** The reason and its place in the script. */
    public Failure failure() {
        return failure;
    }

    private static String beginning(String sql) {
        String read = sql.substring(0, Math.min(sql.length(), READ));
        String oneLine = read.strip().replaceAll("\\s+", " ");
        return oneLine.length() <= BEGINNING && read.length() == sql.length()
                ? oneLine
                : oneLine.substring(0, Math.min(oneLine.length(), BEGINNING)) + "…";
    }
}
