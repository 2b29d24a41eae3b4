package dev.tenantmigrator.report;

import java.time.Duration;
import java.util.List;

/**
 * A tenant that was created.
 *
 * @param schema its schema
 * @param versions the migrations it was created with, in order
 * @param duration of the creation
 */
public record CreatedTenant(String schema, List<String> versions, Duration duration) {

    /** Copies its arguments. */
    public CreatedTenant {
        versions = List.copyOf(versions);
    }
}
