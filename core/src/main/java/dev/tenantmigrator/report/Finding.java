package dev.tenantmigrator.report;

import java.util.Optional;

/**
 * Something that verification found in a tenant.
 *
 * @param kind what it is
 * @param severity how much it matters
 * @param version the version that it is about
 * @param message what was found and what to do
 */
public record Finding(Kind kind, Severity severity, Optional<String> version, String message) {

    /** How much a finding matters. */
    public enum Severity {
        /** Worth knowing; nothing to do. */
        INFO,
        /** Unusual; the tenant works. */
        WARNING,
        /** Needs attention: the tenant is unhealthy. */
        ERROR
    }

    /** What a finding is. */
    public enum Kind {
        /** The tenant could not be read: dropped meanwhile, or not permitted. */
        UNREADABLE,
        /** A required table does not exist. */
        MISSING_TABLE,
        /** A migration has not been applied yet. */
        PENDING,
        /** A migration has not been applied although a later one has. */
        GAP,
        /** A migration was applied after a later one. */
        WRONG_ORDER,
        /** An applied migration's file was edited. */
        CHECKSUM_MISMATCH,
        /** An applied migration has no checksum, or one of an older tool: an edit could not be seen. */
        CHECKSUM_UNKNOWN,
        /** An applied migration's file is gone. */
        FILE_MISSING,
        /** An applied migration is newer than the newest file. */
        AHEAD,
        /** A migration was started and its end is not recorded: it runs at this moment, or it stopped. */
        UNFINISHED,
        /** A foreign key of another table went with a dropped table. */
        MISSING_FOREIGN_KEY,
        /** An index is INVALID: its concurrent build runs at this moment, or was cut off. */
        INVALID_INDEX
    }

    /**
     * A finding that is not about a version.
     *
     * @param kind what it is
     * @param severity how much it matters
     * @param message what was found and what to do
     * @return the finding
     */
    public static Finding of(Kind kind, Severity severity, String message) {
        return new Finding(kind, severity, Optional.empty(), message);
    }

    /**
     * A finding about a version.
     *
     * @param kind what it is
     * @param severity how much it matters
     * @param version the version
     * @param message what was found and what to do
     * @return the finding
     */
    public static Finding of(Kind kind, Severity severity, String version, String message) {
        return new Finding(kind, severity, Optional.of(version), message);
    }
}
