package dev.tenantmigrator.report;

import dev.tenantmigrator.Repair;

/** An operation that resolves a finding. The finding's message says under which conditions. */
public sealed interface Remedy {

    /**
     * Deploys what is pending.
     *
     * @param outOfOrder whether versions older than an applied one must be accepted
     */
    record Deploy(boolean outOfOrder) implements Remedy {}

    /**
     * Rolls a version back.
     *
     * @param version the version
     */
    record Rollback(String version) implements Remedy {}

    /** Creates missing required tables. */
    record Backfill() implements Remedy {}

    /**
     * Corrects the tenant's record.
     *
     * @param repair the correction
     */
    record Correct(Repair repair) implements Remedy {}

    /** Drops the tenant again, which finishes a drop that was begun. */
    record FinishDrop() implements Remedy {}

    /**
     * Gives an object its name back.
     *
     * @param sql the statement, for a search path with the tenant's schema first
     */
    record Rename(String sql) implements Remedy {}

    /**
     * Executes a statement outside of a transaction.
     *
     * @param sql the statement, with the schema's name
     */
    record Statement(String sql) implements Remedy {}
}
