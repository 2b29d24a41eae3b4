package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** Runs work on one tenant that another instance may be working on. */
final class WaitForTenant {

    /** A caller waits meanwhile; the other instance usually finishes a migration within seconds. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final long POLL_MILLIS = 50;

    private WaitForTenant() {}

    /**
     * Runs work in one transaction under the tenant's lock, after waiting for the lock.
     *
     * @throws TenantMigratorException when another instance has the lock for too long, or the thread is interrupted
     */
    static <T> T run(Session session, String schema, Session.Work<T> work) throws SQLException {
        long end = System.nanoTime() + LIMIT.toNanos();
        Optional<T> result = session.inTransactionIfFree(schema, work);
        while (result.isEmpty()) {
            if (System.nanoTime() > end || interruptedWhilePausing()) {
                throw new TenantMigratorException(
                        Failure.of("another instance is working on this tenant; nothing was changed, try again later")
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
