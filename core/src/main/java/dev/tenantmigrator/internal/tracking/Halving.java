package dev.tenantmigrator.internal.tracking;

import dev.tenantmigrator.internal.jdbc.LockHolders;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Reads tenants together; on an error the halves, so that one unreadable tenant does not hide the others. The error does not name the
 * tenant reliably, because servers translate messages. 50 tenants, one of them unreadable, take about ten more queries.
 */
public final class Halving {

    /** The wait for a lock that was waited for already: the queries that look for its tenant must not wait as long again, each of them. */
    private static final Duration ONCE_MORE = Duration.ofMillis(50);

    private Halving() {}

    /** Reads tenants. */
    @FunctionalInterface
    public interface Query {
        /** Reads all of the tenants, or none; no lock is waited for longer than the limit. */
        void read(List<String> schemas, Duration lockTimeout) throws SQLException;
    }

    /** Takes an unreadable tenant. */
    @FunctionalInterface
    public interface Unreadable {
        /** Notes the tenant and its error. */
        void accept(String schema, SQLException reason) throws SQLException;
    }

    /**
     * Reads all of the tenants that can be read.
     *
     * @throws SQLException when the connection is lost
     */
    public static void read(List<String> schemas, Duration lockTimeout, Query query, Unreadable unreadable)
            throws SQLException {
        try {
            query.read(schemas, lockTimeout);
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                throw e;
            }
            if (SqlErrors.isOfOtherConnection(e)) {
                // They are on one node, which does not answer; each question to it may take long.
                for (String schema : schemas) {
                    unreadable.accept(schema, e);
                }
                return;
            }
            int half = schemas.size() / 2;
            if (half == 0) {
                unreadable.accept(schemas.get(0), e);
                return;
            }
            Duration limit = LockHolders.isTimeout(e) && lockTimeout.compareTo(ONCE_MORE) > 0 ? ONCE_MORE : lockTimeout;
            read(schemas.subList(0, half), limit, query, unreadable);
            read(schemas.subList(half, schemas.size()), limit, query, unreadable);
        }
    }
}
