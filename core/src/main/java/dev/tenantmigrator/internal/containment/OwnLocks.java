package dev.tenantmigrator.internal.containment;

/**
 * The locks that the transaction holds itself, as the end of a query from {@code FROM}, with the search path {@code pg_catalog,
 * pg_temp} (PostgreSQL documentation, "pg_locks"). Without locks on catalogs, which the server itself takes, and without predicate
 * locks: they only record reads, and outlive a serializable transaction ("Serializable Isolation Level").
 */
final class OwnLocks {

    /**
     * The end of a condition: the lock is none that Citus takes on an object that another one depends on, to create it on all nodes only
     * once. PostgreSQL itself takes this mode only on types.
     */
    private static final String NOT_OF_CITUS = " AND NOT (mode = 'ExclusiveLock' AND coalesce(classid, 1247) <> 1247"
            + " AND to_regclass('pg_catalog.pg_dist_object') IS NOT NULL)";

    private static final String OWN =
            "pg_lock_status() WHERE pid = pg_backend_pid() AND locktype IN ('relation', 'object')";

    /** Without those of readers. */
    static final String OF_CHANGES =
            OWN + " AND mode NOT IN ('AccessShareLock', 'SIReadLock') AND (objid IS NOT NULL OR relation >= 16384)"
                    + NOT_OF_CITUS;

    /** With those of the readers of relations. */
    static final String WITH_READERS = OWN + " AND mode <> 'SIReadLock'"
            + " AND (objid IS NOT NULL AND mode <> 'AccessShareLock' OR relation >= 16384)" + NOT_OF_CITUS;

    private OwnLocks() {}
}
