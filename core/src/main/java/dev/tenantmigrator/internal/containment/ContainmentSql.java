package dev.tenantmigrator.internal.containment;

import static dev.tenantmigrator.internal.containment.Catalogs.IN_SCHEMAS;
import static dev.tenantmigrator.internal.containment.Catalogs.OF_TABLES;
import static dev.tenantmigrator.internal.containment.Catalogs.OUTSIDE_SCHEMAS;

import dev.tenantmigrator.internal.sql.Sql;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The questions to the catalogs about what the current transaction touched (PostgreSQL documentation, {@code pg_locks},
 * "System Columns", "The Cumulative Statistics System"). A transaction keeps its locks to its end, so they show each relation
 * that it changed. What takes no lock shows as a row that an unfinished transaction wrote and this one can see; the counters
 * of the transaction tell which catalogs it wrote to at all, so that the others need not be searched.
 *
 * <p>The queries for strangers return kind, catalog, number, number of the owner, name. All are short, because they are
 * planned anew for each tenant, and expect the search path {@code pg_catalog, pg_temp}.
 */
final class ContainmentSql {

    /**
     * Locks stronger than those of readers, on objects made by users, whose numbers begin there, and the schema public. Those
     * that a serializable transaction keeps of what it read outlive it (PostgreSQL documentation, "Serializable Isolation
     * Level").
     */
    private static final String IS_OWN_LOCK = "pid = pg_backend_pid() AND locktype IN ('relation', 'object')"
            + " AND mode NOT IN ('AccessShareLock', 'SIReadLock') AND (coalesce(relation, objid) >= 16384 OR classid = "
            + Catalogs.number("pg_namespace") + ")";

    private static final String OWN_LOCKS =
            "(SELECT locktype, relation, classid, objid FROM pg_lock_status() WHERE " + IS_OWN_LOCK + ")";

    /** A table makes two: that of its rows, and the array of it. Each counts once, as each was written at least once. */
    private static final String NEW_TYPES_OF_TABLES = "(SELECT count(DISTINCT t.oid) FROM " + OWN_LOCKS
            + " l JOIN pg_class c ON c.oid = l.relation JOIN pg_type r ON r.oid = c.reltype"
            + " JOIN pg_type t ON t.oid = ANY (ARRAY[r.oid, r.typarray]) AND " + isOwn("t") + ")";

    /** None is looked for when no constraint was written. */
    private static final String NEW_CONSTRAINTS_OF_DOMAINS =
            "(SELECT count(*) FROM pg_constraint k WHERE (SELECT " + inserted("'pg_constraint'::regclass") + " + "
                    + updated("'pg_constraint'::regclass") + " > 0) AND k.contypid > 0 AND age(k.xmin) <= 0)";

    private static final String HELD_CURSORS = "(SELECT count(*) FROM pg_cursor() WHERE is_holdable)";

    private static final String CLASS = "'pg_class'::regclass::oid";

    private final Allowed allowed;
    private final String tenant;

    ContainmentSql(Allowed allowed, String tenant) {
        this.allowed = allowed;
        this.tenant = tenant;
    }

    /**
     * A condition that holds whenever something outside may have been touched, and after ordinary migrations does not.
     *
     * @param ordinary what is looked at more closely, instead of being suspicious
     * @param tenant the schema's name, as an SQL expression
     * @param recordedIn the table of the tenant, as an SQL expression, to which exactly one row may have been written, or
     *     from which one was deleted: the migration's record
     */
    static String mayHaveTouchedOthers(Allowed allowed, Ordinary ordinary, String tenant, Optional<String> recordedIn) {
        String catalogs = Stream.concat(
                        IN_SCHEMAS.keySet().stream()
                                .filter(name -> !(ordinary.newTables() && OF_TABLES.contains(name))
                                        && !(ordinary.newSchema() && name.equals("pg_namespace"))),
                        OUTSIDE_SCHEMAS.keySet().stream())
                .map(name -> String.valueOf(Catalogs.number(name)))
                .collect(Collectors.joining(","));
        String wrote =
                "EXISTS (SELECT FROM unnest('{" + catalogs + "}'::oid[]) w(oid) WHERE " + writes("w.oid") + " > 0)";
        String tables = " OR " + inserted("'pg_type'::regclass") + " > " + NEW_TYPES_OF_TABLES
                + " OR (SELECT sum(" + updated("w.oid") + " + " + deleted("w.oid")
                + ") FROM unnest('{pg_type,pg_constraint}'::regclass[]) w(oid)) > 0 OR " + NEW_CONSTRAINTS_OF_DOMAINS
                + " > 0";
        // All else that is moved from a schema to another shows in a catalog above, or in its type: a sequence has
        // none.
        String moved = updated(String.valueOf(Catalogs.number("pg_depend"))) + " > 0";
        // A join with pg_class would take longer to plan than all the rest. What is gone, and what is no relation, has
        // no
        // names.
        String inside = allowed.isNamed(
                "(pg_identify_object_as_address(" + Catalogs.number("pg_class") + ", relation, 0)).object_names",
                tenant);
        // What changes a table otherwise than a row at a time is not counted, and takes another lock.
        String record = recordedIn
                .map(table -> " OR relation = " + table + " AND mode <> 'RowExclusiveLock'")
                .orElse("");
        String records =
                recordedIn.map(table -> " OR " + isOtherThanOneRow(table)).orElse("");
        return "(EXISTS (SELECT FROM pg_lock_status() WHERE " + IS_OWN_LOCK + " AND (NOT coalesce(" + inside
                + ", false)" + record + ")) OR " + wrote + " OR " + moved
                + " OR EXISTS (SELECT FROM pg_cursor() WHERE is_holdable)" + records
                + (ordinary.newTables() ? tables : "")
                + (ordinary.newSchema() ? " OR " + writes("'pg_namespace'::regclass") + " > 1" : "") + ")";
    }

    /** A condition that holds unless one row was written to a table, or deleted from it. */
    static String isOtherThanOneRow(String table) {
        return writes(table) + " <> 1";
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
        return "SELECT w.oid::text, " + writes("w.oid") + " FROM unnest('{"
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
        return "SELECT r.oid::bigint, " + writes("r.oid") + ", (SELECT string_agg(DISTINCT mode, ',')"
                + " FROM pg_lock_status() WHERE pid = pg_backend_pid() AND relation = r.oid AND mode <> 'SIReadLock'),"
                + " (SELECT ctid FROM pg_class WHERE oid = r.oid),"
                + " (SELECT string_agg(ctid::text, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = r.oid)"
                + " FROM unnest('{" + numbers + "}'::oid[]) r(oid)";
    }

    private static String inserted(String oid) {
        return "pg_stat_get_xact_tuples_inserted(" + oid + ")";
    }

    private static String updated(String oid) {
        return "pg_stat_get_xact_tuples_updated(" + oid + ")";
    }

    private static String deleted(String oid) {
        return "pg_stat_get_xact_tuples_deleted(" + oid + ")";
    }

    private static String writes(String oid) {
        return inserted(oid) + " + " + updated(oid) + " + " + deleted(oid);
    }

    /** The row was written by this transaction, be it in a part of it that can be rolled back on its own. */
    private static String isOwn(String row) {
        return """
                (age(%1$s.xmin) = 0 OR (age(%1$s.xmin) < 0 AND pg_xact_status(
                    (pg_current_xact_id()::text::bigint - age(%1$s.xmin))::text::xid8) = 'in progress'))""".formatted(row);
    }

    private static String relationKind(String relation) {
        return """
                CASE %s.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
                     WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'c' THEN 'type' ELSE 'table' END""".formatted(relation);
    }
}
