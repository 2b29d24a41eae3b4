package dev.tenantmigrator.internal.backfill;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.backfill.DatabaseObject.Kind;
import dev.tenantmigrator.report.Failure;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The objects to make in a tenant, each after the objects that it needs. Objects that the tenant has are left out. */
final class CreationOrder {

    private final Map<DatabaseObject, StructureReference.Definition> definitions;
    private final TenantObjects tenant;
    private final Set<DatabaseObject> missingTables;
    private final Set<DatabaseObject> seen = new HashSet<>();
    private final Set<DatabaseObject> objects = new LinkedHashSet<>();

    CreationOrder(
            Map<DatabaseObject, StructureReference.Definition> definitions,
            TenantObjects tenant,
            Set<DatabaseObject> missingTables) {
        this.definitions = definitions;
        this.tenant = tenant;
        this.missingTables = missingTables;
    }

    Set<DatabaseObject> objects() {
        return objects;
    }

    /** Adds an object, after all objects that it needs directly or indirectly. */
    void add(DatabaseObject object, Map<DatabaseObject, List<DatabaseObject>> needs) {
        if (!seen.add(object)) {
            return;
        }
        StructureReference.definition(definitions, object).refusal().ifPresent(reason -> {
            throw new TenantMigratorException(
                    Failure.of("the %s is missing and cannot be recreated: %s".formatted(object, reason))
                            .inTenant(tenant.schema()));
        });
        addNeedsOf(object, needs, needs);
        objects.add(object);
    }

    /** Adds the objects that an object needs by one map, and the objects that those need by another. */
    void addNeedsOf(
            DatabaseObject object,
            Map<DatabaseObject, List<DatabaseObject>> direct,
            Map<DatabaseObject, List<DatabaseObject>> needs) {
        for (DatabaseObject needed : direct.getOrDefault(object, List.of())) {
            if (tenant.has(needed)) {
                continue;
            }
            if (needed.kind() == Kind.TABLE && !missingTables.contains(needed)) {
                throw new TenantMigratorException(
                        Failure.of("the %s needs the %s, which is missing too: recreate both".formatted(object, needed))
                                .inTenant(tenant.schema()));
            }
            add(needed, needs);
        }
    }
}
