package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.LockHolders;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** Runs work on one tenant that another instance may be working on. */
final class WaitForTenant {

    /** A caller waits meanwhile; the other instance usually finishes a migration within seconds. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final long POLL_MILLIS = 50;

    private static final int LOCK_SECONDS = 5;

    /** Dropping a table with a foreign key locks the referenced table, and its readers queue while the drop waits. */
    static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout TO '" + LOCK_SECONDS + "s'";

    /** The time of {@link #LOCK_TIMEOUT}. */
    static final Duration LOCK_PATIENCE = Duration.ofSeconds(LOCK_SECONDS);

    private WaitForTenant() {}

    /**
     * Runs work in one transaction under the tenant's lock, after waiting for the lock.
     *
     * @throws TenantMigratorException when another instance has the lock for too long, or the thread is interrupted
     */
    static <T> T run(Config config, Session session, String schema, Session.Work<T> work) throws SQLException {
        try {
            return run(session, schema, config.sharedSchema(), work);
        } catch (SQLException e) {
            if (LockHolders.isTimeout(e) && !session.isLost()) {
                throw new SQLException(
                        "another transaction held a lock that is needed for " + LOCK_SECONDS + " s. "
                                + LockHolders.named(session.connection(), schema, config.sharedSchema())
                                        .orElse(
                                                "End it (pg_stat_activity shows it, pg_prepared_xacts those that belong to no"
                                                        + " session), and run it again"),
                        SqlErrors.state(e),
                        SqlErrors.withoutDetail(e));
            }
            throw e;
        }
    }

    private static <T> T run(Session session, String schema, String sharedSchema, Session.Work<T> work)
            throws SQLException {
        long end = System.nanoTime() + LIMIT.toNanos();
        Optional<T> result = session.inTransactionIfFree(schema, work);
        while (result.isEmpty()) {
            if (System.nanoTime() > end || interruptedWhilePausing()) {
                throw new TenantMigratorException(
                        Failure.of("another instance is working on this tenant; nothing was changed, try again later. "
                                        + LockHolders.named(session.connection(), schema, sharedSchema)
                                                .orElse(""))
                                .inTenant(schema));
            }
            result = session.inTransactionIfFree(schema, work);
        }
        return result.get();
    }

    static boolean interruptedWhilePausing() {
        try {
            Thread.sleep(POLL_MILLIS);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
