package dev.tenantmigrator.report;

import java.util.List;
import java.util.Optional;

/**
 * A result of a verification of a tenant.
 *
 * @param kind the kind of finding
 * @param severity its severity
 * @param version the version that it is about; empty when it is about none
 * @param message the observation and what to do about it
 * @param remedies alternatives, each of which resolves it; empty when there is nothing to do, or nothing that the library does
 */
public record Finding(Kind kind, Severity severity, Optional<String> version, String message, List<Remedy> remedies) {

    /** Takes a copy of the list. */
    public Finding {
        remedies = List.copyOf(remedies);
    }

    /** The severity of a finding. */
    public enum Severity {
        /** Worth knowing; nothing to do. */
        INFO,
        /** Unusual, but the tenant works. */
        WARNING,
        /** Needs attention: the tenant is unhealthy. */
        ERROR
    }

    /** The kinds of findings. */
    public enum Kind {
        /** The tenant could not be read: dropped meanwhile, or not permitted. */
        UNREADABLE,
        /** A required table does not exist, and no pending migration brings it. */
        MISSING_TABLE,
        /** A migration has not been applied yet. */
        PENDING,
        /** A migration has not been applied although a later one has. */
        GAP,
        /** A migration was applied after a later one. */
        WRONG_ORDER,
        /** An applied migration's file was edited. */
        CHECKSUM_MISMATCH,
        /** An applied migration has no checksum, or one of an older tool, so an edit of its file cannot be seen. */
        CHECKSUM_UNKNOWN,
        /** An applied migration's file is gone. */
        FILE_MISSING,
        /** An applied migration is newer than the newest file. */
        AHEAD,
        /** A migration was started and its end is not recorded: it is running, or it stopped early. */
        UNFINISHED,
        /** A foreign key of another table was dropped together with the table that it refers to. */
        MISSING_FOREIGN_KEY,
        /** A version was rolled back by a script without statements, so its changes are still there. */
        NOTHING_UNDONE,
        /** An index is INVALID: its concurrent build is running, or was cut off. */
        INVALID_INDEX,
        /** The tenant's drop was begun: it is running, or was cut off. */
        UNFINISHED_DROP,
        /** The structure differs from the one that the recorded versions give. */
        DRIFT,
        /** The structure could not be compared. */
        STRUCTURE_UNKNOWN
    }

    /**
     * A finding that is not about a version.
     *
     * @param kind the kind of finding
     * @param severity its severity
     * @param message the observation and what to do about it
     * @return the finding
     */
    public static Finding of(Kind kind, Severity severity, String message) {
        return new Finding(kind, severity, Optional.empty(), message, List.of());
    }

    /**
     * A finding about a version.
     *
     * @param kind the kind of finding
     * @param severity its severity
     * @param version the version
     * @param message the observation and what to do about it
     * @return the finding
     */
    public static Finding of(Kind kind, Severity severity, String version, String message) {
        return new Finding(kind, severity, Optional.of(version), message, List.of());
    }

    /**
     * This finding with remedies.
     *
     * @param alternatives operations that each resolve it
     * @return a copy
     */
    public Finding withRemedies(Remedy... alternatives) {
        return new Finding(kind, severity, version, message, List.of(alternatives));
    }
}
