-- The shortest check that an ordinary migration stayed inside its tenant.
SELECT (CASE WHEN (EXISTS (SELECT FROM pg_lock_status() WHERE pid = pg_backend_pid() AND locktype IN ('relation', 'object')
    AND mode NOT IN ('AccessShareLock', 'SIReadLock') AND (coalesce(relation, objid) >= 16384 OR classid = 2615)
    AND NOT coalesce((pg_identify_object_as_address(1259, relation, 0)).object_names[1] IN (':tenant', 'pg_toast', 'pg_catalog')
      OR (pg_identify_object_as_address(1259, relation, 0)).object_names IN (ARRAY['public', 'users']), false))
 OR EXISTS (SELECT FROM unnest('{1255,1247,3501,2606,2605,2617,2616,2753,3456,2607,3602,3603,3600,3601,3764,3381,2615,826,3079,3466,3576,2612,2601,2328,1417,1418,6104,6106,6237,6100,6000,2995,2613,1260,1261,2964,6243,1262,1213,3596,3592,2396}'::oid[]) w(oid) WHERE pg_stat_get_xact_tuples_inserted(w.oid) + pg_stat_get_xact_tuples_updated(w.oid) + pg_stat_get_xact_tuples_deleted(w.oid) > 0)
 OR pg_stat_get_xact_tuples_updated(2608) > 0 OR EXISTS (SELECT FROM pg_cursor() WHERE is_holdable)) THEN 'something outside may have been touched' ELSE '0' END)::int, pg_stat_force_next_flush();
