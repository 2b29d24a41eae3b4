package dev.tenantmigrator;

import dev.tenantmigrator.report.Failure;

/** Migrations that cannot be read or must not run. Thrown before anything was changed. */
public class InvalidMigrationException extends TenantMigratorException {

    private static final long serialVersionUID = 1L;

    /**
     * An exception.
     *
     * @param failure what is wrong and where
     */
    public InvalidMigrationException(Failure failure) {
        super(failure);
    }

    /**
     * An exception.
     *
     * @param message what is wrong and what to do
     * @param file the script or directory
     */
    public InvalidMigrationException(String message, String file) {
        this(Failure.of(message).inFile(file));
    }

    /**
     * An exception.
     *
     * @param message what is wrong and what to do
     * @param file the script
     * @param line the line, from 1
     */
    public InvalidMigrationException(String message, String file, int line) {
        this(Failure.of(message).inFile(file).onLine(line));
    }
}
