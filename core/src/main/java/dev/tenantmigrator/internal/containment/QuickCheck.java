package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.containment.Catalogs.Owner;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.rules.ExpectedEffects;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The check of a transaction whose script is plain, where no other code runs that hides what it does: then locks show all of it.
 * Each has to be of something in the tenant's schema, or allowed, or gone; what is gone is looked up as it was before. Anything
 * else is not a fault, but needs the {@link FullCheck}, as does whatever plain scripts seldom do. All of it holds in the search
 * path {@code pg_catalog, pg_temp}.
 */
final class QuickCheck {

    /** Settings by which the one part of the check tells the other what is gone: of no parts the catalogs and numbers, of all both together. */
    private static final String CATALOGS = "tenant_migrator.gone_catalogs";

    private static final String OBJECTS = "tenant_migrator.gone_objects";

    private static final String PAIRS = "tenant_migrator.gone";

    /** Parts of a relation: PostgreSQL locks that when it drops one. */
    private static final String PARTS = Catalogs.oids(Stream.of(
            Catalogs.PG_ATTRDEF, Catalogs.PG_CONSTRAINT, Catalogs.PG_POLICY, Catalogs.PG_REWRITE, Catalogs.PG_TRIGGER));

    /** Catalogs that a plain script writes to, if only in its tenant. */
    private static final List<Catalogs> WRITTEN = List.of(
            Catalogs.PG_CLASS, Catalogs.PG_ATTRIBUTE, Catalogs.PG_CONSTRAINT, Catalogs.PG_TYPE, Catalogs.PG_PROC);

    private static final String UNTOUCHED = Catalogs.oids(Stream.concat(
                    Catalogs.CHANGED_WITHOUT_LOCK.stream().filter(catalog -> !WRITTEN.contains(catalog)),
                    Catalogs.of(Owner.NOBODY).stream())
            .distinct());

    private QuickCheck() {}

    /** For behind the transaction's lock: opens the cursor that shows how things were, if something may be gone later. */
    static Optional<String> declareSql(ExpectedEffects effects, String tenant) {
        return effects.removes() ? Optional.of(FullCheck.earlier("") + gone(tenant)) : Optional.empty();
    }

    /**
     * What was elsewhere of what is gone now. What is a part of something is elsewhere if that is neither in the tenant's schema
     * nor gone as well. Its text is planned only when it is asked.
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
     * The check: statements for behind the script. They fail with the marker when the transaction needs the full one. The first
     * has the session's counters handed in at the end of the transaction, so that the next one begins at zero.
     *
     * @param tenant the schema's name, as an SQL expression
     * @param recordedIn the table of the tenant, as an SQL expression, to which exactly one row may have been written, or
     *     from which one was deleted: the migration's record
     * @param also an expression for the list of a {@code SELECT} that comes next
     */
    static List<String> sql(
            Allowed allowed,
            String tenant,
            ExpectedEffects effects,
            Optional<String> recordedIn,
            String also,
            String marker) {
        String locks = "(SELECT c, o, mode, (pg_identify_object_as_address(c, o, 0)).object_names AS names FROM (SELECT"
                + " coalesce(classid, 1259) AS c, coalesce(objid, relation) AS o, mode FROM " + FullCheck.OWN_LOCKS
                + ") i OFFSET 0) l";
        String isGone = "names IS NULL AND c <> ALL (" + PARTS + ")";
        // What changes a table otherwise than a row at a time is not counted, and takes another lock.
        String isOutside = "names IS NOT NULL AND NOT coalesce(" + isInside(allowed, tenant) + ", false)"
                + recordedIn
                        .map(table -> " OR c = 1259 AND o = " + table + " AND mode <> 'RowExclusiveLock'")
                        .orElse("");
        String unexpected = " OR EXISTS (SELECT FROM unnest(" + UNTOUCHED + ") w(oid) WHERE " + writes("w.oid")
                + " > 0)"
                // Something has moved to another schema.
                + " OR pg_stat_get_xact_tuples_updated(2608) > 0"
                + (effects.altersTypes() ? " OR " + isSharedTypeWritten(allowed) : "")
                + recordedIn.map(table -> " OR " + isOtherThanOneRow(table)).orElse("");
        String more = ", pg_stat_force_next_flush(), " + also;
        if (effects.onlyRelations()) {
            String outside = "EXISTS (SELECT FROM " + FullCheck.OWN_LOCKS + " AND ("
                    + isRelationOutside(allowed, tenant, recordedIn) + "))";
            return List.of("SELECT " + failingIf(outside + unexpected, marker) + more);
        }
        if (!effects.removes()) {
            String outsideOrGone = "EXISTS (SELECT FROM " + locks + " WHERE " + isGone + " OR " + isOutside + ")";
            return List.of("SELECT " + failingIf(outsideOrGone + unexpected, marker) + more);
        }
        return List.of(
                "SELECT " + failingIf("outside" + unexpected, marker) + more + ", " + setting(CATALOGS, "catalogs")
                        + ", "
                        + setting(OBJECTS, "objects") + ", " + setting(PAIRS, "pairs")
                        + " FROM (SELECT coalesce(bool_or(" + isOutside + "), false), array_agg(c) FILTER (WHERE "
                        + isGone
                        + "), array_agg(o) FILTER (WHERE " + isGone
                        + "), array_agg(c || ':' || o) FILTER (WHERE names IS NULL"
                        + ") FROM " + locks + ") s(outside, catalogs, objects, pairs)",
                askEarlier(marker));
    }

