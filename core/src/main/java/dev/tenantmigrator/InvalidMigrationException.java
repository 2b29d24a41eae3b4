package dev.tenantmigrator;

import dev.tenantmigrator.report.Failure;

/** Thrown when migrations cannot be read or must not run. Nothing was changed. */
public class InvalidMigrationException extends TenantMigratorException {

    private static final long serialVersionUID = 1L;

    /**
     * An exception for a failure.
     *
     * @param failure the problem with its coordinates
     */
    public InvalidMigrationException(Failure failure) {
        super(failure);
    }

    /**
     * An exception about a file.
     *
     * @param message the problem and what to do
     * @param file the script or directory
     */
    public InvalidMigrationException(String message, String file) {
        this(Failure.of(message).inFile(file));
    }

    /**
     * An exception about a line.
     *
     * @param message the problem and what to do
     * @param file the script
     * @param line the line, from 1
     */
    public InvalidMigrationException(String message, String file, int line) {
        this(Failure.of(message).inFile(file).onLine(line));
    }
}
