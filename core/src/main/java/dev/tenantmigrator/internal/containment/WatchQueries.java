package dev.tenantmigrator.internal.containment;

import static dev.tenantmigrator.internal.containment.Catalogs.IN_SCHEMAS;
import static dev.tenantmigrator.internal.containment.Catalogs.OUTSIDE_SCHEMAS;
import static dev.tenantmigrator.internal.containment.OwnWork.NEW_CONSTRAINTS_OF_DOMAINS;
import static dev.tenantmigrator.internal.containment.OwnWork.NEW_TYPES_OF_TABLES;
import static dev.tenantmigrator.internal.containment.OwnWork.OWN_LOCKS;
import static dev.tenantmigrator.internal.containment.OwnWork.inserted;
import static dev.tenantmigrator.internal.containment.OwnWork.isOwn;
import static dev.tenantmigrator.internal.containment.OwnWork.updated;

import dev.tenantmigrator.internal.sql.Sql;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The queries by which a watched transaction is searched for the strangers that it touched, with what {@link OwnWork} tells.
 *
 * <p>Those for strangers return kind, catalog, number, number of the owner, name. All are short, because they are planned anew
 * for each tenant, and expect the search path {@code pg_catalog, pg_temp}.
 */
final class WatchQueries {

    private static final String HELD_CURSORS = "(SELECT count(*) FROM pg_cursor() WHERE is_holdable)";

    private static final String CLASS = "'pg_class'::regclass::oid";

    private final Allowed allowed;
    private final String tenant;

    WatchQueries(Allowed allowed, String tenant) {
        this.allowed = allowed;
        this.tenant = tenant;
    }

    /**
     * A query for what no script changes unseen: when the cursors were opened, the number of the tenant's schema, and that of
     * the transaction, which must have one before {@code age()} is asked: that remembers the next one.
     */
    String anchor(String cursor) {
        return "SELECT (SELECT string_agg(extract(epoch FROM creation_time)::text, ',' ORDER BY name) FROM pg_cursor()"
                + " WHERE name IN (" + Sql.literal(cursor) + ", " + Sql.literal(cursor + "o") + ")), "
                + Allowed.numberOf(tenant) + "::bigint, pg_current_xact_id()";
    }

    /**
     * A query for numbers: types of new tables, new constraints of domains, cursors that outlive the transaction.
     */
    static String counts() {
        return "SELECT " + NEW_TYPES_OF_TABLES + ", " + NEW_CONSTRAINTS_OF_DOMAINS + ", " + HELD_CURSORS;
    }

    /** A query for how often each catalog was written to: its name, and the number. */
    static String writes() {
        return "SELECT w.oid::text, " + OwnWork.writes("w.oid") + " FROM unnest('{"
                + Stream.concat(IN_SCHEMAS.keySet().stream(), OUTSIDE_SCHEMAS.keySet().stream())
                        .collect(Collectors.joining(","))
                + "}'::regclass[]) w(oid)";
    }

    /** A query for the relations outside that are locked, as the snapshot of whoever runs it shows them. */
    String lockedRelations() {
        return """
                SELECT %s, %s::bigint, c.oid::bigint, coalesce(i.indrelid, c.oid)::bigint,
                       (SELECT nspname FROM pg_namespace WHERE oid = c.relnamespace) || '.' || c.relname
                  FROM %s l JOIN pg_class c ON c.oid = l.relation LEFT JOIN pg_index i ON i.indexrelid = c.oid
                 WHERE NOT %s AND c.relnamespace <> 'pg_catalog'::regnamespace
                   AND c.relnamespace::regnamespace::text NOT LIKE 'pg\\_toast%%'""".formatted(relationKind("c"), CLASS, OWN_LOCKS, allowed.isInside("c.relnamespace", tenant));
    }

