package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.TenantMigratorException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the library's transactions on a connection borrowed from the host. Begins, commits and rolls back by statements, and
 * gives the connection back on {@link #close}.
 */
public final class Session implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    private static final String READ_COMMITTED = "READ COMMITTED";
    /** Fails where the work hid the error of a statement: there a {@code COMMIT} alone rolls back, and says nothing. */
    private static final String COMMIT = "SELECT 1; COMMIT";

    private static final Set<String> LEVELS = Set.of(READ_COMMITTED, "REPEATABLE READ", "SERIALIZABLE");

    private final BorrowedConnection borrowed;
    private boolean lost;
    private boolean closeForGood;
    private boolean mustBeReplaced;

    private Session(BorrowedConnection borrowed) {
        this.borrowed = borrowed;
    }

    /**
     * Borrows a connection.
     *
     * @throws TenantMigratorException when there is none, it comes with an open transaction, or the server or a setting forbids changes
     */
    public static Session open(DataSource dataSource) {
        return new Session(BorrowedConnection.borrow(dataSource, true));
    }

    /**
     * Borrows a connection that only reads, also of a standby. Queries of the library's own change no settings, so none are read or
     * restored until a transaction begins: that would take longer than the queries about a small fleet.
     */
    public static Session openToRead(DataSource dataSource) {
        return new Session(BorrowedConnection.borrow(dataSource, false));
    }

    /**
     * Borrows a connection for {@link #sendOwn}. Where nothing may be written, the server refuses the first change (25006).
     *
     * @throws TenantMigratorException when there is none, it comes with an open transaction, or it is marked as read-only
     */
    public static Session openForOwn(DataSource dataSource) {
        return new Session(BorrowedConnection.borrowForOwn(dataSource));
    }

    /**
     * A statement that begins a transaction, with {@code READ COMMITTED} unless a level is given. The level is always named: a
     * host's default of {@code REPEATABLE READ} would hide rows committed while the transaction waited for a lock.
     */
    public static String begin(Optional<String> isolationLevel) {
        String level = isolationLevel.orElse(READ_COMMITTED);
        if (!LEVELS.contains(level)) {
            throw new IllegalArgumentException("not an isolation level: " + level);
        }
        return "BEGIN ISOLATION LEVEL " + level;
    }

    /**
     * Checks that this session, opened to read, may write too.
     *
     * @throws TenantMigratorException when the server or a setting forbids changes
     */
    public void requireWritable() throws SQLException {
        ReadOnly.refuse(connection());
    }

    /** The connection, for statements that neither begin nor end a transaction. */
    public Connection connection() {
        return borrowed.connection();
    }

    /** The session's settings as the host lent it. */
    public SessionSettings settings() {
        return borrowed.settings();
    }

    /** Work on the session's connection. */
    @FunctionalInterface
    public interface Work<T> {
        /** Works on the connection, without beginning or ending a transaction. */
        T run(Connection connection) throws SQLException;
    }

    /** Runs work in one transaction: commits when it returns, rolls back when it throws. */
    public <T> T inTransaction(Work<T> work) throws SQLException {
        return inTransaction(Optional.empty(), work);
    }

    /** Like {@link #inTransaction(Work)}, with statements of the library's own that travel with the beginning of the transaction. */
    public <T> T inTransaction(Pipeline first, Work<T> work) throws SQLException {
        return inTransaction(work, new Pipeline().add(begin(Optional.empty())).addAll(first), COMMIT);
    }

    /** Like {@link #inTransaction(Work)}, with an isolation level if one is given. */
    public <T> T inTransaction(Optional<String> isolationLevel, Work<T> work) throws SQLException {
        return inTransaction(work, new Pipeline().add(begin(isolationLevel)), COMMIT);
    }

    /** Runs work in one transaction and rolls back all its changes. */
    public <T> T inRolledBackTransaction(Work<T> work) throws SQLException {
        return inTransaction(work, new Pipeline().add(begin(Optional.empty())), "ROLLBACK");
    }

    private <T> T inTransaction(Work<T> work, Pipeline begin, String end) throws SQLException {
        borrowed.readSettings();
        try {
            begin.send(connection());
            T result = work.run(connection());
            Jdbc.execute(connection(), end);
            return result;
        } catch (SQLException | RuntimeException | Error e) {
            rollback(e);
            throw e;
        }
    }

    /**
     * Runs work in one transaction under a tenant's lock.
     *
     * @return empty when another transaction holds the lock; nothing was done
     */
    public <T> Optional<T> inTransactionIfFree(String tenant, Work<T> work) throws SQLException {
        String begin = begin(Optional.empty()) + ";\n" + TenantLock.tryQuery(tenant);
        Work<Optional<T>> ifFree = connection -> isTrue(begin) ? Optional.of(work.run(connection)) : Optional.empty();
        return inTransaction(ifFree, new Pipeline(), COMMIT);
    }

    /**
     * Tries to take a tenant's lock, and holds it until the transaction ends; outside a transaction, that is at once. Unlike
     * {@link TenantLock#trySql} it leaves no error in the server's log.
     *
     * @return false when another session holds it
     */
    public boolean tryLock(String tenant) throws SQLException {
        return isTrue(TenantLock.tryQuery(tenant));
    }

    private boolean isTrue(String query) throws SQLException {
        return executeAndQuery(query, row -> row.getBoolean(1));
    }

    /**
     * Runs work outside a transaction under a tenant's lock, which this session holds meanwhile, then restores the session's
     * settings.
     *
     * @return empty when another session holds the lock; nothing was done
     */
    public <T> Optional<T> outsideTransactionIfFree(String tenant, Work<T> work) throws SQLException {
        borrowed.readSettings();
        if (!isTrue(TenantLock.tryForSessionQuery(tenant))) {
            return Optional.empty();
        }
        try {
            return Optional.of(work.run(connection()));
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
            boolean released = isTrue(TenantLock.releaseQuery(tenant));
            closeForGood = closeForGood || !released || !settings().restore(connection());
        } catch (SQLException e) {
            LOG.debug("A connection's settings cannot be restored", SqlErrors.withoutDetail(e));
            lost = true;
        }
    }

    /** Sends a pipeline as one transaction, in one round trip; when any statement fails, nothing is kept, unless the connection is lost. */
    public void sendInTransaction(Pipeline pipeline) throws SQLException {
        sendInTransaction(Optional.empty(), pipeline);
    }

    /** Like {@link #sendInTransaction(Pipeline)}, with an isolation level if one is given. */
    public void sendInTransaction(Optional<String> isolationLevel, Pipeline pipeline) throws SQLException {
        borrowed.readSettings();
        try {
            pipeline.asTransaction(isolationLevel).send(connection());
        } catch (SQLException | RuntimeException | Error e) {
            rollback(e);
            throw e;
        }
    }

    /** Sends statements of the library's own, which change no setting beyond their end, as one transaction in one round trip. */
    public void sendOwn(Pipeline pipeline) throws SQLException {
        try {
            pipeline.asTransaction(Optional.empty()).send(connection());
        } catch (SQLException | RuntimeException | Error e) {
            rollback(e);
            throw e;
        }
    }

    /**
     * Sends a transaction in two round trips: its first statements, the last of which is a query, then the pipeline that depends
     * on the query's answer.
     *
     * @param head statements of the library's own; the last one is a query with one row
     * @param answer reads that row and returns the pipeline; empty to roll back
     * @return whether there was a pipeline
     * @throws SQLException when any statement failed; nothing was kept, unless the connection was lost
     */
    public boolean sendInTwoRoundTrips(
            Optional<String> isolationLevel, List<String> head, Jdbc.RowMapper<Optional<Pipeline>> answer)
            throws SQLException {
        borrowed.readSettings();
        try {
            Optional<Pipeline> rest = executeAndQuery(begin(isolationLevel) + ";\n" + String.join(";\n", head), answer);
            if (rest.isEmpty()) {
                Jdbc.execute(connection(), "ROLLBACK");
                return false;
            }
            rest.get().add("COMMIT").send(connection());
            return true;
        } catch (SQLException | RuntimeException | Error e) {
            rollback(e);
            throw e;
        }
    }

    /** Runs several statements in one round trip, in the caller's transaction; the last one is a query with one row. */
    public <T> T executeAndQuery(String statements, Jdbc.RowMapper<T> mapper) throws SQLException {
        return Jdbc.executeAndQuery(connection(), statements, mapper);
    }

    private void rollback(Throwable reason) {
        if (reason instanceof SQLException e && SqlErrors.isConnectionLost(e)) {
            lost = true;
            return;
        }
        try {
            // The server counts rolled back writes too; they must not count for the next transaction.
            Jdbc.execute(connection(), "ROLLBACK; SELECT pg_catalog.pg_stat_force_next_flush()");
        } catch (SQLException e) {
            reason.addSuppressed(SqlErrors.withoutDetail(e));
            lost = true;
        }
    }

    /** Marks the connection as lost, or in an unknown state: nothing more can be done on it. */
    public void markLost() {
        lost = true;
    }

    /** Has the connection closed for good at the end: something is left on it. */
    public void closeWhenDone() {
        closeForGood = true;
    }

    /** Like {@link #closeWhenDone}, and before another tenant has its turn, because the rest must not reach that one. */
    public void closeAfterThisTenant() {
        closeForGood = true;
        mustBeReplaced = true;
    }

    /** Whether the connection is lost. */
    public boolean isLost() {
        return lost;
    }

    /** Whether this session must serve no other tenant. */
    public boolean mustBeReplaced() {
        return lost || mustBeReplaced;
    }

    /** Gives the connection back as it was lent, or closes it for good. */
    @Override
    public void close() {
        if (lost || closeForGood) {
            borrowed.abort();
        } else {
            borrowed.giveBack();
        }
    }
}
