package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection borrowed from the host, in autocommit mode, that goes back as it was lent: it begins, commits and rolls back
 * the library's own transactions, by statements. A connection that cannot be brought back is closed for good.
 */
public final class Session implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private static final String READ_COMMITTED = "READ COMMITTED";

    private static final Set<String> LEVELS = Set.of(READ_COMMITTED, "REPEATABLE READ", "SERIALIZABLE");

    private final Connection connection;
    private final boolean autoCommit;
    private Optional<SessionSettings> settings = Optional.empty();
    private boolean lost;
    private boolean closing;
    private boolean spent;

    private Session(Connection connection, boolean autoCommit) {
        this.connection = connection;
        this.autoCommit = autoCommit;
    }

    /**
     * Borrows a connection.
     *
     * @throws TenantMigratorException when there is none, or it comes with an open transaction
     */
    public static Session open(DataSource dataSource) {
        return open(dataSource, true);
    }

    /**
     * The same for queries of the library's own. They change no settings, so none are read before they run, nor put back: that
     * would cost more than the queries about a small fleet.
     */
    public static Session openToRead(DataSource dataSource) {
        return open(dataSource, false);
    }

    private static Session open(DataSource dataSource, boolean readSettings) {
        Connection connection;
        try {
            connection = dataSource.getConnection();
        } catch (SQLException e) {
            throw new TenantMigratorException(
                    SqlErrors.failure(e)
                            .withMessage("cannot connect to the database: " + SqlErrors.messageOfConnecting(e)),
                    SqlErrors.withoutDetail(e));
        }
        try {
            refuseOpenTransaction(connection);
            boolean autoCommit = connection.getAutoCommit();
            if (!autoCommit) {
                connection.setAutoCommit(true);
            }
            Session session = new Session(connection, autoCommit);
            if (readSettings) {
                session.readSettings();
            }
            return session;
        } catch (SQLException e) {
            abort(connection);
            throw new TenantMigratorException(
                    Failure.of("the borrowed connection does not work: " + SqlErrors.message(e)),
                    SqlErrors.withoutDetail(e));
        } catch (TenantMigratorException e) {
            giveBack(connection);
            throw e;
        }
    }

    /**
     * A statement that begins a transaction, of an isolation level if one is given. The level is named, because a host's default of {@code REPEATABLE READ} would hide what was
     * committed while the transaction waited for a lock; so is {@code READ WRITE}.
     */
    public static String begin(Optional<String> isolationLevel) {
        String level = isolationLevel.orElse(READ_COMMITTED);
        if (!LEVELS.contains(level)) {
            throw new IllegalArgumentException("not an isolation level: " + level);
        }
        return "BEGIN ISOLATION LEVEL " + level + " READ WRITE";
    }

    private void readSettings() throws SQLException {
        if (settings.isEmpty()) {
            settings = Optional.of(SessionSettings.read(connection));
        }
    }

    /** The connection, for statements that neither begin nor end a transaction. */
    public Connection connection() {
        return connection;
    }

    /** What the session's settings were when it was lent. */
    public SessionSettings settings() {
        return settings.orElseThrow(() -> new IllegalStateException("this session was opened to read"));
    }

    /** Work inside a transaction. */
    @FunctionalInterface
    public interface Work<T> {
        /** Does it. */
        T run(Connection connection) throws SQLException;
    }

    /** Runs work in one transaction: commits when it returns, rolls back when it throws. */
    public <T> T inTransaction(Work<T> work) throws SQLException {
        return inTransaction(work, Optional.empty(), "COMMIT");
    }

    /** Runs work in one transaction of an isolation level, if one is given. */
    public <T> T inTransaction(Optional<String> isolationLevel, Work<T> work) throws SQLException {
        return inTransaction(work, isolationLevel, "COMMIT");
    }

    /**
     * Runs work in one transaction under a tenant's lock.
     *
     * @return empty when another transaction holds the lock; nothing was done
     */
    public <T> Optional<T> inTransactionIfFree(String tenant, Work<T> work) throws SQLException {
        return inTransaction(lent -> tryLock(tenant) ? Optional.of(work.run(lent)) : Optional.empty());
    }

    /**
     * Takes a tenant's lock until the transaction ends, which without one is at once, if no other holds it. Unlike the
     * flight's try it leaves no error in the server's log.
     */
    public boolean tryLock(String tenant) throws SQLException {
        return ask(TenantLock.tryQuery(tenant));
    }

    private boolean ask(String query) throws SQLException {
        return Jdbc.queryOne(connection, query, row -> row.getBoolean(1));
    }

    /**
     * Does work outside of a transaction under a tenant's lock, which this connection holds meanwhile, and puts the
     * session's settings back.
     *
     * @return empty when another session holds the lock; nothing was done
     */
    public <T> Optional<T> outsideTransactionIfFree(String tenant, Work<T> work) throws SQLException {
        readSettings();
        if (!ask(TenantLock.tryForSessionQuery(tenant))) {
            return Optional.empty();
        }
        try {
            return Optional.of(work.run(connection));
        } catch (SQLException e) {
            lost = lost || SqlErrors.isConnectionLost(e);
            throw e;
        } finally {
            release(tenant);
        }
    }

    private void release(String tenant) {
        if (lost) {
            return;
        }
        try {
            boolean released = ask(TenantLock.releaseQuery(tenant));
            closing = closing || !released || !settings().restore(connection);
        } catch (SQLException e) {
            LOG.debug("A connection cannot be put back", SqlErrors.withoutDetail(e));
            lost = true;
        }
    }

    /** Runs work in one transaction and takes back whatever it did. */
    public <T> T inRolledBackTransaction(Work<T> work) throws SQLException {
        return inTransaction(work, Optional.empty(), "ROLLBACK");
    }

    private <T> T inTransaction(Work<T> work, Optional<String> isolationLevel, String end) throws SQLException {
        readSettings();
        execute(begin(isolationLevel));
        try {
            T result = work.run(connection);
            execute(end);
            return result;
        } catch (SQLException | RuntimeException | Error e) {
            rollback(e);
            throw e;
        }
    }

    /**
     * Sends a flight as one transaction, in one round trip.
     *
     * @throws SQLException when any statement failed; nothing was kept, unless the connection was lost
     */
    public void inOneFlight(Pipeline flight) throws SQLException {
        inOneFlight(Optional.empty(), flight);
    }

    /** The same in an isolation level, if one is given. */
    public void inOneFlight(Optional<String> isolationLevel, Pipeline flight) throws SQLException {
        readSettings();
        try {
            flight.asTransaction(isolationLevel).send(connection);
        } catch (SQLException e) {
            rollback(e);
            throw e;
        }
    }

    /**
     * Sends a transaction in two round trips: what begins it up to a question, then what depends on the answer.
     *
     * @param head statements of the library's own, of which the last one is the question, of one row
     * @return whether there was anything to follow
     * @throws SQLException when any statement failed; nothing was kept, unless the connection was lost
     */
    public boolean inTwoTrips(Optional<String> isolationLevel, List<String> head, Reader<Optional<Pipeline>> answer)
            throws SQLException {
        readSettings();
        try {
            Optional<Pipeline> rest = ask(begin(isolationLevel) + ";\n" + String.join(";\n", head), answer);
            if (rest.isEmpty()) {
                execute("ROLLBACK");
                return false;
            }
            rest.get().add("COMMIT").send(connection);
            return true;
        } catch (SQLException | RuntimeException | Error e) {
            rollback(e);
            throw e;
        }
    }

    /** Asks the question at the end of some statements, in a transaction that somebody began. */
    public <T> T ask(String statements, Reader<T> reader) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            boolean rows = statement.execute(statements);
            for (int last = statement.getUpdateCount(); !rows && last >= 0; last = statement.getUpdateCount()) {
                rows = statement.getMoreResults();
            }
            try (ResultSet row = statement.getResultSet()) {
                row.next();
                return reader.read(row);
            }
        }
    }

    /** Reads the row of a question. */
    @FunctionalInterface
    public interface Reader<T> {
        /** Reads it. */
        T read(ResultSet row) throws SQLException;
    }

    private void rollback(Throwable reason) {
        if (reason instanceof SQLException e && SqlErrors.isConnectionLost(e)) {
            lost = true;
            return;
        }
        try {
            // What was taken back was counted all the same, and must not count for the next transaction.
            execute("ROLLBACK; SELECT pg_catalog.pg_stat_force_next_flush()");
        } catch (SQLException e) {
            reason.addSuppressed(SqlErrors.withoutDetail(e));
            lost = true;
        }
    }

    /** Says that the connection is gone, or in an unknown state: nothing more can be done on it. */
    public void lost() {
        lost = true;
    }

    /** Says that something is left on the connection that cannot be put back: it is closed for good when it is given back. */
    public void closeWhenDone() {
        closing = true;
    }

    /** As {@link #closeWhenDone}, and what is left must not reach another tenant. */
    public void closeAfterThisTenant() {
        closing = true;
        spent = true;
    }

    /** Whether nothing more can be done on the connection. */
    public boolean isLost() {
        return lost;
    }

    /** Whether the connection is to serve no other tenant. */
    public boolean isSpent() {
        return lost || spent;
    }

    private void execute(String sql) throws SQLException {
        Jdbc.execute(connection, sql);
    }

    /** Gives the connection back as it was lent, or closes it for good. */
    @Override
    public void close() {
        if (lost || closing) {
            abort(connection);
            return;
        }
        try {
            if (settings.isPresent() && !settings.get().restore(connection)) {
                LOG.warn("A connection's settings cannot be put back; it is closed for good");
                abort(connection);
                return;
            }
            connection.clearWarnings();
            if (!autoCommit) {
                connection.setAutoCommit(false);
            }
            connection.close();
        } catch (SQLException e) {
            if (isGone(e)) {
                LOG.debug("A connection was lost", SqlErrors.withoutDetail(e));
            } else {
                LOG.warn(
                        "A connection cannot be put back as it was lent; it is closed for good",
                        SqlErrors.withoutDetail(e));
            }
            abort(connection);
        }
    }

    /** Pools close a connection that was lost, and then say no more than that it is closed. */
    private boolean isGone(SQLException e) {
        try {
            return SqlErrors.isConnectionLost(e) || connection.isClosed();
        } catch (SQLException unknown) {
            return false;
        }
    }

    /**
     * {@code setReadOnly} changes nothing when given what already is, but the driver refuses it inside a transaction:
     * the one way to learn of an open transaction, also one begun by a statement, without asking the server.
     */
    private static void refuseOpenTransaction(Connection connection) throws SQLException {
        boolean readOnly = connection.isReadOnly();
        try {
            connection.setReadOnly(readOnly);
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                throw e;
            }
            throw new TenantMigratorException(
                    Failure.of("the DataSource lent a connection with an open transaction; nothing was changed."
                            + " Lend connections outside a transaction, or call createTenant(connection, …)"
                            + " to work inside yours"),
                    SqlErrors.withoutDetail(e));
        }
    }

    private static void giveBack(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // Pools may complain of a connection that was aborted; it is out of their hands all the same.
            LOG.debug("A borrowed connection cannot be closed", SqlErrors.withoutDetail(e));
        }
    }

    /** Pools discard a connection that was aborted. */
    private static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.warn("A broken connection cannot be aborted", SqlErrors.withoutDetail(e));
        }
        giveBack(connection);
    }
}
