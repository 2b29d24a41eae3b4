package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.containment.Catalogs.Owner;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.rules.ExpectedEffects;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The quick check, as SQL: for a transaction whose script is plain, without code that hides its effects, so that its locks show
 * all of them. Each lock has to be on an object that is in the tenant's schema, or allowed, or gone; an object that is gone is
 * looked up in the state before the script. Anything else is not a fault, but needs the {@link FullCheck}, as do changes that plain
 * scripts seldom make. All expressions expect the search path {@code pg_catalog, pg_temp}.
 *
 * @param reads the check of reads, which is part of the same statement
 * @param tenant an expression for the schema's name
 * @param effects of the script
 * @param recordedIn an expression for the tenant's tracking table: exactly one row of it must have been written or deleted
 * @param marker the message of the error that asks for the full check
 */
record QuickCheck(
        AllowList allowed,
        ReadCheck reads,
        String tenant,
        ExpectedEffects effects,
        Optional<String> recordedIn,
        String marker) {

    /** Settings that hand the gone objects from the first statement to the second: without parts of others, as two arrays. */
    private static final String CATALOGS = "tenant_migrator.gone_catalogs";

    private static final String OBJECTS = "tenant_migrator.gone_objects";

    /** The setting for all gone objects, as {@code catalog:oid}. */
    private static final String PAIRS = "tenant_migrator.gone";

    /** Parts of a relation: PostgreSQL locks the relation when it drops one. */
    private static final String PARTS = Catalogs.oids(Stream.of(
            Catalogs.PG_ATTRDEF, Catalogs.PG_CONSTRAINT, Catalogs.PG_POLICY, Catalogs.PG_REWRITE, Catalogs.PG_TRIGGER));

    /** Catalogs that a plain script writes to, if only for its tenant. */
    private static final List<Catalogs> WRITTEN = List.of(
            Catalogs.PG_CLASS, Catalogs.PG_ATTRIBUTE, Catalogs.PG_CONSTRAINT, Catalogs.PG_TYPE, Catalogs.PG_PROC);

    /** Objects by c, o, mode and names: catalog, OID, and names unless it is gone. */
    private static final String NAMED_LOCKS =
            "(SELECT c, o, mode, (pg_identify_object_as_address(c, o, 0)).object_names AS names FROM (SELECT coalesce(classid, 1259) AS c, coalesce(objid, relation) AS o, mode FROM "
                    + OwnLocks.OF_CHANGES + ") i OFFSET 0) l";

    private static final String IS_GONE = "names IS NULL AND c <> ALL (" + PARTS + ")";

    private static final String UNTOUCHED = Catalogs.oids(Stream.concat(
                    Catalogs.CHANGED_WITHOUT_LOCK.stream().filter(catalog -> !WRITTEN.contains(catalog)),
                    Catalogs.of(Owner.NOBODY).stream())
            .distinct());

    /**
     * The statement after the transaction's lock that opens the cursor for the state before the script; empty when the script
     * removes nothing.
     */
    static Optional<String> declareSql(ExpectedEffects effects, String tenant) {
        return effects.removes() ? Optional.of(FullCheck.earlier("") + gone(tenant)) : Optional.empty();
    }

    /**
     * A query for gone objects that were elsewhere. A part was elsewhere if its owner is neither in the tenant's schema nor gone as
     * well. The query is planned only when the cursor is asked.
     */
    private static String gone(String tenant) {
        return FullCheck.asXml("""
                SELECT FROM pg_depend d WHERE d.classid = ANY (current_setting('%1$s')::oid[]) AND d.objid = ANY (current_setting('%2$s')::oid[])
                   AND concat(d.classid, ':', d.objid) = ANY (current_setting('%3$s')::text[])
                   AND (d.deptype IN ('a', 'i', 'e', 'P', 'S') OR d.refclassid = 2615)
                   AND NOT CASE WHEN d.refclassid = 2615 THEN d.refobjid = coalesce(to_regnamespace(quote_ident(%4$s))::oid, 0)
                                WHEN concat(d.refclassid, ':', d.refobjid) = ANY (current_setting('%3$s')::text[]) THEN true
                                ELSE d.refclassid = 1259
                                 AND coalesce((pg_identify_object_as_address(1259, d.refobjid, 0)).object_names[1] = %4$s, false) END""".formatted(CATALOGS, OBJECTS, PAIRS, tenant));
    }

    /**
     * The statements of the check, after the script. The first one also has the session's counters flushed at the end of the
     * transaction.
     *
     * <p>One scan of the locks finds, by names, that most are on the tenant's own objects. Only if some may be outside, the exact
     * conditions are planned, which takes longer.
     *
     * @param also an expression to evaluate in the first statement
     */
    List<String> sql(String also) {
        String columns = "SELECT " + failingIf(isUnexpected(), marker) + ", pg_stat_force_next_flush(), " + also;
        String locks = reads.isAsked() ? OwnLocks.WITH_READERS : OwnLocks.OF_CHANGES;
        String mayBeOutside =
                "(" + reads.mayBeOutside(tenant, !effects.onlyRelations()) + isTableLockedOtherwise("relation") + ")";
        if (!effects.removes()) {
            return List.of(columns + ", CASE WHEN EXISTS (SELECT FROM " + locks + " AND " + mayBeOutside + ") THEN "
                    + exactSql() + " END");
        }
        return List.of(
                columns + ", " + setting(CATALOGS, "catalogs") + ", " + setting(OBJECTS, "objects") + ", "
                        + setting(PAIRS, "pairs") + ", CASE WHEN outside THEN " + exactSql() + " END"
                        + " FROM (SELECT array_agg(c) FILTER (WHERE gone AND c <> ALL (" + PARTS
                        + ")), array_agg(o) FILTER (WHERE gone AND c <> ALL (" + PARTS
                        + ")), array_agg(c || ':' || o) FILTER (WHERE gone), bool_or(outside AND NOT gone)"
                        + " FROM (SELECT coalesce(classid, 1259), coalesce(objid, relation), " + ReadCheck.IS_GONE
                        + ", "
                        + mayBeOutside + " FROM " + locks + " OFFSET 0) l(c, o, gone, outside)"
                        + ") s(catalogs, objects, pairs, outside)",
                askCursor());
    }

    /** Tells touches outside, which fail, from reads. */
    private String exactSql() {
        QuickCheck exact = new QuickCheck(
                allowed, reads, ReadCheck.TENANT, effects, recordedIn.map(table -> ReadCheck.TABLE), marker);
        return ReadCheck.asked(
                "SELECT " + failingIf(exact.isAnyOutside(), marker)
                        + (reads.isAsked()
                                ? ", (" + reads.sql(ReadCheck.TENANT, OutsideReads.AT_END, marker) + ")"
                                : ""),
                tenant,
                recordedIn.map(table -> table + "::text").orElse("''"));
    }

    /** A condition: a lock is on an object outside, or on one that is gone although the script removes nothing. */
    private String isAnyOutside() {
        return "EXISTS (SELECT FROM "
                + (effects.onlyRelations()
                        ? OwnLocks.OF_CHANGES + " AND (" + isRelationOutside() + ")"
                        : NAMED_LOCKS + " WHERE " + (effects.removes() ? "" : IS_GONE + " OR ") + isOutside())
                + ")";
    }

    /** A condition: a lock is not on a relation, or on one that is gone or outside. The cheapest, for the most frequent scripts. */
    private String isRelationOutside() {
        String names = "(pg_identify_object_as_address(1259, relation, 0)).object_names";
        return "NOT coalesce(" + allowed.isNamed(names, tenant) + " OR " + names + "[1] = 'pg_toast' OR "
                + ForeignQueries.isServersOwn("relation", names) + ", false)"
                + isTableLockedOtherwise("relation");
    }

    private String isOutside() {
        return "names IS NOT NULL AND NOT coalesce(" + isInside() + ", false)"
                + isTableLockedOtherwise("c = 1259 AND o");
    }

    /**
     * A condition: an object with {@code c} and {@code names} is inside. A TOAST table is locked only with its own table. A type has
     * one name, with its schema, quoted.
     */
    private String isInside() {
        return "(" + ForeignQueries.isNamedInside(allowed, tenant) + " OR c = 1259 AND (names[1] = 'pg_toast' OR "
                + ForeignQueries.isServersOwn("o", "names") + ")"
                + " OR c = 1247 AND starts_with(names[1], quote_ident(" + tenant + ") || '.'))";
    }

    /**
     * The end of a condition: the tracking table has another lock than that of writing rows. Commands that change it otherwise, such
     * as {@code TRUNCATE}, are not counted and take another lock.
     *
     * @param relation an expression that is compared with the table
     */
    private String isTableLockedOtherwise(String relation) {
        return recordedIn
                .map(table ->
                        " OR " + relation + " = " + table + " AND mode NOT IN ('RowExclusiveLock', 'AccessShareLock')")
                .orElse("");
    }

    /** The end of a condition: the counters of the transaction show changes that plain scripts seldom make. */
    private String isUnexpected() {
        return "EXISTS (SELECT FROM unnest(" + UNTOUCHED + ") w(oid) WHERE " + writes("w.oid") + " > 0)"
                // An update of pg_depend moves an object to another schema.
                + " OR pg_stat_get_xact_tuples_updated(2608) > 0"
                + (effects.altersTypes() ? " OR " + isSharedTypeWritten() : "")
                + recordedIn.map(table -> " OR " + isOtherThanOneRow(table)).orElse("");
    }

    /** A condition: a type of the shared schema was altered, because its name has no schema and the tenant has no such type. */
    private String isSharedTypeWritten() {
        return """
                EXISTS (SELECT FROM pg_depend d JOIN pg_type r ON r.oid = d.objid WHERE d.refclassid = 2615
                    AND d.refobjid = coalesce(to_regnamespace(quote_ident(%s))::oid, 0) AND d.classid = 1247 AND %s)""".formatted(Sql.literal(allowed.sharedSchema()), FullCheck.isOwn("pg_current_xact_id()"));
    }

    private static String setting(String name, String column) {
        return "set_config('" + name + "', coalesce(" + column + "::text, ''), true)";
    }

    private String askCursor() {
        return """
                DO $check$
                DECLARE
                    earlier CONSTANT refcursor := '%1$s';
                    answer xml;
                BEGIN
                    IF current_setting('%2$s') <> '' THEN
                        FETCH earlier INTO answer;
                        IF answer IS NULL OR answer::text LIKE '%%<row%%' THEN
                            RAISE EXCEPTION USING MESSAGE = %3$s;
                        END IF;
                    END IF;
                END $check$""".formatted(FullCheck.EARLIER, CATALOGS, Sql.literal(marker));
    }

    /** A condition: the transaction has written or deleted any other number of rows of a table than one. */
    static String isOtherThanOneRow(String table) {
        return writes(table) + " <> 1";
    }

    /** An expression that fails with the marker if a condition holds. */
    static String failingIf(String condition, String marker) {
        return "(CASE WHEN " + condition + " THEN " + Sql.literal(marker) + " ELSE '0' END)::int";
    }

    private static String writes(String oid) {
        return "pg_stat_get_xact_tuples_inserted(" + oid + ") + pg_stat_get_xact_tuples_updated(" + oid
                + ") + pg_stat_get_xact_tuples_deleted(" + oid + ")";
    }
}
