package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.internal.spare.Spare;
import dev.tenantmigrator.internal.tracking.TenantSchemas;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * The names to try for a new schema.
 *
 * @param candidate a name, another one at each call when there are several
 * @param several whether another name can be tried when one is taken
 */
record SchemaNames(Function<RandomGenerator, String> candidate, boolean several) {

    /**
     * The names of a tenant. A candidate that must never be a tenant throws {@link dev.tenantmigrator.InvalidTenantNameException}.
     */
    static SchemaNames of(TenantName name, String sharedSchema) {
        return new SchemaNames(
                random -> {
                    String schema = name.candidate(random);
                    TenantSchemas.requireMayBeTenant(schema, sharedSchema);
                    return schema;
                },
                name.isRandom());
    }

    /** The names of a spare. */
    static SchemaNames ofSpare() {
        return new SchemaNames(random -> Spare.newName(), true);
    }
}
