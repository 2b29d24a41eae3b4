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
 * Checks that statements which cannot run in a transaction get a server process of their own: behind a pooler in transaction
 * mode the tenant's lock and the settings would stay with one process while the next statement goes to another.
 */
public final class DirectConnection {

    private static final Logger LOG = LoggerFactory.getLogger(DirectConnection.class);

    /** The same for all connections to one database of one running server, whatever address they were made to. */
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
     * @param direct the data source for such statements, when one was given: it is taken to be direct
     * @throws TenantMigratorException when there is a pooler between, or the two lead to different databases
     */
    public static void check(Session session, DataSource usual, Optional<DataSource> direct) throws SQLException {
        if (direct.isEmpty()) {
            requireOwnProcess(
                    session.connection(),
                    "a migration has statements that cannot run in a transaction (such as CREATE INDEX CONCURRENTLY),"
                            + " and the connection leads through a pooler such as PgBouncer; nothing was changed. Give"
                            + " a direct connection beside it: directDataSource(…), --direct-url");
            return;
        }
        if (direct.get() == usual) {
            return;
        }
        try (Session other = open(direct.get())) {
            if (!ask(session.connection(), DATABASE).equals(ask(other.connection(), DATABASE))) {
                throw new TenantMigratorException(Failure.of("the direct data source (--direct-url) leads to another"
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
                            .withMessage("by the direct data source (--direct-url): "
                                    + e.failure().message() + "; nothing was changed"),
                    e);
        }
    }

    private static void requireOwnProcess(Connection connection, String otherwise) throws SQLException {
        Optional<String> told = toldProcess(connection);
        if (told.isPresent() && !told.get().equals(ask(connection, "SELECT pg_catalog.pg_backend_pid()::text"))) {
            throw new TenantMigratorException(Failure.of(otherwise));
        }
    }

    /**
     * The process that the connection was told it talks to when it was made. A pooler makes one up, because it does not know
     * yet. The driver's class is not there at compile time.
     *
     * @return empty when the driver is another
     */
    private static Optional<String> toldProcess(Connection connection) throws SQLException {
        return ofDriver(connection, "getBackendPID");
    }

    /** Cancels the statement that another thread runs on the connection, if there is one and the driver can. */
    public static void cancelStatement(Connection connection) {
        try {
            ofDriver(connection, "cancelQuery");
        } catch (SQLException e) {
            LOG.debug("A statement cannot be cancelled", SqlErrors.withoutDetail(e));
        }
    }

    /**
     * Whether statements without parameters go by the simple protocol ({@code preferQueryMode} of the driver), which knows no
     * portions of rows, but no limit in a batch either.
     */
    static boolean isSimple(Connection connection) throws SQLException {
        return ofDriver(connection, "getPreferQueryMode")
                .filter(SIMPLE::contains)
                .isPresent();
    }

    private static Optional<String> ofDriver(Connection connection, String method) throws SQLException {
        try {
            Class<?> driver =
                    Class.forName("org.postgresql.PGConnection", false, DirectConnection.class.getClassLoader());
            if (!connection.isWrapperFor(driver)) {
                return Optional.empty();
            }
            Object unwrapped = connection.unwrap(driver);
            // Some pools and proxies promise more than they give.
            return driver.isInstance(unwrapped)
                    ? Optional.of(String.valueOf(driver.getMethod(method).invoke(unwrapped)))
                    : Optional.empty();
        } catch (ReflectiveOperationException notTheDriver) {
            return Optional.empty();
        }
    }

    private static String ask(Connection connection, String query) throws SQLException {
        return Jdbc.queryOne(connection, query, row -> row.getString(1));
    }
}
