package dev.tenantmigrator;

import dev.tenantmigrator.report.Failure;

/**
 * The base class of the library's own exceptions. The message says what happened and what to do, and ends with the coordinates:
 * tenant, version, file and line, SQLState.
 *
 * <p>A cause reported by PostgreSQL is included without the error's detail, which can quote a tenant's rows.
 */
public class TenantMigratorException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    /**
     * An exception for a failure.
     *
     * @param failure the problem with its coordinates
     */
    public TenantMigratorException(Failure failure) {
        super(failure.toString());
        this.failure = failure;
    }

    /**
     * An exception with a cause.
     *
     * @param failure the problem with its coordinates
     * @param cause the cause
     */
    public TenantMigratorException(Failure failure, Throwable cause) {
        super(failure.toString(), cause);
        this.failure = failure;
    }

    /**
     * The problem with its coordinates.
     *
     * @return the failure; after deserialization only its message
     */
    public Failure failure() {
        return failure == null ? Failure.of(String.valueOf(getMessage())) : failure;
    }
}
