package dev.tenantmigrator;

import dev.tenantmigrator.report.Failure;

/**
 * The base of all exceptions that this library throws on purpose. The message says what happened and what to do, and ends
 * with the coordinates: tenant, version, file and line, SQLState.
 *
 * <p>A cause that PostgreSQL reported is given without the error's detail, which can hold data of the tenant.
 */
public class TenantMigratorException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    /**
     * An exception.
     *
     * @param failure what happened and where
     */
    public TenantMigratorException(Failure failure) {
        super(failure.toString());
        this.failure = failure;
    }

    /**
     * An exception with a cause.
     *
     * @param failure what happened and where
     * @param cause why
     */
    public TenantMigratorException(Failure failure, Throwable cause) {
        super(failure.toString(), cause);
        this.failure = failure;
    }

    /**
     * What happened and where, field by field.
     *
     * @return the failure
     */
    public Failure failure() {
        return failure == null ? Failure.of(String.valueOf(getMessage())) : failure;
    }
}
