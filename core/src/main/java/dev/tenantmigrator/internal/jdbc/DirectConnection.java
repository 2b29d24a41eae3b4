package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks that statements which cannot run in a transaction get a server process of their own. Behind a pooler in transaction mode
 * the tenant's lock and the settings would stay with one process while the next statement goes to another.
 */
public final class DirectConnection {

    private static final Logger LOG = LoggerFactory.getLogger(DirectConnection.class);

    /** A query whose answer is equal for all connections to one database of one running server, whatever their address. */
    private static final String DATABASE =
            "SELECT pg_catalog.pg_postmaster_start_time()::text || d.oid::text FROM pg_catalog.pg_database d"
                    + " WHERE d.datname = pg_catalog.current_database()";

    private static final Set<String> SIMPLE = Set.of("SIMPLE", "EXTENDED_FOR_PREPARED");

    private DirectConnection() {}

    /**
     * Checks once, before any tenant is touched.
     *
     * @param session a session of the usual data source
     * @param usual the usual data source
     * @param direct the data source for such statements, when one was given; it is trusted to be direct
     * @throws TenantMigratorException when there is a pooler between, or the two lead to different databases
     */
    public static void check(Session session, DataSource usual, Optional<DataSource> direct) throws SQLException {
        if (direct.isEmpty()) {
            requireOwnProcess(
                    session.connection(),
                    "a migration has statements that cannot run in a transaction (such as CREATE INDEX CONCURRENTLY),"
                            + " and the connection leads through a pooler such as PgBouncer; nothing was changed. Give"
                            + " a direct connection as well (--direct-url)");
            return;
        }
        if (direct.get() == usual) {
            return;
        }
        try (Session other = open(direct.get())) {
            if (!queryText(session.connection(), DATABASE).equals(queryText(other.connection(), DATABASE))) {
                throw new TenantMigratorException(Failure.of("the direct connection (--direct-url) leads to another"
                        + " database than the usual one; nothing was changed"));
            }
        }
    }

    private static Session open(DataSource direct) {
        try {
            return Session.open(direct);
        } catch (TenantMigratorException e) {
            throw new TenantMigratorException(
                    e.failure()
                            .withMessage("by the direct connection (--direct-url): "
                                    + e.failure().message() + "; nothing was changed"),
                    e);
        }
    }

    private static void requireOwnProcess(Connection connection, String otherwise) throws SQLException {
        Optional<String> reported = reportedProcess(connection);
        if (reported.isPresent()
                && !reported.get().equals(queryText(connection, "SELECT pg_catalog.pg_backend_pid()::text"))) {
            throw new TenantMigratorException(Failure.of(otherwise));
        }
    }

    /**
     * The number of the server process that was reported when the connection was made. A pooler makes one up, because it does not
     * know the process yet.
     *
     * @return empty when the driver is another
     */
    private static Optional<String> reportedProcess(Connection connection) throws SQLException {
        return callDriver(connection, "getBackendPID");
    }

    /** Cancels the statement that another thread runs on the connection, if there is one and the driver supports it. */
    public static void cancelStatement(Connection connection) {
        try {
            callDriver(connection, "cancelQuery");
        } catch (SQLException e) {
            LOG.debug("A statement cannot be cancelled", SqlErrors.withoutDetail(e));
        }
    }

    /**
     * Whether statements without parameters use the simple protocol ({@code preferQueryMode} of the driver). It cannot fetch rows
     * in portions, but in a batch it runs a query to its end.
     */
    static boolean isSimple(Connection connection) throws SQLException {
        return callDriver(connection, "getPreferQueryMode")
                .filter(SIMPLE::contains)
                .isPresent();
    }

    /** Calls a method of the driver, whose class is absent at compile time; empty when the driver is another. */
    private static Optional<String> callDriver(Connection connection, String method) throws SQLException {
        try {
            Class<?> driver =
                    Class.forName("org.postgresql.PGConnection", false, DirectConnection.class.getClassLoader());
            if (!connection.isWrapperFor(driver)) {
                return Optional.empty();
            }
            Object unwrapped = connection.unwrap(driver);
            // Some pools and proxies claim to be wrappers and then unwrap something else.
            return driver.isInstance(unwrapped)
                    ? Optional.of(String.valueOf(driver.getMethod(method).invoke(unwrapped)))
                    : Optional.empty();
        } catch (ReflectiveOperationException notTheDriver) {
            return Optional.empty();
        }
    }

    private static String queryText(Connection connection, String query) throws SQLException {
        return Jdbc.queryOne(connection, query, row -> row.getString(1));
    }
}
