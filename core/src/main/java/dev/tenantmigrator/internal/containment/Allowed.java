package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.Config;
import dev.tenantmigrator.internal.sql.Sql;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a transaction may touch beside its tenant's schema, as conditions of SQL.
 *
 * @param sharedSchema the schema of the shared objects
 * @param sharedObjects names of objects there, with all that belongs to them
 * @param schemas whole schemas
 * @param tables {@code schema.table} and {@code schema.*}
 */
public record Allowed(String sharedSchema, Set<String> sharedObjects, Set<String> schemas, Set<String> tables) {

    /**
     * What the migrator was built to allow.
     *
     * @param sharedSchemaChanges whether the shared schema may be changed in this run
     */
    public static Allowed of(Config config, boolean sharedSchemaChanges) {
        Set<String> schemas = new TreeSet<>(config.allowedSchemas());
        if (sharedSchemaChanges) {
            schemas.add(config.sharedSchema());
        }
        return new Allowed(config.sharedSchema(), config.sharedObjects(), schemas, config.allowedTables());
    }

    /** The number of a schema, which is 0 when there is none of this name. */
    static String numberOf(String schema) {
        return "coalesce(to_regnamespace(" + Sql.literal(Sql.identifier(schema)) + ")::oid, 0)";
    }

    /** A schema, by its number, is the tenant's, the one of temporary tables, that of their overlong values, or allowed. */
    String isInside(String schema, String tenant) {
        String inside = "%1$s <> 0 AND %1$s = ANY (ARRAY[%2$s, pg_my_temp_schema(), 'pg_toast'::regnamespace::oid])"
                .formatted(schema, numberOf(tenant));
        // By name, because a schema that was dropped has no number any more.
        return schemas.isEmpty()
                ? "(" + inside + ")"
                : "(%s OR %s = ANY (%s))".formatted(inside, nameOf(schema), array(schemas));
    }

    /** An object, by the number of its schema and its name, is a shared one. */
    String isShared(String schema, String name) {
        return sharedObjects.isEmpty()
                ? "false"
                : "(%s = %s AND %s = ANY (%s))".formatted(schema, numberOf(sharedSchema), name, array(sharedObjects));
    }

    /** A table, by the number of its schema and its name, is allowed by name. */
    String isAllowedTable(String schema, String name) {
        String byPattern = tables.isEmpty()
                ? "false"
                : "(%1$s || '.' || %2$s = ANY (%3$s) OR %1$s || '.*' = ANY (%3$s))"
                        .formatted(nameOf(schema), name, array(tables));
        return "(" + isShared(schema, name) + " OR " + byPattern + ")";
    }

    /**
     * The same of a relation, by the names of its schema and of itself that {@code pg_identify_object_as_address} gives: without
     * a search in the catalogs, whose planning would take longer than the rest of a small migration. Tables that an extension
     * keeps in {@code pg_catalog} (Citus notes each new table there) can be written to by the server and by superusers alone.
     * What is temporary is not inside: it stays on the connection.
     *
     * @param names an expression for the two
     * @param tenant the schema's name, as an SQL expression
     */
    String isNamed(String names, String tenant) {
        String condition = Stream.concat(
                        Stream.of("pg_toast", "pg_catalog"), schemas.stream().sorted())
                .map(Sql::literal)
                .collect(Collectors.joining(", ", names + "[1] IN (" + tenant + ", ", ")"));
        if (!sharedObjects.isEmpty()) {
            condition += sharedObjects.stream()
                    .sorted()
                    .map(name -> "ARRAY[" + Sql.literal(sharedSchema) + ", " + Sql.literal(name) + "]")
                    .collect(Collectors.joining(", ", " OR " + names + " IN (", ")"));
        }
        if (!tables.isEmpty()) {
            condition += " OR array_to_string(%1$s, '.') = ANY (%2$s) OR %1$s[1] || '.*' = ANY (%2$s)"
                    .formatted(names, array(tables));
        }
        return "(" + condition + ")";
    }

    private static String nameOf(String schema) {
        return "(SELECT nspname FROM pg_namespace WHERE oid = " + schema + ")";
    }

    private static String array(Collection<String> names) {
        return names.stream().sorted().map(Sql::literal).collect(Collectors.joining(", ", "ARRAY[", "]::text[]"));
    }
}
