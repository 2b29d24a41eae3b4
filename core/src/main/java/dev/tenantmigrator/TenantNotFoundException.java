package dev.tenantmigrator;

import dev.tenantmigrator.report.Failure;

/** No tenant has the given name: there is no such schema, or it has no tracking table of this library. */
public class TenantNotFoundException extends TenantMigratorException {

    private static final long serialVersionUID = 1L;

    /**
     * An exception.
     *
     * @param failure what happened and where
     */
    public TenantNotFoundException(Failure failure) {
        super(failure);
    }
}
