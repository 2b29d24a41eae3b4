package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.sql.Sql;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The objects that a transaction may touch outside of its tenant's schema, and SQL conditions for them.
 *
 * @param sharedSchema the schema of the shared objects
 * @param sharedObjects names of objects there; their indexes, sequences and partitions are allowed with them
 * @param schemas whole schemas
 * @param tables {@code schema.table} and {@code schema.*}
 */
public record AllowList(String sharedSchema, Set<String> sharedObjects, Set<String> schemas, Set<String> tables) {

    /**
     * The allow list of a configuration.
     *
     * @param sharedSchemaChanges whether the shared schema may be changed in this run
     */
    public static AllowList of(Config config, boolean sharedSchemaChanges) {
        Set<String> schemas = new TreeSet<>(config.allowedSchemas());
        if (sharedSchemaChanges) {
            schemas.add(config.sharedSchema());
        }
        return new AllowList(config.sharedSchema(), config.sharedObjects(), schemas, config.allowedTables());
    }

    /**
     * A condition: a schema, given by its OID, is allowed as a whole. It is compared by name, because a dropped
     * schema has no OID any more.
     */
    String isAllowedSchema(String oid) {
        return schemas.isEmpty()
                ? "false"
                : "EXISTS (SELECT FROM pg_namespace n WHERE n.oid = " + oid + " AND n.nspname = ANY (" + array(schemas)
                        + "))";
    }

    /**
     * A condition: an object is in the tenant's schema or allowed. It reads no catalog.
     *
     * @param names an expression for the object's names by {@code pg_identify_object_as_address}: schema and name
     * @param tenant an expression for the tenant's schema
     */
    String isNamed(String names, String tenant) {
        String condition = Stream.concat(
                        Stream.of(tenant), schemas.stream().sorted().map(Sql::literal))
                .collect(Collectors.joining(", ", names + "[1] IN (", ")"));
        return "(" + names + "[2] IS NOT NULL AND (" + condition + orAllowedByName(names) + "))";
    }

    /** A condition: a relation is allowed by its name; a partition, or an index of one, by the partitioned table's name. */
    String isRelationByName(String catalog, String oid) {
        if (sharedObjects.isEmpty() && tables.isEmpty()) {
            return "false";
        }
        String relation = "coalesce(pg_partition_root(" + oid + "), " + oid + ")";
        return "coalesce((SELECT false" + orAllowedByName("a.names") + " FROM (SELECT (pg_identify_object_as_address("
                + catalog + ", CASE WHEN " + catalog + " = 1259 THEN " + relation
                + " END, 0)).object_names OFFSET 0) a(names)), false)";
    }

    /** A condition: a relation, or any object of the shared schema, is allowed by its name. */
    String isByName(String catalog, String oid) {
        String shared = isSharedObject("i");
        return shared.isEmpty()
                ? isRelationByName(catalog, oid)
                : "(" + isRelationByName(catalog, oid) + " OR coalesce((SELECT " + shared + " FROM pg_identify_object("
                        + catalog + ", " + oid + ", 0) i), false))";
    }

    /** Like {@link #isNamed}, by the quoted names of {@code pg_identify_object}. */
    String isIdentified(String object, String tenant) {
        String condition = Stream.concat(
                        Stream.of(tenant), schemas.stream().sorted().map(Sql::literal))
                .map(schema -> "quote_ident(" + schema + ")")
                .collect(Collectors.joining(", ", object + ".schema IN (", ")"));
        String shared = isSharedObject(object);
        return shared.isEmpty() ? condition : "(" + condition + " OR " + shared + ")";
    }

    private String isSharedObject(String object) {
        return sharedObjects.isEmpty()
                ? ""
                : sharedObjects.stream()
                        .sorted()
                        .map(name -> "quote_ident(" + Sql.literal(name) + ")")
                        .collect(Collectors.joining(
                                ", ",
                                object + ".schema = quote_ident(" + Sql.literal(sharedSchema) + ") AND " + object
                                        + ".name IN (",
                                ")"));
    }

    /** A condition: a relation's name, as {@code regclass} shows it outside of the search path, begins with a schema. */
    static String startsWithSchema(String name, String schema) {
        return "starts_with(" + name + ", quote_ident(" + schema + ") || '.')";
    }

    /** The end of a condition: a relation's name, as {@code regclass} shows it, is surely allowed. It takes less time than the others. */
    String orShownName(String name) {
        StringBuilder condition = new StringBuilder();
        schemas.stream()
                .sorted()
                .forEach(schema -> condition.append(" OR ").append(startsWithSchema(name, Sql.literal(schema))));
        String shared = "quote_ident(" + Sql.literal(sharedSchema) + ") || '.' || quote_ident(";
        Stream.concat(
                        sharedObjects.stream().sorted().map(object -> shared + Sql.literal(object) + ")"),
                        tables.stream().sorted().map(Sql::literal))
                .forEach(allowed ->
                        condition.append(" OR ").append(name).append(" = ").append(allowed));
        return condition.toString();
    }

    private String orAllowedByName(String names) {
        String condition = "";
        if (!sharedObjects.isEmpty()) {
            condition += sharedObjects.stream()
                    .sorted()
                    .map(name -> "ARRAY[" + Sql.literal(sharedSchema) + ", " + Sql.literal(name) + "]")
                    .collect(Collectors.joining(", ", " OR " + names + "[1:2] IN (", ")"));
        }
        if (!tables.isEmpty()) {
            condition += " OR array_to_string(%1$s[1:2], '.') = ANY (%2$s) OR %1$s[1] || '.*' = ANY (%2$s)"
                    .formatted(names, array(tables));
        }
        return condition;
    }

    private static String array(Collection<String> names) {
        return names.stream().sorted().map(Sql::literal).collect(Collectors.joining(", ", "ARRAY[", "]::text[]"));
    }
}
