package dev.tenantmigrator.internal.containment;

/**
 * What the current transaction did so far, as SQL expressions: the locks it holds, the rows it wrote, and how many
 * (PostgreSQL documentation, {@code pg_locks}, "System Columns", "The Cumulative Statistics System"). A transaction keeps its
 * locks to its end, so they show each relation that it changed. What takes no lock shows as a row that an unfinished
 * transaction wrote and this one can see; the counters of the transaction tell which catalogs it wrote to at all, so that the
 * others need not be searched.
 */
final class OwnWork {

    /**
     * Locks stronger than those of readers, on objects made by users, whose numbers begin there, and the schema public. Those
     * that a serializable transaction keeps of what it read outlive it (PostgreSQL documentation, "Serializable Isolation
     * Level").
     */
    static final String IS_OWN_LOCK = "pid = pg_backend_pid() AND locktype IN ('relation', 'object')"
            + " AND mode NOT IN ('AccessShareLock', 'SIReadLock') AND (coalesce(relation, objid) >= 16384 OR classid = "
            + Catalogs.number("pg_namespace") + ")";

    static final String OWN_LOCKS =
            "(SELECT locktype, relation, classid, objid FROM pg_lock_status() WHERE " + IS_OWN_LOCK + ")";

    /** A table makes two: that of its rows, and the array of it. Each counts once, as each was written at least once. */
    static final String NEW_TYPES_OF_TABLES = "(SELECT count(DISTINCT t.oid) FROM " + OWN_LOCKS
            + " l JOIN pg_class c ON c.oid = l.relation JOIN pg_type r ON r.oid = c.reltype"
            + " JOIN pg_type t ON t.oid = ANY (ARRAY[r.oid, r.typarray]) AND " + isOwn("t") + ")";

    /** None is looked for when no constraint was written. */
    static final String NEW_CONSTRAINTS_OF_DOMAINS =
            "(SELECT count(*) FROM pg_constraint k WHERE (SELECT " + inserted("'pg_constraint'::regclass") + " + "
                    + updated("'pg_constraint'::regclass") + " > 0) AND k.contypid > 0 AND age(k.xmin) <= 0)";

    private OwnWork() {}

    /** How many rows were inserted into a table, by its number. */
    static String inserted(String oid) {
        return "pg_stat_get_xact_tuples_inserted(" + oid + ")";
    }

    /** How many of its rows were updated. */
    static String updated(String oid) {
        return "pg_stat_get_xact_tuples_updated(" + oid + ")";
    }

    /** How many of its rows were deleted. */
    static String deleted(String oid) {
        return "pg_stat_get_xact_tuples_deleted(" + oid + ")";
    }

    /** How many times a row of it was written or deleted. */
    static String writes(String oid) {
        return inserted(oid) + " + " + updated(oid) + " + " + deleted(oid);
    }

    /** The row was written by this transaction, be it in a part of it that can be rolled back on its own. */
    static String isOwn(String row) {
        return """
                (age(%1$s.xmin) = 0 OR (age(%1$s.xmin) < 0 AND pg_xact_status(
                    (pg_current_xact_id()::text::bigint - age(%1$s.xmin))::text::xid8) = 'in progress'))""".formatted(row);
    }
}
