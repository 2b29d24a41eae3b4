package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** Work on one named tenant, when another instance may be working on it. */
final class WaitForTenant {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 50;

    private WaitForTenant() {}

    /**
     * Runs work in one transaction under the tenant's lock; tries again while another instance holds it.
     *
     * @throws TenantMigratorException when it is held for too long, or the thread is interrupted
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
