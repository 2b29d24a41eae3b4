package dev.tenantmigrator.internal.tracking;

import java.util.Optional;

/**
 * The tenants that something is about.
 *
 * @param schema the one tenant; empty for all
 */
public record Reading(Optional<String> schema) {

    /** All tenants. */
    public static Reading all() {
        return new Reading(Optional.empty());
    }

    /** One tenant, which may not be there. */
    public static Reading one(String schema) {
        return new Reading(Optional.of(schema));
    }
}
