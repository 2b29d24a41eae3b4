package dev.tenantmigrator;

import dev.tenantmigrator.report.Failure;

/** Thrown when a name is taken, or a schema is a tenant already or holds another tool's table. */
public class TenantExistsException extends TenantMigratorException {

    private static final long serialVersionUID = 1L;

    /**
     * An exception for a failure.
     *
     * @param failure the problem with its coordinates
     */
    public TenantExistsException(Failure failure) {
        super(failure);
    }
}
