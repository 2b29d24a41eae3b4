package dev.tenantmigrator;

/** A correction of what is recorded. None of them runs a script. */
public sealed interface Repair {

    /**
     * Records the checksum of the version's file as it is now, where the version is applied.
     *
     * @param version a version of the source
     */
    record AcceptChecksum(String version) implements Repair {}

    /** Records the checksums of the files for applied versions that have none, or one of an older tool. */
    record FillChecksums() implements Repair {}

    /**
     * Records a version as applied, and ends a row that was left unfinished.
     *
     * @param version a version of the source
     */
    record MarkApplied(String version) implements Repair {}

    /**
     * Removes a version's row.
     *
     * @param version any recorded version, also one without a file
     */
    record MarkNotApplied(String version) implements Repair {}
}
