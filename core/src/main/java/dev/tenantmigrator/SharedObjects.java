package dev.tenantmigrator;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a migration may name {@code public.x} without meaning the tenant's schema: the shared objects allowed by name and
 * the objects of extensions.
 *
 * @param sharedSchema the schema of what belongs to no tenant
 * @param names allowed shared objects, e.g. {@code users}, as PostgreSQL stores them (unquoted names in lower case)
 * @param extensionObjects the schema of each function, type, operator class and so on that an extension owns, by name
 */
public record SharedObjects(String sharedSchema, Set<String> names, Map<String, String> extensionObjects) {

    /** Copies its arguments. */
    public SharedObjects {
        names = Set.copyOf(names);
        extensionObjects = Map.copyOf(extensionObjects);
    }

    /**
     * The schema that holds a shared object.
     *
     * @param name an identifier as PostgreSQL stores it
     * @return the schema; empty when the name is the tenant's own
     */
    public Optional<String> schemaOf(String name) {
        return names.contains(name) ? Optional.of(sharedSchema) : Optional.ofNullable(extensionObjects.get(name));
    }
}