    /**
     * A query for what was outside before the transaction, at the snapshot of whoever runs it, and is locked as only a change
     * or removal locks it.
     */
    String lockedObjects() {
        return """
                SELECT l.classid::regclass::text, l.classid::bigint, l.objid::bigint, 0::bigint,
                       (SELECT nspname FROM pg_namespace WHERE oid = o.schema) || coalesce('.' || p.proname, '.' || t.typname, '')
                  FROM %s l
                  LEFT JOIN pg_proc p ON l.classid = 'pg_proc'::regclass AND p.oid = l.objid
                  LEFT JOIN pg_constraint k ON l.classid = 'pg_constraint'::regclass AND k.oid = l.objid
                  LEFT JOIN pg_type t ON t.oid = CASE l.classid WHEN 'pg_type'::regclass THEN l.objid ELSE k.contypid END,
                       LATERAL (SELECT coalesce(p.pronamespace, t.typnamespace,
                           (SELECT n.oid FROM pg_namespace n
                             WHERE l.classid = 'pg_namespace'::regclass AND n.oid = l.objid),
                           (SELECT %s FROM pg_cast o WHERE l.classid = 'pg_cast'::regclass AND o.oid = l.objid),
                           (SELECT d.refobjid FROM pg_depend d WHERE d.classid = l.classid AND d.objid = l.objid
                               AND d.refclassid = 'pg_namespace'::regclass LIMIT 1),
                           (SELECT a.defaclnamespace FROM pg_default_acl a
                             WHERE l.classid = 'pg_default_acl'::regclass AND a.oid = l.objid))) o(schema)
                 WHERE l.locktype = 'object' AND o.schema IS NOT NULL AND NOT %s AND NOT %s
                   AND coalesce(t.typrelid, 0) = 0
                   AND NOT EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typrelid <> 0)""".formatted(
                        OWN_LOCKS,
                        Catalogs.NAMESPACE_OF_CAST,
                        allowed.isInside("o.schema", tenant),
                        allowed.isShared("o.schema", "coalesce(p.proname, t.typname)"));
    }

    /** A query for the relations outside whose own row, which has their privileges, was written. */
    String writtenRelations() {
        return """
                SELECT %s, %s::bigint, c.oid::bigint, c.oid::bigint,
                       (SELECT nspname FROM pg_namespace WHERE oid = c.relnamespace) || '.' || c.relname
                  FROM pg_class c
                 WHERE %s AND NOT %s AND c.relnamespace::regnamespace::text NOT LIKE 'pg\\_toast%%'""".formatted(relationKind("c"), CLASS, isOwn("c"), allowed.isInside("c.relnamespace", tenant));
    }

    /** A query for the relations outside of which a column's row, which has its privileges, was written. */
    String writtenColumns() {
        return """
                SELECT DISTINCT %s, %s::bigint, c.oid::bigint, c.oid::bigint,
                       (SELECT nspname FROM pg_namespace WHERE oid = c.relnamespace) || '.' || c.relname
                  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                 WHERE (SELECT %s > 0) AND %s AND NOT %s AND c.relnamespace::regnamespace::text NOT LIKE 'pg\\_toast%%'""".formatted(
                        relationKind("c"),
                        CLASS,
                        updated("'pg_attribute'::regclass"),
                        isOwn("a"),
                        allowed.isInside("c.relnamespace", tenant));
    }

    /**
     * A query for what was moved into the tenant's schema and is not seen by a lock: {@code ALTER TYPE} takes none. What shows
     * that a type was there before is its array, which stays as it is.
     */
    String movedHere() {
        return """
                SELECT 'type', d.classid::bigint, d.objid::bigint, 0::bigint, pg_describe_object(d.classid, d.objid, 0)
                  FROM pg_depend d
                 WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = %s AND %s
                   AND (d.classid = 'pg_type'::regclass AND NOT EXISTS (
                            SELECT FROM pg_type t JOIN pg_depend e ON e.classid = 'pg_type'::regclass AND e.objid = t.typarray
                             WHERE t.oid = d.objid AND %s)
                        OR d.classid = 'pg_class'::regclass AND NOT EXISTS (SELECT FROM %s l WHERE l.relation = d.objid))""".formatted(Allowed.numberOf(tenant), isOwn("d"), isOwn("e"), OWN_LOCKS);
    }

    /** A query for text search configurations outside whose mappings were written, which depend on other things since. */
    private String writtenMappings() {
        return """
                SELECT 'text search configuration', 'pg_ts_config'::regclass::oid::bigint, 0::bigint, 0::bigint,
                       (SELECT nspname FROM pg_namespace WHERE oid = o.cfgnamespace) || '.' || o.cfgname
                  FROM pg_ts_config o
                 WHERE NOT %s AND NOT %s AND EXISTS (SELECT FROM pg_depend d
                     WHERE d.classid = 'pg_ts_config'::regclass AND d.objid = o.oid AND %s)""".formatted(
                        allowed.isInside("o.cfgnamespace", tenant),
                        allowed.isShared("o.cfgnamespace", "o.cfgname"),
                        isOwn("d"));
    }

