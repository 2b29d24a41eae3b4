package dev.tenantmigrator.internal.containment;

import static dev.tenantmigrator.internal.containment.Catalogs.IN_SCHEMAS;
import static dev.tenantmigrator.internal.containment.Catalogs.OF_TABLES;
import static dev.tenantmigrator.internal.containment.Catalogs.OUTSIDE_SCHEMAS;
import static dev.tenantmigrator.internal.containment.OwnWork.IS_OWN_LOCK;
import static dev.tenantmigrator.internal.containment.OwnWork.NEW_CONSTRAINTS_OF_DOMAINS;
import static dev.tenantmigrator.internal.containment.OwnWork.NEW_TYPES_OF_TABLES;
import static dev.tenantmigrator.internal.containment.OwnWork.deleted;
import static dev.tenantmigrator.internal.containment.OwnWork.inserted;
import static dev.tenantmigrator.internal.containment.OwnWork.updated;
import static dev.tenantmigrator.internal.containment.OwnWork.writes;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The short question at the end of every ordinary transaction: whether it may have touched something outside. It is planned
 * anew for each tenant, and expects the search path {@code pg_catalog, pg_temp}.
 */
final class ShortQuestion {

    private ShortQuestion() {}

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
        // All else that is moved from a schema to another shows in a catalog above, or in its type: a sequence
        // has none.
        String moved = updated(String.valueOf(Catalogs.number("pg_depend"))) + " > 0";
        // A join with pg_class would take longer to plan than all the rest. What is gone, and what is no relation, has
        // no names.
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
}
