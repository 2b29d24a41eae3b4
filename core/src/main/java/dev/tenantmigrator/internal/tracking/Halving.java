package dev.tenantmigrator.internal.tracking;

import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.LockHolders;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads tenants together; on an error the halves, so that one unreadable tenant does not hide the others. The error does not name the
 * tenant reliably, because servers translate messages. 50 tenants, one of them unreadable, take about ten more queries.
 */
public final class Halving {

    /** The wait for a lock that was waited for already: the queries that look for its tenant must not wait as long again, each of them. */
    private static final Duration ONCE_MORE = Duration.ofMillis(50);

    /** Waits of this length are not worth a line of the log. */
    private static final Duration SILENT = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(Halving.class);

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
     * Reads all of the tenants that can be read. Those of which a lock is held are waited for last, and the log names them and its holders.
     *
     * @throws SQLException when the connection is lost
     */
    public static void read(
            Connection connection, Config config, List<String> schemas, Query query, Unreadable unreadable)
            throws SQLException {
        read(schemas, config.lockTimeout(), query, unreadable, locked -> {
            String first = locked.get(0);
            LOG.warn(
                    "Waiting up to {} s more for a lock in tenant {}{}. {}",
                    config.lockTimeout().minus(SILENT).toMillis() / 1000.0,
                    first,
                    locked.size() == 1 ? "" : " and " + (locked.size() - 1) + " more tenants",
                    LockHolders.named(connection, first, config.sharedSchema()).orElse(""));
        });
    }

    /** As above; tenants with locks are announced before they are waited for longer. */
    static void read(
            List<String> schemas,
            Duration lockTimeout,
            Query query,
            Unreadable unreadable,
            Consumer<List<String>> waiting)
            throws SQLException {
        if (lockTimeout.compareTo(SILENT) <= 0) {
            halve(schemas, lockTimeout, query, unreadable);
            return;
        }
        List<String> locked = new ArrayList<>();
        halve(schemas, SILENT, query, (schema, e) -> {
            if (LockHolders.isTimeout(e)) {
                locked.add(schema);
            } else {
                unreadable.accept(schema, e);
            }
        });
        if (!locked.isEmpty()) {
            waiting.accept(List.copyOf(locked));
            halve(locked, lockTimeout.minus(SILENT), query, unreadable);
        }
    }

    private static void halve(List<String> schemas, Duration lockTimeout, Query query, Unreadable unreadable)
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
            halve(schemas.subList(0, half), limit, query, unreadable);
            halve(schemas.subList(half, schemas.size()), limit, query, unreadable);
        }
    }
}
