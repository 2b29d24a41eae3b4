package dev.tenantmigrator.internal.tracking;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * The tenants that something is about.
 *
 * @param schema the one tenant; empty for all
 * @param condition leaves tenants out that it does not hold for
 */
public record TenantSelection(Optional<String> schema, Predicate<String> condition) {

    /** All tenants. */
    public static TenantSelection all() {
        return new TenantSelection(Optional.empty(), schema -> true);
    }

    /** One tenant, which may not be there. */
    public static TenantSelection one(String schema) {
        return new TenantSelection(Optional.of(schema), name -> true);
    }

    /** Those of them for which a condition holds. */
    public TenantSelection only(Predicate<String> narrower) {
        return new TenantSelection(schema, narrower);
    }
}
