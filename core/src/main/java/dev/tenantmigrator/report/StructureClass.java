package dev.tenantmigrator.report;

import java.util.List;

/**
 * Tenants that differ from their definitions alike.
 *
 * @param tenants their schemas, sorted
 * @param differences the differences of each of them; none for tenants that are as defined. Text that names the schema, such as the
 *     body of a function, is that of the first tenant
 * @param steps the statements of the differences in an order in which they run, each step after those that it needs
 * @param hints possible causes, to read before a repair: an object that may have been renamed, or a version that was applied without a
 *     record
 */
public record StructureClass(
        List<String> tenants, List<Difference> differences, List<FixStep> steps, List<Hint> hints) {

    /**
     * A possible cause of differences.
     *
     * @param message the cause in a sentence, the same for each tenant
     * @param remedy the operation for a tenant of which it is the cause
     */
    public record Hint(String message, Remedy remedy) {}

    /** Takes copies of the lists. */
    public StructureClass {
        tenants = List.copyOf(tenants);
        differences = List.copyOf(differences);
        steps = List.copyOf(steps);
        hints = List.copyOf(hints);
    }

    /**
     * Tenants without statements and hints.
     *
     * @param tenants their schemas, sorted
     * @param differences the differences of each of them
     */
    public StructureClass(List<String> tenants, List<Difference> differences) {
        this(tenants, differences, List.of(), List.of());
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
