package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.ScriptFile;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalInt;

/** A statement of a script that PostgreSQL refused, with its place in the file. */
public final class ScriptFailure extends SQLException {

    private static final long serialVersionUID = 1L;
    private static final int EXCERPT = 200;

    private final transient Failure failure;

    ScriptFailure(String version, ScriptFile file, Optional<SqlStatement> statement, SQLException cause) {
        super(SqlErrors.message(cause), SqlErrors.state(cause), SqlErrors.withoutDetail(cause));
        Failure inFile = SqlErrors.failure(cause).ofVersion(version).inFile(file.location());
        this.failure = statement
                .map(failed -> inFile.onLine(line(failed, cause)).inStatement(excerpt(failed.sql())))
                .orElse(inFile);
    }

    /**
     * A failure that is not PostgreSQL's.
     *
     * @param failure what happened and where
     */
    public ScriptFailure(Failure failure) {
        super(failure.message());
        this.failure = failure;
    }

    /** The same, at a statement of a script. */
    ScriptFailure(String version, ScriptFile file, SqlStatement statement, Failure failure) {
        this(failure.ofVersion(version)
                .inFile(file.location())
                .onLine(statement.line())
                .inStatement(excerpt(statement.sql())));
    }

    private static int line(SqlStatement statement, SQLException cause) {
        OptionalInt position = SqlErrors.position(cause);
        return position.isPresent() ? statement.lineAt(position.getAsInt()) : statement.line();
    }

    /** What happened and where. */
    public Failure failure() {
        return failure;
    }

    private static String excerpt(String sql) {
        String oneLine = sql.strip().replaceAll("\\s+", " ");
        return oneLine.length() <= EXCERPT ? oneLine : oneLine.substring(0, EXCERPT) + "…";
    }
}
