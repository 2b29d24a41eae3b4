package dev.tenantmigrator;

import dev.tenantmigrator.report.Failure;

/** A text that cannot be the name of a tenant, or names a schema that must never be one. Nothing was changed. */
public class InvalidTenantNameException extends TenantMigratorException {

    private static final long serialVersionUID = 1L;

    /**
     * An exception.
     *
     * @param failure what happened and where
     */
    public InvalidTenantNameException(Failure failure) {
        super(failure);
    }

    /**
     * An exception.
     *
     * @param name the text
     * @param reason why it was refused
     */
    public InvalidTenantNameException(String name, String reason) {
        this(Failure.of("\"" + name + "\" cannot be a tenant's name: " + reason));
    }
}
