package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection of the host, in autocommit mode until {@link #giveBack}: it goes back as it was lent, or is closed for good. */
final class BorrowedConnection {

    private static final Logger LOG = LoggerFactory.getLogger(BorrowedConnection.class);

    private final Connection connection;
    private final boolean autoCommit;
    private Optional<SessionSettings> settings = Optional.empty();

    private BorrowedConnection(Connection connection, boolean autoCommit) {
        this.connection = connection;
        this.autoCommit = autoCommit;
    }

    /**
     * Borrows a connection.
     *
     * @param mayWrite whether it serves changes; then the session's settings are read at once
     * @throws TenantMigratorException when there is none, it comes with an open transaction, or it is to write and must not
     */
    static BorrowedConnection borrow(DataSource dataSource, boolean mayWrite) {
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
            BorrowedConnection borrowed = new BorrowedConnection(connection, autoCommit);
            if (mayWrite) {
                borrowed.readSettings();
                borrowed.requireWritable();
            }
            return borrowed;
        } catch (SQLException e) {
            abort(connection);
            throw new TenantMigratorException(
                    SqlErrors.failure(e).withMessage("the borrowed connection does not work: " + SqlErrors.message(e)),
                    SqlErrors.withoutDetail(e));
        } catch (TenantMigratorException e) {
            close(connection);
            throw e;
        }
    }

    /**
     * Borrows a connection that may write, for statements of the library's own that change no settings: none are read.
     *
     * @throws TenantMigratorException when there is none, it comes with an open transaction, or it is marked as read-only
     */
    static BorrowedConnection borrowForOwn(DataSource dataSource) {
        BorrowedConnection borrowed = borrow(dataSource, false);
        try {
            ReadOnly.refuseMarked(borrowed.connection);
            return borrowed;
        } catch (SQLException e) {
            borrowed.abort();
            throw new TenantMigratorException(SqlErrors.failure(e), SqlErrors.withoutDetail(e));
        } catch (TenantMigratorException e) {
            borrowed.giveBack();
            throw e;
        }
    }

    /**
     * The driver refuses {@code setReadOnly} inside a transaction, even when the value stays the same. This is the one way to
     * notice an open transaction, also one begun by a statement, without a round trip.
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
                            + " to work inside yours. A pool with autocommit off leaves one open after its own SQL: set"
                            + " autoCommit to true, or remove schema and connectionInitSql (HikariCP), for the pool that the"
                            + " migrator uses"),
                    SqlErrors.withoutDetail(e));
        }
    }

    private void requireWritable() throws SQLException {
        try {
            settings().requireWritable(connection);
            ReadOnly.refuseMarked(connection);
        } catch (TenantMigratorException e) {
            connection.setAutoCommit(autoCommit);
            throw e;
        }
    }

    Connection connection() {
        return connection;
    }

    /** Reads the settings to restore, unless they were read before. */
    void readSettings() throws SQLException {
        if (settings.isEmpty()) {
            settings = Optional.of(SessionSettings.read(connection));
        }
    }

    /** The session's settings as the host lent it. */
    SessionSettings settings() {
        return settings.orElseThrow(() -> new IllegalStateException("this session has had no transaction"));
    }

    /** Gives the connection back as it was lent; closes it for good when that is impossible. */
    void giveBack() {
        try {
            if (settings.isPresent() && !settings.get().restore(connection)) {
                LOG.warn("A connection's settings cannot be restored; it is closed for good");
                abort();
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
                        "A connection cannot be given back as it was lent; it is closed for good",
                        SqlErrors.withoutDetail(e));
            }
            abort();
        }
    }

    /** A pool closes a lost connection by itself, and reports no more than that it is closed. */
    private boolean isGone(SQLException e) {
        try {
            return SqlErrors.isConnectionLost(e) || connection.isClosed();
        } catch (SQLException unknown) {
            return false;
        }
    }

    /** Closes the connection for good: a pool discards one that was aborted. */
    void abort() {
        abort(connection);
    }

    private static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.warn("A broken connection cannot be aborted", SqlErrors.withoutDetail(e));
        }
        close(connection);
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // Some pools complain of an aborted connection, although they have discarded it.
            LOG.debug("A borrowed connection cannot be closed", SqlErrors.withoutDetail(e));
        }
    }
}