    /** A query for what the transaction wrote outside to a catalog of objects in schemas. */
    String writtenObjects(String catalogName) {
        if (catalogName.equals("pg_ts_config_map")) {
            return writtenMappings();
        }
        Catalogs.Catalog catalog =
                Optional.ofNullable(IN_SCHEMAS.get(catalogName)).orElseThrow();
        return """
                SELECT '%s', '%s'::regclass::oid::bigint, 0::bigint, 0::bigint,
                       concat_ws('.', (SELECT nspname FROM pg_namespace WHERE oid = s.schema), nullif(%s, ''))
                  FROM %s o, LATERAL (SELECT %s) s(schema)
                 WHERE %s AND %s AND %s AND NOT %s AND NOT %s""".formatted(
                        catalog.kind(),
                        catalogName,
                        catalog.name(),
                        catalogName,
                        catalog.namespace(),
                        unexplained(catalogName),
                        isOwn("o"),
                        isObject(catalogName),
                        allowed.isInside("s.schema", tenant),
                        allowed.isShared("s.schema", catalog.name()));
    }

    /** Whether more was written to a catalog than what, by an index, is known to be the tenant's: the large ones only. */
    private String unexplained(String catalogName) {
        String own = switch (catalogName) {
            case "pg_proc" -> "pg_proc m ON m.oid = d.objid";
            case "pg_type" -> "pg_type e ON e.oid = d.objid JOIN pg_type m ON m.oid = ANY (ARRAY[e.oid, e.typarray])";
            default -> "";
        };
        return own.isEmpty()
                ? "true"
                : """
                  (SELECT %s + %s > %s + (SELECT count(DISTINCT m.oid) FROM pg_depend d JOIN %s
                    WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = %s
                      AND d.classid = '%s'::regclass AND %s))""".formatted(
                                inserted("'" + catalogName + "'::regclass"),
                                updated("'" + catalogName + "'::regclass"),
                                catalogName.equals("pg_type") ? NEW_TYPES_OF_TABLES : "0",
                                own,
                                Allowed.numberOf(tenant),
                                catalogName,
                                isOwn("m"));
    }

    /** Whether a row stands for an object of its own: types and constraints of tables go with these. */
    private static String isObject(String catalog) {
        return switch (catalog) {
            case "pg_type" ->
                "(o.typrelid <> 0 AND NOT EXISTS (SELECT FROM " + OWN_LOCKS + " l WHERE l.relation = o.typrelid)"
                        + " OR o.typrelid = 0 AND NOT EXISTS (SELECT FROM pg_type e WHERE e.oid = o.typelem AND e.typrelid <> 0))";
            case "pg_constraint" -> "o.contypid <> 0";
            // Those of temporary tables are made by the server itself.
            case "pg_namespace" -> "o.nspname NOT LIKE 'pg\\_%'";
            default -> "true";
        };
    }

    /** A query for the numbers of those relations that are allowed by name, or belong to one that is. */
    String allowedAmong(Collection<Long> relations) {
        String numbers = relations.stream().map(String::valueOf).collect(Collectors.joining(","));
        return """
                SELECT r.oid::bigint FROM unnest('{%s}'::oid[]) r(oid)
                  LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = r.oid
                                       AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
                                       AND (SELECT relkind = 'S' FROM pg_class WHERE oid = r.oid)
                  JOIN pg_class c ON c.oid = coalesce(pg_partition_root(coalesce(d.refobjid, r.oid)), d.refobjid, r.oid)
                 WHERE %s""".formatted(numbers, allowed.isAllowedTable("c.relnamespace", "c.relname"));
    }

    /** A query for the numbers of those objects and relations that are locked. */
    static String lockedAmong(Collection<Stranger> strangers) {
        String numbers = strangers.stream()
                .map(stranger -> String.valueOf(stranger.oid()))
                .collect(Collectors.joining(","));
        return "SELECT coalesce(relation, objid)::bigint FROM " + OWN_LOCKS
                + " l WHERE coalesce(relation, objid) = ANY ('{" + numbers + "}'::oid[])";
    }

    /**
     * A query for what was done to relations: how often they were written to, how they are locked, and where their own row and
     * those of their columns are, which is another place once they were written: a change of privileges need not take a lock.
     */
    static String uses(Collection<Stranger> relations) {
        String numbers = relations.stream()
                .map(relation -> String.valueOf(relation.oid()))
                .collect(Collectors.joining(","));
        return "SELECT r.oid::bigint, " + OwnWork.writes("r.oid") + ", (SELECT string_agg(DISTINCT mode, ',')"
                + " FROM pg_lock_status() WHERE pid = pg_backend_pid() AND relation = r.oid AND mode <> 'SIReadLock'),"
                + " (SELECT ctid FROM pg_class WHERE oid = r.oid),"
                + " (SELECT string_agg(ctid::text, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = r.oid)"
                + " FROM unnest('{" + numbers + "}'::oid[]) r(oid)";
    }

    private static String relationKind(String relation) {
        return """
                CASE %s.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
                     WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'c' THEN 'type' ELSE 'table' END""".formatted(relation);
    }
}
