package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.ScriptFile;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.sql.ScriptScan;
import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalInt;

/** A statement of a script that PostgreSQL refused, with its place in the file. */
public final class ScriptFailure extends SQLException {

    private static final long serialVersionUID = 1L;
    private static final int BEGINNING = 200;

    private final transient Failure failure;

    ScriptFailure(String version, ScriptFile file, Optional<SqlStatement> statement, SQLException cause) {
        super(SqlErrors.message(cause), SqlErrors.state(cause), SqlErrors.withoutDetail(cause));
        Failure inFile = SqlErrors.failure(cause).ofVersion(version).inFile(file.location());
        this.failure =
                statement.map(failed -> inStatement(inFile, failed, cause)).orElse(inFile);
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
                .inStatement(beginning(statement.sql())));
    }

    private static Failure inStatement(Failure inFile, SqlStatement statement, SQLException cause) {
        Failure failure = inFile.inStatement(beginning(statement.sql()));
        OptionalInt position = SqlErrors.position(cause);
        if (position.isPresent()) {
            return failure.onLine(statement.lineAt(position.getAsInt()))
                    .withExcerpt(Excerpt.at(statement.sql(), position.getAsInt()));
        }
        OptionalInt blockLine = SqlErrors.blockLine(cause);
        OptionalInt body = blockLine.isPresent() ? ScriptScan.blockStart(statement.sql()) : OptionalInt.empty();
        return failure.onLine(
                body.isPresent() ? statement.lineAt(body.getAsInt() + 1) + blockLine.getAsInt() - 1 : statement.line());
    }

    /** What happened and where. */
    public Failure failure() {
        return failure;
    }

    private static String beginning(String sql) {
        String oneLine = sql.strip().replaceAll("\\s+", " ");
        return oneLine.length() <= BEGINNING ? oneLine : oneLine.substring(0, BEGINNING) + "…";
    }
}