    /** Of a lock: that it is not of a relation, or of one that is gone or outside. */
    private static String isRelationOutside(Allowed allowed, String tenant, Optional<String> recordedIn) {
        String names = "(pg_identify_object_as_address(1259, relation, 0)).object_names";
        return "NOT coalesce(" + allowed.isNamed(names, tenant) + " OR " + names + "[1] = 'pg_toast', false)"
                + recordedIn
                        .map(table -> " OR relation = " + table + " AND mode <> 'RowExclusiveLock'")
                        .orElse("");
    }

    private static String setting(String name, String column) {
        return "set_config('" + name + "', coalesce(" + column + "::text, ''), true)";
    }

    /** A table for long values is locked only with the one that it belongs to. A type has one name, with its schema, quoted. */
    private static String isInside(Allowed allowed, String tenant) {
        return "(" + Foreign.isNamedInside(allowed, tenant) + " OR c = 1259 AND names[1] = 'pg_toast'"
                + " OR c = 1247 AND starts_with(names[1], quote_ident(" + tenant + ") || '.'))";
    }

    private static String askEarlier(String marker) {
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

    /** By its name alone, a type that the tenant does not have is the shared one. */
    private static String isSharedTypeWritten(Allowed allowed) {
        return """
                EXISTS (SELECT FROM pg_depend d JOIN pg_type r ON r.oid = d.objid WHERE d.refclassid = 2615
                    AND d.refobjid = coalesce(to_regnamespace(quote_ident(%s))::oid, 0) AND d.classid = 1247 AND %s)""".formatted(
                        Sql.literal(allowed.sharedSchema()), FullCheck.isOwn("pg_current_xact_id()::text::bigint"));
    }

    /** A condition that holds unless one row was written to a table, or deleted from it. */
    static String isOtherThanOneRow(String table) {
        return writes(table) + " <> 1";
    }

    /** An expression that fails, with a message that contains the marker, if a condition holds. */
    static String failingIf(String condition, String marker) {
        return "(CASE WHEN " + condition + " THEN " + Sql.literal(marker) + " ELSE '0' END)::int";
    }

    private static String writes(String oid) {
        return "pg_stat_get_xact_tuples_inserted(" + oid + ") + pg_stat_get_xact_tuples_updated(" + oid
                + ") + pg_stat_get_xact_tuples_deleted(" + oid + ")";
    }
}
