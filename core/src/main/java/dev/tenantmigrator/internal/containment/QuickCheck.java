package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.containment.Catalogs.Owner;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The check of a transaction whose script only adds columns, which is the most frequent migration: whether it did exactly that.
 * It is one expression, and holds in the search path {@code pg_catalog, pg_temp}. Anything else needs the {@link FullCheck}.
 */
final class QuickCheck {

    /** Catalogs to which adding a column writes nothing. */
    private static final String UNTOUCHED = Catalogs.oids(Stream.concat(
                    Catalogs.CHANGED_WITHOUT_LOCK.stream()
                            .filter(catalog -> catalog != Catalogs.PG_CLASS && catalog != Catalogs.PG_ATTRIBUTE),
                    Stream.concat(Catalogs.of(Owner.NOBODY).stream(), Stream.of(Catalogs.PG_DEPEND)))
            .distinct());

    private QuickCheck() {}

    /**
     * A condition that holds when the transaction did more, or less.
     *
     * @param tenant the schema's name, as an SQL expression
     * @param columns how many columns the script adds
     * @param recordedIn the table of the tenant, as an SQL expression, to which exactly one row may have been written, or
     *     from which one was deleted: the migration's record
     */
    static String isUnexpected(Allowed allowed, String tenant, int columns, Optional<String> recordedIn) {
        String inside = allowed.isNamed("(pg_identify_object_as_address(1259, relation, 0)).object_names", tenant);
        // What changes a table otherwise than a row at a time is not counted, and takes another lock.
        String record = recordedIn
                .map(table -> " OR relation = " + table + " AND mode <> 'RowExclusiveLock'")
                .orElse("");
        return "(EXISTS (SELECT FROM " + FullCheck.OWN_LOCKS + " AND (NOT coalesce(" + inside + ", false)" + record
                + ")) OR EXISTS (SELECT FROM unnest(" + UNTOUCHED + ") w(oid) WHERE " + writes("w.oid") + " > 0)"
                + " OR pg_stat_get_xact_tuples_updated(1259) <> " + columns
                + " OR " + writes("1259") + " <> " + columns
                + " OR pg_stat_get_xact_tuples_inserted(1249) <> " + columns
                + " OR " + writes("1249") + " <> " + columns
                + " OR EXISTS (SELECT FROM pg_cursor() WHERE is_holdable)"
                + recordedIn.map(table -> " OR " + isOtherThanOneRow(table)).orElse("") + ")";
    }

    /** A condition that holds unless one row was written to a table, or deleted from it. */
    static String isOtherThanOneRow(String table) {
        return writes(table) + " <> 1";
    }

    private static String writes(String oid) {
        return "pg_stat_get_xact_tuples_inserted(" + oid + ") + pg_stat_get_xact_tuples_updated(" + oid
                + ") + pg_stat_get_xact_tuples_deleted(" + oid + ")";
    }
}
