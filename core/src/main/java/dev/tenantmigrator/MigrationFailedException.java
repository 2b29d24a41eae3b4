package dev.tenantmigrator;

import dev.tenantmigrator.report.Failure;

/**
 * Thrown when a migration or rollback failed in a tenant. Its transaction was rolled back, so nothing of it was kept. Of a script
 * that runs outside of a transaction, earlier statements are kept, and the message says so.
 */
public class MigrationFailedException extends TenantMigratorException {

    private static final long serialVersionUID = 1L;

    /**
     * An exception for a failure.
     *
     * @param failure the problem with its coordinates
     */
    public MigrationFailedException(Failure failure) {
        super(failure);
    }

    /**
     * An exception with a cause.
     *
     * @param failure the problem with its coordinates
     * @param cause the cause
     */
    public MigrationFailedException(Failure failure, Throwable cause) {
        super(failure, cause);
    }
}
