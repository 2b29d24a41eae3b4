package dev.tenantmigrator.internal.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Sends statements, drops their rows and takes their notices: memory does not grow with what they return or say. The rows of a query come in portions,
 * which the driver does in every open transaction from 42.7.11 on, before that only where autocommit is off.
 */
final class PipelineSender implements AutoCloseable {

    /** Enough to tell, in one round trip, that a query had one row. */
    private static final int FIRST_ROWS = 2;

    private static final int MOST_ROWS = 500;

    /** Bytes of a portion, as long as the widest row seen so far is smaller. */
    private static final long PORTION = 1 << 20;

    /** A shorter timeout is of no use to anyone. */
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
     * @param script what the authors of the statements wrote, which may be shown
     */
    PipelineSender(Connection connection, Supplier<String> script) throws SQLException {
        this.connection = connection;
        this.statement = connection.createStatement();
        statement.setEscapeProcessing(false);
        this.notices = new Notices(statement, script);
    }

    /** Adds a statement to the batch, in which the driver asks for no more than the first row, and drops it. */
    void add(String sql) throws SQLException {
        statement.addBatch(sql);
        batched = true;
    }

    /** Sends what was added. */
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

    /** Sends what was added, then runs a query to its end. */
    void query(String sql) throws SQLException {
        if (DirectConnection.isSimple(connection)) {
            add(sql);
            return;
        }
        flush();
        try {
            run(sql);
        } catch (OutOfMemoryError e) {
            throw lost(e);
        }
    }

    private void run(String sql) throws SQLException {
        long start = System.nanoTime();
        long said = notices.characters();
        statement.setFetchSize(FIRST_ROWS);
        boolean returnsRows = statement.execute(sql);
        notices.take();
        if (!returnsRows) {
            return;
        }
        try (ResultSet rows = statement.getResultSet()) {
            drop(rows, start, said);
        }
    }

    /**
     * Memory ran out in the middle of an answer, of which nobody knows where the next one begins: an error or notice has to be
     * read as a whole.
     */
    private SQLException lost(OutOfMemoryError e) {
        SQLException lost = new SQLException("what PostgreSQL sent does not fit into memory", CONNECTION_FAILURE, e);
        try {
            connection.abort(Runnable::run);
        } catch (SQLException notAborted) {
            lost.addSuppressed(SqlErrors.withoutDetail(notAborted));
        }
        return lost;
    }

    private void drop(ResultSet rows, long start, long saidBefore) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        long widest = 1;
        long said = saidBefore;
        long limit = 0;
        while (rows.next()) {
            notices.take(rows);
            // The notices of a portion count as its first row's.
            long width = notices.characters() - said;
            said += width;
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
            // The server counts the time of each portion alone.
            if (limit > 0 && took > limit) {
                throw new SQLException("canceling statement due to statement timeout", QUERY_CANCELED);
            }
        }
    }

    /** The time that the server gives a statement, in nanoseconds. */
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
