package dev.tenantmigrator;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The objects outside of a tenant's schema that migrations may name: shared objects and objects of extensions, for which {@code
 * public.x} is not changed to the tenant's, and whole schemas.
 *
 * @param sharedSchema the schema of the objects that belong to no tenant
 * @param names allowed shared objects, e.g. {@code users}, as PostgreSQL stores them (unquoted names in lower case)
 * @param extensionObjects the schema of each function, type, operator class and so on that an extension owns, by name
 * @param schemas other schemas that are allowed by name, e.g. of an audit tool
 * @param absentSchemas names in the scripts of which the database has no schema: {@code DROP … IF EXISTS} may name them
 */
public record SharedObjects(
        String sharedSchema,
        Set<String> names,
        Map<String, String> extensionObjects,
        Set<String> schemas,
        Set<String> absentSchemas) {

    /** Takes copies of the collections. */
    public SharedObjects {
        names = Set.copyOf(names);
        extensionObjects = Map.copyOf(extensionObjects);
        schemas = Set.copyOf(schemas);
        absentSchemas = Set.copyOf(absentSchemas);
    }

    /**
     * Shared objects of a database whose schemas are not known.
     *
     * @param sharedSchema the schema of the objects that belong to no tenant
     * @param names allowed shared objects
     * @param extensionObjects the schema of each object that an extension owns, by name
     * @param schemas other schemas that are allowed by name
     */
    public SharedObjects(
            String sharedSchema, Set<String> names, Map<String, String> extensionObjects, Set<String> schemas) {
        this(sharedSchema, names, extensionObjects, schemas, Set.of());
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
