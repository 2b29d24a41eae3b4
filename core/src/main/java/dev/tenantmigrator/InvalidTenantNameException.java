package dev.tenantmigrator;

import dev.tenantmigrator.report.Failure;

/** A text that cannot be the name of a tenant, or names a schema that must never be one. Nothing was changed. */
public class InvalidTenantNameException extends TenantMigratorException {

    private static final long serialVersionUID = 1L;

    /**
     * @param failure what happened and where
     */
    public InvalidTenantNameException(Failure failure) {
        super(failure);
    }

    /**
     * @param name the text
     * @param reason why it was refused
     */
    public InvalidTenantNameException(String name, String reason) {
        this(Failure.of("\"" + name + "\" cannot be a tenant's name: " + reason));
    }
}
