package dev.tenantmigrator;

/** A correction of tracking rows. None of them runs a script. */
public sealed interface Repair {

    /**
     * Records the present checksum of a version's file in tenants that have the version.
     *
     * @param version a version of the source
     */
    record AcceptChecksum(String version) implements Repair {}

    /** Records the files' checksums for versions without a checksum, or with one of an older tool. */
    record FillChecksums() implements Repair {}

    /**
     * Records a version as applied, also where its row is unfinished.
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
