package dev.tenantmigrator;

import dev.tenantmigrator.report.Failure;

/** Thrown when a text cannot be a tenant's name, or names a schema that must never be a tenant. Nothing was changed. */
public class InvalidTenantNameException extends TenantMigratorException {

    private static final long serialVersionUID = 1L;

    /**
     * An exception for a failure.
     *
     * @param failure the problem with its coordinates
     */
    public InvalidTenantNameException(Failure failure) {
        super(failure);
    }

    /**
     * An exception about a name.
     *
     * @param name the refused text
     * @param reason the reason
     */
    public InvalidTenantNameException(String name, String reason) {
        this(Failure.of("\"" + name + "\" cannot be a tenant's name: " + reason));
    }
}
