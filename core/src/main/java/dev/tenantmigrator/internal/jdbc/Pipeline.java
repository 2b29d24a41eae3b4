package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.ScriptFile;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Statements that travel to PostgreSQL in one round trip. The driver's batch carries one entry per statement, because the
 * driver's own splitting of a text is wrong for some.
 *
 * <p>A batch does not tell which entry failed: send the flight, and when it fails and was rolled back, {@link #walk} it.
 */
public final class Pipeline {

    private static final Pattern QUERY =
            Pattern.compile("\\(|(?:SELECT|WITH|VALUES|TABLE)\\b", Pattern.CASE_INSENSITIVE);

    private static final String STANDARD_STRINGS = "SET LOCAL standard_conforming_strings TO on";

    private final List<Step> steps = new ArrayList<>();

    /** A statement and, when it stands in a script, where. */
    private record Step(String sql, Optional<Origin> origin) {

        /**
         * In a batch the driver asks for no more than the first row of a query, so that {@code SELECT f(id) FROM t} would call
         * {@code f} once. The library's own queries have one row.
         */
        boolean mayReturnRows() {
            return origin.isPresent() && QUERY.matcher(sql).lookingAt();
        }
    }

    private record Origin(String version, ScriptFile file, Optional<SqlStatement> statement) {}

    /** Adds a statement of the library's own. */
    public Pipeline add(String sql) {
        steps.add(new Step(sql, Optional.empty()));
        return this;
    }

    /**
     * Adds a script. A statement with a backslash is sent with strings that end where the script was read to end, or a crafted
     * string could hide a {@code COMMIT} once a function has changed the setting.
     */
    public Pipeline addScript(String version, ScriptFile file, List<SqlStatement> statements) {
        for (SqlStatement statement : statements) {
            if (statement.sql().indexOf('\\') >= 0) {
                add(STANDARD_STRINGS);
            }
            addStatement(version, file, statement);
        }
        return this;
    }

    /** Adds a statement of a script as it is, which need not be in a transaction. */
    public Pipeline addStatement(String version, ScriptFile file, SqlStatement statement) {
        steps.add(new Step(statement.sql(), Optional.of(new Origin(version, file, Optional.of(statement)))));
        return this;
    }

    /** Adds a statement of the library's own whose failure is the fault of the script before it. */
    public Pipeline addCheck(String version, ScriptFile file, String sql) {
        steps.add(new Step(sql, Optional.of(new Origin(version, file, Optional.empty()))));
        return this;
    }

    /** Adds all of another. */
    public Pipeline addAll(Pipeline other) {
        steps.addAll(other.steps);
        return this;
    }

    Pipeline asTransaction(Optional<String> isolationLevel) {
        return new Pipeline().add(Session.begin(isolationLevel)).addAll(this).add("COMMIT");
    }

    /** Sends all statements, in one round trip unless a script has queries. */
    public void send(Connection connection) throws SQLException {
        try (PipelineSender sending = new PipelineSender(connection, this::script)) {
            for (Step step : steps) {
                send(sending, step);
            }
            sending.flush();
        }
    }

    private String script() {
        return steps.stream()
                .filter(step -> step.origin().isPresent())
                .map(Step::sql)
                .collect(Collectors.joining("\n"));
    }

    private static void send(PipelineSender sending, Step step) throws SQLException {
        if (step.mayReturnRows()) {
            sending.query(step.sql());
        } else {
            sending.add(step.sql());
        }
    }

    /** Says whether something has come about. */
    @FunctionalInterface
    public interface Condition {
        /** Asks for it. */
        boolean holds() throws SQLException;
    }

    /**
     * Sends one statement after the other, until behind one of a script a condition holds.
     *
     * @param failure what is then to be said
     * @return that, at the statement; empty when the condition never held
     */
    public Optional<ScriptFailure> walkUntil(Connection connection, Condition condition, Failure failure)
            throws SQLException {
        for (Step step : steps) {
            send(connection, step);
            if (step.origin().isPresent() && condition.holds()) {
                Origin origin = step.origin().get();
                return Optional.of(origin.statement()
                        .map(statement -> new ScriptFailure(origin.version(), origin.file(), statement, failure))
                        .orElseGet(() -> new ScriptFailure(failure.ofVersion(origin.version())
                                .inFile(origin.file().location()))));
            }
        }
        return Optional.empty();
    }

    /**
     * Sends one statement after the other.
     *
     * @throws ScriptFailure when a statement of a script failed
     * @throws SQLException when another statement failed
     */
    public void walk(Connection connection) throws SQLException {
        for (Step step : steps) {
            try {
                send(connection, step);
            } catch (SQLException e) {
                if (step.origin().isEmpty() || SqlErrors.isConnectionLost(e)) {
                    throw e;
                }
                Origin origin = step.origin().get();
                throw new ScriptFailure(origin.version(), origin.file(), origin.statement(), e);
            }
        }
    }

    private static void send(Connection connection, Step step) throws SQLException {
        try (PipelineSender sending = new PipelineSender(connection, step::sql)) {
            // The same way as in the flight: the driver splits what is not in a batch, wrongly for some bodies.
            send(sending, step);
            sending.flush();
        }
    }
}
