package dev.tenantmigrator;

import dev.tenantmigrator.report.Failure;

/** Thrown when no tenant has a name: there is no such schema, or the tracking store has no record of it. */
public class TenantNotFoundException extends TenantMigratorException {

    private static final long serialVersionUID = 1L;

    /**
     * An exception for a failure.
     *
     * @param failure the problem with its coordinates
     */
    public TenantNotFoundException(Failure failure) {
        super(failure);
    }
}
