package dev.tenantmigrator;

import java.time.LocalDateTime;
import java.util.Optional;

/**
 * A row of a tenant's tracking table.
 *
 * @param version the migration's version
 * @param description the recorded description, by default the words of the version
 * @param appliedAt the time of application: in UTC when this library wrote it, in the session's time zone when an older tool did.
 *     Empty when the migration was started and not finished
 * @param checksum the recorded checksum, when there is one
 */
public record AppliedMigration(
        String version, Optional<String> description, Optional<LocalDateTime> appliedAt, Optional<String> checksum) {

    /**
     * Whether the migration ran to its end.
     *
     * @return false for a row that was left unfinished
     */
    public boolean finished() {
        return appliedAt.isPresent();
    }

    /**
     * The columns on which decisions depend.
     *
     * @return the version, its checksum, and whether it is finished
     */
    public RecordedVersion recorded() {
        return new RecordedVersion(version, checksum, finished());
    }
}
