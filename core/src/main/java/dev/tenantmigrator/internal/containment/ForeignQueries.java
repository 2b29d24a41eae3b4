package dev.tenantmigrator.internal.containment;

import java.util.List;

/**
 * The rule by which an object is foreign, as SQL. A row of {@code pg_depend} names an object's schema, or the object that it is a
 * part of (PostgreSQL documentation, "pg_depend"). The rule is applied twice: to the rows of now, and, by a cursor opened before
 * the script, to the rows of then, which shows dropped and moved objects.
 *
 * <p>All expressions expect the search path {@code pg_catalog, pg_temp}.
 */
final class ForeignQueries {

    /** Catalogs for whose objects {@code pg_identify_object_as_address} returns the schema as the first of several names. */
    private static final String NAMED_BY_SCHEMA = Catalogs.oids(List.of(
            Catalogs.PG_CLASS,
            Catalogs.PG_PROC,
            Catalogs.PG_CONSTRAINT,
            Catalogs.PG_TRIGGER,
            Catalogs.PG_REWRITE,
            Catalogs.PG_POLICY,
            Catalogs.PG_ATTRDEF)
            .stream());

    private ForeignQueries() {}

    /**
     * A condition: a locked relation is in {@code pg_catalog} and the role may not write to it. Then an extension did so, in C, for the
     * transaction: Citus keeps its metadata there. A superuser may, and no check holds for one.
     *
     * @param relation an expression for its OID
     * @param names an expression for its names
     */
    static String isServersOwn(String relation, String names) {
        return "(" + names
                + "[1] = 'pg_catalog' AND (current_setting('is_superuser') = 'on' OR NOT has_table_privilege("
                + relation + ", 'INSERT, UPDATE, DELETE, TRUNCATE')))";
    }

    /**
     * A condition: an object is now in the tenant's schema, temporary, or allowed. Temporary objects are the session's own, and the full
     * check removes them; the quick check, which does not, leaves scripts with them to it. The condition calls functions only, because a query of the catalogs
     * would have to be planned, which takes longest.
     */
    static String isInside(AllowList allowed, String tenant, String catalog, String oid) {
        return """
                CASE WHEN %1$s = ANY (%2$s)
                     THEN coalesce((SELECT %3$s FROM (SELECT (pg_identify_object_as_address(%1$s, %4$s, 0)).object_names OFFSET 0) a(names)), false) OR %5$s
                     ELSE coalesce((SELECT %6$s FROM pg_identify_object(%1$s, %4$s, 0) i), false) END""".formatted(
                        catalog,
                        NAMED_BY_SCHEMA,
                        "(a.names[1] = 'pg_temp' OR " + allowed.isNamed("a.names", tenant) + ")",
                        oid,
                        allowed.isRelationByName(catalog, oid),
                        "(i.schema = 'pg_temp' OR " + allowed.isIdentified("i", tenant) + ")");
    }

    /**
     * A condition that implies the one above, by columns: {@code c}, the catalog, and {@code names}, the names from {@code
     * pg_identify_object_as_address}. It is cheaper, and false for kinds of objects that have no schema in these names.
     */
    static String isNamedInside(AllowList allowed, String tenant) {
        return "coalesce(c = ANY (" + NAMED_BY_SCHEMA + ") AND (names[1] = 'pg_temp' OR "
                + allowed.isNamed("names", tenant) + "), false)";
    }

    /**
     * A query for the objects outside, among some, by the rows of {@code pg_depend} in the snapshot of the query. A part is inside
     * when its owner is; also when its owner is one of these objects, which is checked by itself. A cast is inside when one of its
     * types is. A published table is no part of its publication.
     *
     * @param catalogs an expression for the OIDs of the objects' catalogs
     * @param objects an expression for the OIDs of the objects
     */
    static String among(AllowList allowed, String tenant, String catalogs, String objects) {
        String schema = "d.refobjid IN (coalesce(to_regnamespace(quote_ident(" + tenant
                + "))::oid, 0), pg_my_temp_schema()) OR " + allowed.isAllowedSchema("d.refobjid");
        return """
                SELECT e.c, e.o
                  FROM unnest(%1$s, %2$s) e(c, o) JOIN pg_depend d ON d.classid = e.c AND d.objid = e.o,
                       LATERAL (SELECT CASE WHEN d.refclassid = 2615 THEN %3$s
                                            ELSE %4$s OR EXISTS (SELECT FROM unnest(%1$s, %2$s) x(c, o)
                                                WHERE x.c = d.refclassid AND x.o = d.refobjid) END,
                                       %5$s OFFSET 0) r(inside, allowed)
                 WHERE d.refclassid <> 6104
                   AND (d.deptype IN ('a', 'i', 'e', 'P', 'S') OR d.refclassid = 2615 OR e.c = 2605 AND d.refclassid = 1247)
                 GROUP BY e.c, e.o
                HAVING CASE WHEN e.c = 2605 THEN NOT bool_or(r.inside AND d.refclassid = 1247) ELSE NOT bool_and(r.inside) END
                   AND NOT bool_or(r.allowed) AND NOT %6$s""".formatted(
                        catalogs,
                        objects,
                        schema,
                        isInside(allowed, tenant, "d.refclassid", "d.refobjid"),
                        allowed.isRelationByName("d.refclassid", "d.refobjid"),
                        allowed.isByName("e.c", "e.o"));
    }

    /** Like {@link #among}, for the schemas among the objects: a schema has no row in {@code pg_depend} that says where it is. */
    static String schemasAmong(AllowList allowed, String tenant, String catalogs, String objects) {
        return """
                SELECT 2615::oid AS c, s.oid AS o FROM unnest(%s, %s) e(c, o) JOIN pg_namespace s ON e.c = 2615 AND s.oid = e.o
                 WHERE s.oid NOT IN (coalesce(to_regnamespace(quote_ident(%s))::oid, 0), pg_my_temp_schema())
                   AND NOT %s""".formatted(catalogs, objects, tenant, allowed.isAllowedSchema("s.oid"));
    }
}
