package dev.tenantmigrator.report;

import java.time.Duration;
import java.util.List;

/**
 * A tenant that was created.
 *
 * @param schema its schema
 * @param versions the versions of its migrations, in order
 * @param duration the duration of the creation
 * @param fromSpare whether it was made from a spare, see {@link dev.tenantmigrator.Spares}; its migrations were applied when the spare was
 *     made
 */
public record CreatedTenant(String schema, List<String> versions, Duration duration, boolean fromSpare) {

    /** Takes a copy of the list. */
    public CreatedTenant {
        versions = List.copyOf(versions);
    }
}
