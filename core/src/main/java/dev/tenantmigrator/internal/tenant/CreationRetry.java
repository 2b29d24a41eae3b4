package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.fleet.Backoff;
import dev.tenantmigrator.internal.jdbc.LockTable;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;

/**
 * Retries a creation that found the server's lock table full (53200). One creation is one transaction, which keeps a lock on
 * every object of the whole history; several at once may not fit. Thread-safe.
 */
final class CreationRetry {

    /** With growing pauses, these span about ten seconds: longer than the creation of a history of 800 migrations. */
    private static final int ATTEMPTS = 5;

    private static final Backoff PAUSES = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(4));

    private final DataSource dataSource;

    /** Retries run one at a time, so creations that did not fit side by side fit one after the other. */
    private final ReentrantLock oneAtATime = new ReentrantLock(true);

    /** @param dataSource asked for the size of the lock table after the last failure */
    CreationRetry(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** An attempt to create a tenant. */
    @FunctionalInterface
    interface Attempt {
        /** Creates it, on a connection of its own. */
        CreatedTenant create() throws SQLException;
    }

    /**
     * Creates a tenant. No connection is held between attempts.
     *
     * @throws MigrationFailedException when an attempt failed for another reason, the lock table stayed full, or the thread is
     *     interrupted while it waits for the next attempt
     */
    CreatedTenant run(MigrationCatalog catalog, Attempt attempt) throws SQLException {
        try {
            return create(attempt);
        } catch (TenantMigratorException e) {
            if (!LockTable.isFull(e.failure())) {
                throw e;
            }
            return retry(catalog, attempt, e);
        }
    }

    /** Makes one attempt. The table may also be full at a statement of the library, before or after the scripts. */
    private static CreatedTenant create(Attempt attempt) throws SQLException {
        try {
            return attempt.create();
        } catch (SQLException e) {
            if (LockTable.isFull(e)) {
                throw new TenantMigratorException(SqlErrors.failure(e), SqlErrors.withoutDetail(e));
            }
            throw e;
        }
    }

    private CreatedTenant retry(MigrationCatalog catalog, Attempt attempt, TenantMigratorException first)
            throws SQLException {
        TenantMigratorException last = first;
        try {
            oneAtATime.lockInterruptibly();
            try {
                for (int failed = 1; failed < ATTEMPTS; failed++) {
                    // Other instances and the application release their locks meanwhile.
                    Thread.sleep(PAUSES.after(failed).toMillis());
                    try {
                        return create(attempt);
                    } catch (TenantMigratorException e) {
                        if (!LockTable.isFull(e.failure())) {
                            throw e;
                        }
                        last = e;
                    }
                }
            } finally {
                oneAtATime.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw explained(last, catalog);
    }

    private TenantMigratorException explained(TenantMigratorException e, MigrationCatalog catalog) {
        try (Session session = Session.open(dataSource)) {
            return explained(e, catalog, session.connection());
        } catch (TenantMigratorException unexplained) {
            e.addSuppressed(unexplained);
            return e;
        }
    }

    /** Adds the size of the lock table, and the remedy, to the failure of a creation that found it full. */
    static TenantMigratorException explained(
            TenantMigratorException e, MigrationCatalog catalog, Connection connection) {
        try {
            Failure failure = e.failure();
            return new MigrationFailedException(
                    failure.withMessage(failure.message() + "; the "
                            + catalog.versions().size()
                            + " migrations of a new tenant lock every object that they create, in one transaction, and "
                            + LockTable.read(connection).describe()
                            + ": raise the setting (needs a server restart), or create fewer tenants at once"),
                    e);
        } catch (SQLException unexplained) {
            e.addSuppressed(SqlErrors.withoutDetail(unexplained));
            return e;
        }
    }
}
