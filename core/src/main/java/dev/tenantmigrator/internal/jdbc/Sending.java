package dev.tenantmigrator.internal.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;

/**
 * Sends statements and drops their rows: memory does not grow with what they return. The rows of a query come in portions,
 * which the driver does in every open transaction from 42.7.11 on, before that only where autocommit is off.
 */
final class Sending implements AutoCloseable {

    /** Enough to tell, in one round trip, that a query had one row. */
    private static final int FIRST_ROWS = 2;

    private static final int MOST_ROWS = 500;

    /** Bytes of a portion, as long as the widest row seen so far is smaller. */
    private static final long PORTION = 1 << 20;

    /** A shorter timeout is of no use to anyone. */
    private static final long ASK_FOR_TIMEOUT = TimeUnit.MILLISECONDS.toNanos(10);

    private static final String TIMEOUT = "SELECT setting FROM pg_catalog.pg_show_all_settings()"
            + " WHERE name OPERATOR(pg_catalog.=) 'statement_timeout'";

    private final Connection connection;
    private final Statement statement;
    private boolean batched;

    Sending(Connection connection) throws SQLException {
        this.connection = connection;
        this.statement = connection.createStatement();
        statement.setEscapeProcessing(false);
    }

    /** Adds a statement to the batch, in which the driver asks for no more than the first row. */
    void add(String sql) throws SQLException {
        statement.addBatch(sql);
        batched = true;
    }

    /** Sends what was added. */
    void flush() throws SQLException {
        if (batched) {
            batched = false;
            statement.executeBatch();
        }
    }

    /** Sends what was added, then runs a query to its end. */
    void query(String sql) throws SQLException {
        flush();
        long start = System.nanoTime();
        statement.setFetchSize(FIRST_ROWS);
        if (!statement.execute(sql)) {
            return;
        }
        try (ResultSet rows = statement.getResultSet()) {
            drop(rows, start);
        }
    }

    private void drop(ResultSet rows, long start) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        long widest = 1;
        long limit = 0;
        while (rows.next()) {
            long width = 0;
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
                throw new SQLException("canceling statement due to statement timeout", "57014");
            }
        }
    }

    /** The time that the server gives a statement, in nanoseconds. */
    private long timeout() throws SQLException {
        try (Statement question = connection.createStatement();
                ResultSet row = question.executeQuery(TIMEOUT)) {
            row.next();
            long millis = row.getLong(1);
            return millis == 0 ? Long.MAX_VALUE : TimeUnit.MILLISECONDS.toNanos(millis);
        }
    }

    @Override
    public void close() throws SQLException {
        statement.close();
    }
}
