package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.containment.Catalogs.Owner;
import dev.tenantmigrator.internal.sql.ExpectedEffects;
import dev.tenantmigrator.internal.sql.Sql;
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

    /** The setting by which the one part of the check tells the other what is gone: numbers of catalogs and objects. */
    private static final String GONE = "tenant_migrator.gone";

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
                SELECT FROM pg_depend d, string_to_array(current_setting('%1$s'), ',') gone(pairs)
                 WHERE d.classid = ANY (ARRAY(SELECT split_part(p, ':', 1)::oid FROM unnest(string_to_array(current_setting('%1$s'), ',')) p))
                   AND d.objid = ANY (ARRAY(SELECT split_part(p, ':', 2)::oid FROM unnest(string_to_array(current_setting('%1$s'), ',')) p))
                   AND concat(d.classid, ':', d.objid) = ANY (pairs)
                   AND (d.deptype IN ('a', 'i', 'e', 'P', 'S') OR d.refclassid = 2615)
                   AND NOT CASE WHEN d.refclassid = 2615 THEN d.refobjid = coalesce(to_regnamespace(quote_ident(%2$s))::oid, 0)
                                WHEN concat(d.refclassid, ':', d.refobjid) = ANY (pairs) THEN true
                                ELSE d.refclassid = 1259
                                 AND coalesce((pg_identify_object_as_address(1259, d.refobjid, 0)).object_names[1] = %2$s, false) END""".formatted(GONE, tenant));
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
        // What changes a table otherwise than a row at a time is not counted, and takes another lock.
        String record = recordedIn
                .map(table -> " OR c = 1259 AND o = " + table + " AND mode <> 'RowExclusiveLock'")
                .orElse("");
        String outside = "names IS NOT NULL AND (NOT coalesce(" + isInside(allowed, tenant) + ", false)" + record + ")";
        String unexpected = "outside"
                + (effects.removes() ? "" : " OR gone IS NOT NULL")
                + " OR EXISTS (SELECT FROM unnest(" + UNTOUCHED + ") w(oid) WHERE " + writes("w.oid") + " > 0)"
                // Something has moved to another schema.
                + " OR pg_stat_get_xact_tuples_updated(2608) > 0"
                + " OR EXISTS (SELECT FROM pg_cursor() WHERE is_holdable)"
                + (effects.altersTypes() ? " OR " + isSharedTypeWritten(allowed) : "")
                + recordedIn.map(table -> " OR " + isOtherThanOneRow(table)).orElse("");
        String first = "SELECT " + failingIf(unexpected, marker) + ", pg_stat_force_next_flush(), "
                + (effects.removes() ? "set_config('" + GONE + "', coalesce(gone, ''), true), " : "") + also
                + " FROM (SELECT coalesce(bool_or(" + outside
                + "), false) AS outside, string_agg(DISTINCT c || ':' || o, ',') FILTER (WHERE names IS NULL) AS gone FROM"
                + " (SELECT c, o, mode, (pg_identify_object_as_address(c, o, 0)).object_names AS names FROM (SELECT"
                + " coalesce(classid, 1259) AS c, coalesce(objid, relation) AS o, mode FROM " + FullCheck.OWN_LOCKS
                + ") i OFFSET 0) l) s";
        return effects.removes() ? List.of(first, askEarlier(marker)) : List.of(first);
    }

    /** A table for long values is locked only with the one that it belongs to. */
    private static String isInside(Allowed allowed, String tenant) {
        return "(" + Foreign.isNamedInside(allowed, tenant)
                + " OR c = 1259 AND names[1] = 'pg_toast' OR c <> 1259 AND EXISTS"
                + " (SELECT FROM pg_identify_object(c, o, 0) i WHERE " + allowed.isIdentified("i", tenant) + "))";
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
                END $check$""".formatted(FullCheck.EARLIER, GONE, Sql.literal(marker));
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
