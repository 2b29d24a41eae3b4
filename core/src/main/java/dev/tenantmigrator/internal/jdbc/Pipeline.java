package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.sql.copy.CopyBatch;
import dev.tenantmigrator.internal.sql.copy.CopyCheck;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A batch of statements that travels to PostgreSQL in one round trip, unless actions stand between them. Each statement is an entry of the driver's batch, because
 * the driver splits some texts in the wrong place.
 *
 * <p>A failed batch does not tell which statement failed: roll back, then {@link #sendOneByOne}.
 */
public final class Pipeline {

    private static final Pattern QUERY =
            Pattern.compile("\\(|(?:SELECT|WITH|VALUES|TABLE)\\b", Pattern.CASE_INSENSITIVE);

    private static final String BEFORE_ROWS = "tenant_migrator_rows";

    private static final String STANDARD_STRINGS = "SET LOCAL standard_conforming_strings TO on";

    private final List<Step> steps = new ArrayList<>();
    private Optional<NoticeListener> listener = Optional.empty();

    /** Hears the notices that contain a marker of the library's own. */
    record NoticeListener(String marker, Consumer<String> consumer) {}

    /** Work on the connection between two statements, which neither begins nor ends a transaction. */
    @FunctionalInterface
    public interface SqlAction {
        /** Works on the connection. */
        void run(Connection connection) throws SQLException;
    }

    /** A statement, and its place when it comes from a script; or an action, and a text that describes it. */
    record Step(String sql, Optional<Origin> origin, Optional<SqlAction> action) {

        Step(String sql, Optional<Origin> origin) {
            this(sql, origin, Optional.empty());
        }

        /**
         * Whether the statement needs a round trip of its own: in a batch the driver fetches only the first row of a query, so
         * {@code SELECT f(id) FROM t} would call {@code f} once. The library's own queries have one row.
         */
        boolean mayReturnRows() {
            return origin.isPresent() && QUERY.matcher(sql).lookingAt() && !CopyCheck.is(sql);
        }

        /** The rows, each as a step, when the statement inserts rows of COPY. */
        List<Step> rowsOfCopy() {
            return origin.flatMap(Origin::statement).map(CopyBatch::rows).orElse(List.of()).stream()
                    .map(row -> new Step(row.sql(), origin.map(whole -> whole.at(row))))
                    .toList();
        }
    }

    private record Origin(String version, MigrationScript file, Optional<SqlStatement> statement) {

        Origin at(SqlStatement part) {
            return new Origin(version, file, Optional.of(part));
        }
    }

    /** Adds a statement of the library's own. */
    public Pipeline add(String sql) {
        steps.add(new Step(sql, Optional.empty()));
        return this;
    }

    /**
     * Adds an action. It runs after the statements before it were sent, which takes a round trip of its own.
     *
     * @param comment describes the action, as SQL comments are written
     */
    public Pipeline add(String comment, SqlAction action) {
        steps.add(new Step(comment, Optional.empty(), Optional.of(action)));
        return this;
    }

    /**
     * Adds a script. A function may have turned {@code standard_conforming_strings} off, and then a crafted string could hide a
     * {@code COMMIT}: the setting is turned on before each statement with a backslash.
     */
    public Pipeline addScript(String version, MigrationScript file, List<SqlStatement> statements) {
        for (SqlStatement statement : statements) {
            if (statement.sql().indexOf('\\') >= 0) {
                add(STANDARD_STRINGS);
            }
            addStatement(version, file, statement);
        }
        return this;
    }

    /** Adds a statement of a script alone, also for use outside a transaction. */
    public Pipeline addStatement(String version, MigrationScript file, SqlStatement statement) {
        steps.add(new Step(statement.sql(), Optional.of(new Origin(version, file, Optional.of(statement)))));
        return this;
    }

    /** Adds a statement of the library's own that checks the script before it: its failure is reported in that script. */
    public Pipeline addCheck(String version, MigrationScript file, String sql) {
        steps.add(new Step(sql, Optional.of(new Origin(version, file, Optional.empty()))));
        return this;
    }

    /**
     * Hands over the text of each notice that contains a marker, when the statements that were sent with it have ended.
     *
     * @param marker see {@link SqlErrors#marker}
     */
    public Pipeline onNotice(String marker, Consumer<String> consumer) {
        listener = Optional.of(new NoticeListener(marker, consumer));
        return this;
    }

    /** Adds all statements of another pipeline. */
    public Pipeline addAll(Pipeline other) {
        steps.addAll(other.steps);
        listener = other.listener.or(() -> listener);
        return this;
    }

    /** Whether there is nothing to send. */
    public boolean isEmpty() {
        return steps.isEmpty();
    }

    /** The texts of all statements; of an action its comment. */
    public List<String> statements() {
        return steps.stream().map(Step::sql).toList();
    }

    Pipeline asTransaction(Optional<String> isolationLevel) {
        return new Pipeline().add(Session.begin(isolationLevel)).addAll(this).add("COMMIT");
    }

    /** Sends all statements, in one round trip unless a script has queries or there are actions. */
    public void send(Connection connection) throws SQLException {
        try (PipelineSender sender = new PipelineSender(connection, this::script, listener)) {
            for (Step step : steps) {
                sender.send(step);
            }
            sender.flush();
        }
    }

    private String script() {
        return steps.stream()
                .filter(step -> step.origin().isPresent())
                .map(Step::sql)
                .collect(Collectors.joining("\n"));
    }

    /** A condition that is checked after each statement of a script. */
    @FunctionalInterface
    public interface Condition {
        /** Whether it holds now. */
        boolean holds() throws SQLException;
    }

    /**
     * Sends one statement after the other and stops after the first statement of a script after which a condition holds.
     *
     * @param failure to report when the condition holds
     * @return the failure with the statement's place; empty when the condition never held
     */
    public Optional<ScriptFailure> sendOneByOneUntil(Connection connection, Condition condition, Failure failure)
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
     * Sends one statement after the other, so that a failure has its place.
     *
     * @throws ScriptFailure when a statement of a script failed
     * @throws SQLException when another statement failed
     */
    public void sendOneByOne(Connection connection) throws SQLException {
        for (Step step : steps) {
            List<Step> rows = step.rowsOfCopy();
            if (rows.isEmpty()) {
                sendAlone(connection, step);
            } else {
                sendRows(connection, step, rows);
            }
        }
    }

    /** Sends rows together, and each alone only when that fails, to find the row at fault: a round trip for each takes long. */
    private void sendRows(Connection connection, Step together, List<Step> rows) throws SQLException {
        new Pipeline().add("SAVEPOINT " + BEFORE_ROWS).send(connection);
        try {
            send(connection, together);
            new Pipeline().add("RELEASE SAVEPOINT " + BEFORE_ROWS).send(connection);
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                throw e;
            }
            new Pipeline()
                    .add("ROLLBACK TO SAVEPOINT " + BEFORE_ROWS)
                    .add("RELEASE SAVEPOINT " + BEFORE_ROWS)
                    .send(connection);
            for (Step row : rows) {
                sendAlone(connection, row);
            }
            // Rows that pass only one by one would be kept in another way than COPY keeps them.
            throw failure(together, e);
        }
    }

    private void sendAlone(Connection connection, Step step) throws SQLException {
        try {
            send(connection, step);
        } catch (SQLException e) {
            throw failure(step, e);
        }
    }

    private static SQLException failure(Step step, SQLException e) {
        if (step.origin().isEmpty() || SqlErrors.isConnectionLost(e)) {
            return e;
        }
        Origin origin = step.origin().get();
        return new ScriptFailure(origin.version(), origin.file(), origin.statement(), e);
    }

    /**
     * Sends a statement of a script that belongs to no version, and hands its rows over.
     *
     * @throws ScriptFailure when it failed
     */
    public static void sendForRows(
            Connection connection, MigrationScript file, SqlStatement statement, Jdbc.RowsConsumer rows)
            throws SQLException {
        Pipeline pipeline = new Pipeline().addScript("", file, List.of(statement));
        boolean definition = statement.sql().regionMatches(true, 0, "CREATE", 0, 6);
        if (definition
                || CopyCheck.is(statement.sql())
                || pipeline.steps.stream().anyMatch(step -> !step.rowsOfCopy().isEmpty())) {
            pipeline.sendOneByOne(connection);
            return;
        }
        for (Step step : pipeline.steps) {
            try {
                Jdbc.executeForRows(connection, step.sql(), rows);
            } catch (SQLException e) {
                throw failure(step, e);
            }
        }
    }

    private void send(Connection connection, Step step) throws SQLException {
        try (PipelineSender sender = new PipelineSender(connection, step::sql, listener)) {
            // In a batch of one: outside a batch the driver splits the text, wrongly for some function bodies.
            sender.send(step);
            sender.flush();
        }
    }
}
