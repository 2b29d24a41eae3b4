package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.report.Failure;

/** A script failed, and the connection was closed before the failing statement was known. */
final class EvictedException extends MigrationFailedException {

    private static final long serialVersionUID = 1L;

    EvictedException(Failure failure, Throwable cause) {
        super(failure, cause);
    }

    /** The failure for a caller whose transaction the pool has ended, with the place that another run found. */
    MigrationFailedException withPlaceOf(MigrationFailedException other) {
        Failure failure = other.failure();
        failure = failure().tenant().map(failure::inTenant).orElse(failure);
        return new MigrationFailedException(
                failure.withMessage(
                        failure.message() + "; the pool closed the caller's connection at this error, and with it"
                                + " the transaction. HikariCP keeps it with an exceptionOverrideClassName"),
                other);
    }
}
