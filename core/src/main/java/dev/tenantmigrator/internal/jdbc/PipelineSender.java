package dev.tenantmigrator.internal.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Sends statements and drops their rows and notices, so that memory does not grow with them. Rows are fetched in portions, which
 * the driver supports in every open transaction from 42.7.11 on; before that, only with autocommit off.
 */
final class PipelineSender implements AutoCloseable {

    /** Two, so that one round trip shows the end of a query with one row. */
    private static final int FIRST_ROWS = 2;

    /** Narrow rows too take memory in the driver, for each of their columns. */
    private static final int MOST_ROWS = 500;

    /** Bytes of a portion, unless one row is wider: a round trip costs little beside 1 MB, and few threads send at once. */
    private static final long PORTION = 1 << 20;

    /** The server is asked for its timeout only after 10 ms: nobody sets a shorter one, and most queries end earlier. */
    private static final long ASK_FOR_TIMEOUT = TimeUnit.MILLISECONDS.toNanos(10);

    private static final String TIMEOUT = "SELECT setting FROM pg_catalog.pg_show_all_settings()"
            + " WHERE name OPERATOR(pg_catalog.=) 'statement_timeout'";

    private static final String QUERY_CANCELED = "57014";
    private static final String CONNECTION_FAILURE = "08006";

    private final Connection connection;
    private final Statement statement;
    private final Notices notices;
    private boolean batched;

    /**
     * @param script the text that the authors of the statements wrote, which may be shown
     * @param listener hears notices of the library's own
     */
    PipelineSender(Connection connection, Supplier<String> script, Optional<Pipeline.NoticeListener> listener)
            throws SQLException {
        this.connection = connection;
        this.statement = Jdbc.statement(connection);
        this.notices = new Notices(statement, script, listener);
    }

    /**
     * Adds a statement to the batch, of whose rows the driver fetches and drops only the first; or sends the batch, then runs a
     * query to its end, or an action.
     */
    void send(Pipeline.Step step) throws SQLException {
        if (step.action().isPresent()) {
            flush();
            step.action().get().run(connection);
        } else if (step.mayReturnRows() && !DirectConnection.isSimple(connection)) {
            flush();
            query(step.sql());
        } else {
            statement.addBatch(step.sql());
            batched = true;
        }
    }

    /** Sends the batch. */
    void flush() throws SQLException {
        if (batched) {
            batched = false;
            try {
                statement.executeBatch();
            } catch (OutOfMemoryError e) {
                throw lost(e);
            }
            notices.take();
        }
    }

    private void query(String sql) throws SQLException {
        try {
            run(sql);
        } catch (OutOfMemoryError e) {
            throw lost(e);
        }
    }

    private void run(String sql) throws SQLException {
        long start = System.nanoTime();
        long characters = notices.characters();
        statement.setFetchSize(FIRST_ROWS);
        boolean returnsRows = statement.execute(sql);
        notices.take();
        if (!returnsRows) {
            return;
        }
        try (ResultSet rows = statement.getResultSet()) {
            drop(rows, start, characters);
        }
    }

    /**
     * Memory ran out in the middle of an answer: the driver reads an error or a notice as a whole. Nobody knows where the next
     * answer begins, so the connection is closed.
     */
    private SQLException lost(OutOfMemoryError e) {
        SQLException lost = new SQLException("an answer of PostgreSQL does not fit into memory", CONNECTION_FAILURE, e);
        try {
            connection.abort(Runnable::run);
        } catch (SQLException notAborted) {
            lost.addSuppressed(SqlErrors.withoutDetail(notAborted));
        }
        return lost;
    }

    private void drop(ResultSet rows, long start, long charactersBefore) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        long widest = 1;
        long counted = charactersBefore;
        long limit = 0;
        while (rows.next()) {
            notices.take(rows);
            // The notices of a portion count for its first row.
            long width = notices.characters() - counted;
            counted += width;
            for (int column = 1; column <= columns; column++) {
                byte[] value = rows.getBytes(column);
                width += value == null ? 0 : value.length;
            }
            widest = Math.max(widest, width);
            rows.setFetchSize((int) Math.max(1, Math.min(MOST_ROWS, PORTION / widest)));
            long took = System.nanoTime() - start;
            if (limit == 0 && took > ASK_FOR_TIMEOUT) {
                limit = timeout();
            }
            // The server measures the time of each portion alone, so the total is checked here.
            if (limit > 0 && took > limit) {
                throw new SQLException("canceling statement due to statement timeout", QUERY_CANCELED);
            }
        }
    }

    /** The server's statement timeout, in nanoseconds. */
    private long timeout() throws SQLException {
        long millis = Jdbc.queryOne(connection, TIMEOUT, row -> row.getLong(1));
        return millis == 0 ? Long.MAX_VALUE : TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Override
    public void close() throws SQLException {
        try {
            notices.close();
        } finally {
            statement.close();
        }
    }
}
