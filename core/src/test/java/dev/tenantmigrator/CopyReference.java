package dev.tenantmigrator;

import dev.tenantmigrator.internal.sql.copy.CopyFromStdin;
import dev.tenantmigrator.internal.sql.rules.ScriptReader;
import dev.tenantmigrator.support.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;

/** PostgreSQL's own COPY, by the driver's protocol for it, in a schema of its own. */
final class CopyReference implements AutoCloseable {

    static final String SCHEMA = "reference";

    private final TestDatabase database;
    private final Connection connection;

    CopyReference(TestDatabase database) throws SQLException {
        this.database = database;
        this.connection = database.superuserDataSource().getConnection();
        execute("DROP SCHEMA IF EXISTS reference CASCADE; CREATE SCHEMA reference;"
                + " SET search_path = reference, public; GRANT USAGE ON SCHEMA reference TO " + database.name());
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Sends the data of one COPY, which ends without the line {@code \.}, as psql does. */
    void copy(String sql, String data) throws SQLException {
        copy(connection, sql, data);
    }

    private static void copy(Connection connection, String sql, String data) throws SQLException {
        try {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(sql, new ByteArrayInputStream(data.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs a script as psql does, in which data may follow COPY. */
    void run(MigrationScript script) throws SQLException {
        for (dev.tenantmigrator.internal.sql.lex.Statement statement : ScriptReader.read(script)) {
            if (CopyFromStdin.is(statement)) {
                copy(connection, statement);
            } else {
                execute(statement.text());
            }
        }
    }

    /** Runs one COPY of a script with its data. */
    static void copy(Connection connection, dev.tenantmigrator.internal.sql.lex.Statement statement)
            throws SQLException {
        String source = statement.tokens().source();
        int semicolon = source.indexOf(';', statement.withoutCopyData().end());
        int line = semicolon < 0 ? -1 : source.indexOf('\n', semicolon);
        int data = line < 0 ? statement.end() : Math.min(line + 1, statement.end());
        copy(
                connection,
                statement.text(),
                source.substring(data, statement.end()).replaceFirst("(?m)^\\\\\\.\\n?\\z", ""));
    }

    /** The SQLState of a COPY; empty when it succeeded. */
    String stateOf(String sql, String data) {
        try {
            copy(sql, data);
            return "";
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    List<String> rows(String table) throws SQLException {
        execute("GRANT ALL ON ALL TABLES IN SCHEMA reference TO " + database.name());
        return rows(database, SCHEMA, table);
    }

    /** All values of all rows as PostgreSQL writes a record, in the order of insertion. */
    static List<String> rows(TestDatabase database, String schema, String table) {
        return new ArrayList<>(
                database.values("SELECT t::text FROM " + schema + "." + table + " t ORDER BY t.tableoid, t.ctid"));
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
