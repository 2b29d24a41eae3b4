package dev.tenantmigrator.internal.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Runs the library's own queries and statements, each in one round trip. Without arguments the text is sent unchanged: JDBC
 * escapes are off. With arguments it is prepared: a {@code Collection} of strings becomes a {@code text[]}, an empty {@code
 * Optional} becomes {@code NULL}, any other argument is set by its Java type.
 */
public final class Jdbc {

    private static final int ALL_ROWS = 0;

    private static final int SOME_ROWS = 100;

    private Jdbc() {}

    /** Reads a value from the current row. */
    @FunctionalInterface
    public interface RowMapper<T> {
        /** Returns the value, without moving to another row. */
        T map(ResultSet row) throws SQLException;
    }

    /** Takes the current row. */
    @FunctionalInterface
    public interface RowConsumer {
        /** Reads the row, without moving to another one. */
        void accept(ResultSet row) throws SQLException;
    }

    /** Takes all rows. */
    @FunctionalInterface
    public interface RowsConsumer {
        /** Reads the rows. */
        void accept(ResultSet rows) throws SQLException;
    }

    /** Returns the values of all rows. */
    public static <T> List<T> query(Connection connection, String sql, RowMapper<T> mapper, Object... args)
            throws SQLException {
        List<T> values = new ArrayList<>();
        forEach(connection, sql, row -> values.add(mapper.map(row)), args);
        return values;
    }

    /** Returns the value of the only row, of a query that always has one. */
    public static <T> T queryOne(Connection connection, String sql, RowMapper<T> mapper, Object... args)
            throws SQLException {
        return query(connection, sql, mapper, args).get(0);
    }

    /** Returns the value of the only row; empty when there is no row. */
    public static <T> Optional<T> queryOptional(Connection connection, String sql, RowMapper<T> mapper, Object... args)
            throws SQLException {
        return query(connection, sql, mapper, args).stream().findFirst();
    }

    /** Hands each row to a consumer. */
    public static void forEach(Connection connection, String sql, RowConsumer consumer, Object... args)
            throws SQLException {
        if (args.length > 0) {
            forEachPrepared(connection, sql, consumer, args);
            return;
        }
        try (Statement statement = statement(connection)) {
            try (ResultSet rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    consumer.accept(rows);
                }
            }
        }
    }

    /**
     * Hands each row to a consumer. The query is prepared even without arguments: for one that runs often on a connection and
     * takes longer to plan than to run, because the driver then lets the server keep the plan.
     */
    public static void forEachPrepared(Connection connection, String sql, RowConsumer consumer, Object... args)
            throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, args);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                consumer.accept(rows);
            }
        }
    }

    /**
     * Hands each row of a large answer to a consumer, and holds only some rows in memory, in a transaction. In the driver's simple query
     * mode all rows are held.
     */
    public static void forEachOfMany(Connection connection, String sql, RowConsumer consumer, Object... args)
            throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, args)) {
            statement.setFetchSize(SOME_ROWS);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    consumer.accept(rows);
                }
            }
        }
    }

    /** Runs a statement and drops its rows. Without arguments it may be several, separated by semicolons. */
    public static void execute(Connection connection, String sql, Object... args) throws SQLException {
        if (args.length > 0) {
            try (PreparedStatement statement = prepare(connection, sql, args)) {
                statement.execute();
            }
            return;
        }
        try (Statement statement = statement(connection)) {
            statement.execute(sql);
        }
    }

    /** Runs a statement, and hands its rows over if it has any. */
    static void executeForRows(Connection connection, String sql, RowsConsumer consumer) throws SQLException {
        try (Statement statement = statement(connection)) {
            if (statement.execute(sql)) {
                try (ResultSet rows = statement.getResultSet()) {
                    consumer.accept(rows);
                }
            }
        }
    }

    /** Runs several statements in one round trip; the last one is a query with one row. */
    static <T> T executeAndQuery(Connection connection, String statements, RowMapper<T> mapper) throws SQLException {
        try (Statement statement = statement(connection)) {
            boolean rows = statement.execute(statements);
            for (int last = statement.getUpdateCount(); !rows && last >= 0; last = statement.getUpdateCount()) {
                rows = statement.getMoreResults();
            }
            try (ResultSet row = statement.getResultSet()) {
                row.next();
                return mapper.map(row);
            }
        }
    }

    /** Runs a statement that changes rows, and returns their number. */
    public static int update(Connection connection, String sql) throws SQLException {
        try (Statement statement = statement(connection)) {
            return statement.executeUpdate(sql);
        }
    }

    /**
     * Creates a statement whose text is sent unchanged, and whose rows are read in one portion. A host's default fetch size would
     * run the rest of a query only when its rows are read, and outside of a transaction not at all.
     */
    static Statement statement(Connection connection) throws SQLException {
        Statement statement = connection.createStatement();
        try {
            statement.setEscapeProcessing(false);
            statement.setFetchSize(ALL_ROWS);
            return statement;
        } catch (SQLException | RuntimeException e) {
            statement.close();
            throw e;
        }
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... args) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            statement.setFetchSize(ALL_ROWS);
            for (int i = 0; i < args.length; i++) {
                if (args[i] instanceof Collection<?> strings) {
                    statement.setArray(i + 1, connection.createArrayOf("text", strings.toArray()));
                } else if (args[i] instanceof Optional<?> optional) {
                    statement.setObject(i + 1, optional.orElse(null));
                } else {
                    statement.setObject(i + 1, args[i]);
                }
            }
            return statement;
        } catch (SQLException | RuntimeException e) {
            statement.close();
            throw e;
        }
    }
}
