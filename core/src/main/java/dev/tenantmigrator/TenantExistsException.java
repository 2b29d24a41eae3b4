package dev.tenantmigrator;

import dev.tenantmigrator.report.Failure;

/** A schema is in the way: the name is taken, or the schema is a tenant already or holds another tool's table. Nothing was
 * changed. */
public class TenantExistsException extends TenantMigratorException {

    private static final long serialVersionUID = 1L;

    /**
     * An exception.
     *
     * @param failure what happened and where
     */
    public TenantExistsException(Failure failure) {
        super(failure);
    }
}
