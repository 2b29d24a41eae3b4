package dev.tenantmigrator;

import dev.tenantmigrator.report.Failure;

/** A migration or rollback failed in a tenant. Nothing of it was kept: its transaction was rolled back. */
public class MigrationFailedException extends TenantMigratorException {

    private static final long serialVersionUID = 1L;

    /**
     * An exception.
     *
     * @param failure what happened and where
     */
    public MigrationFailedException(Failure failure) {
        super(failure);
    }

    /**
     * An exception with a cause.
     *
     * @param failure what happened and where
     * @param cause why
     */
    public MigrationFailedException(Failure failure, Throwable cause) {
        super(failure, cause);
    }
}
