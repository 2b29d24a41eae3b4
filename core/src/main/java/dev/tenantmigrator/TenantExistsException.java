package dev.tenantmigrator;

import dev.tenantmigrator.report.Failure;

/** The name that was asked for belongs to a schema already. Nothing was changed. */
public class TenantExistsException extends TenantMigratorException {

    private static final long serialVersionUID = 1L;

    /**
     * @param failure what happened and where
     */
    public TenantExistsException(Failure failure) {
        super(failure);
    }
}
