package dev.tenantmigrator;

import java.time.LocalDateTime;
import java.util.Optional;

/**
 * A row of a tenant's tracking table.
 *
 * @param version the migration's version
 * @param description what the table says of it
 * @param appliedAt when it was applied: UTC when this library wrote it, the session's time zone when an older tool did.
 *     Empty: started and never finished
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
     * The part that decisions depend on.
     *
     * @return the version, its checksum, and whether it is finished
     */
    public RecordedVersion recorded() {
        return new RecordedVersion(version, checksum, finished());
    }
}
