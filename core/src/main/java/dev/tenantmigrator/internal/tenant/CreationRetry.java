package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.fleet.Backoff;
import dev.tenantmigrator.internal.jdbc.LockTable;
import dev.tenantmigrator.internal.jdbc.PassingErrors;
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
 * Retries a creation that found the server's lock table full (53200), or whose migrations failed for a passing reason, such as a lock
 * timeout. One creation is one transaction, which keeps a lock on every object of the whole history; several at once may not fit.
 * Thread-safe.
 */
final class CreationRetry {

    /** With growing pauses, these span about ten seconds: longer than the creation of a history of 800 migrations. */
    private static final int ATTEMPTS = 5;

    private static final Backoff PAUSES = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(4));

    /** Attempts at migrations that fail for a passing reason: somebody waits for the sign-up. */
    private static final int ATTEMPTS_IN_PASSING = 3;

    /** No attempt of those begins later than this after the first. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

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
     * @throws MigrationFailedException when an attempt failed for another reason, the reason did not pass, or the thread is
     *     interrupted while it waits for the next attempt
     */
    CreatedTenant run(MigrationCatalog catalog, Attempt attempt) throws SQLException {
        long start = System.nanoTime();
        for (int failed = 1; ; failed++) {
            try {
                return create(attempt);
            } catch (TenantMigratorException e) {
                if (LockTable.isFull(e.failure())) {
                    return retry(catalog, attempt, e);
                }
                if (!mayPass(e)) {
                    throw e;
                }
                if (failed == ATTEMPTS_IN_PASSING || !pause(failed, start)) {
                    throw failed == 1 ? e : new MigrationFailedException(tried(failed, start, e.failure()), e);
                }
            }
        }
    }

    /** Only of the migrations: a step is the host's, and may have done more than the database takes back. */
    private static boolean mayPass(TenantMigratorException e) {
        return e instanceof MigrationFailedException
                && e.failure().sqlState().filter(PassingErrors::mayPass).isPresent();
    }

    /** Returns false when the next attempt would begin too late, or the thread is interrupted. */
    private static boolean pause(int failed, long start) {
        Duration pause = Backoff.AFTER_FAILURE.after(failed);
        if (System.nanoTime() - start + pause.toNanos() > PATIENCE.toNanos()) {
            return false;
        }
        try {
            Thread.sleep(pause.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Failure tried(int times, long start, Failure failure) {
        return failure.withMessage("tried " + times + " times within "
                + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s: " + failure.message());
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
