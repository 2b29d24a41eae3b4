package dev.tenantmigrator.report;

import java.util.List;

/**
 * The versions that an adoption would record.
 *
 * @param schema the schema
 * @param versions versions whose tables and columns are all there, in order
 * @param remaining the other versions of the source: they stay pending
 */
public record AdoptionPlan(String schema, List<String> versions, List<String> remaining) {

    /** Takes copies of the lists. */
    public AdoptionPlan {
        versions = List.copyOf(versions);
        remaining = List.copyOf(remaining);
    }
}
