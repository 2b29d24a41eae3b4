package dev.tenantmigrator.report;

import java.util.List;

/**
 * Tenants that differ from their definitions alike.
 *
 * @param tenants their schemas, sorted
 * @param differences the differences of each of them; none for tenants that are as defined. Text that names the schema, such as the
 *     body of a function, is that of the first tenant
 */
public record StructureClass(List<String> tenants, List<Difference> differences) {

    /** Takes copies of the lists. */
    public StructureClass {
        tenants = List.copyOf(tenants);
        differences = List.copyOf(differences);
    }

    /**
     * Whether the tenants are drifted. A {@linkplain Difference#isNote note} is no drift.
     *
     * @return true when a difference is more than a note
     */
    public boolean drifted() {
        return differences.stream().anyMatch(difference -> !difference.isNote());
    }
}
