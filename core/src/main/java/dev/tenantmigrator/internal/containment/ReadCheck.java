package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.ReadsOutside;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.sql.ReservedSchemas;
import dev.tenantmigrator.internal.sql.Sql;

/**
 * Finds relations outside of the tenant that a transaction has read, as SQL: a reader keeps its lock until the transaction ends
 * (PostgreSQL documentation, "Table-Level Locks"), also behind views and functions. A block that is rolled back by itself releases
 * its locks, so its reads stay unseen. All expressions expect the search path {@code pg_catalog, pg_temp}.
 *
 * <p>A cheap condition, which compares names, tells that a relation may be outside. Only then {@link #outsideSql} tells whether it is:
 * where reads are forbidden in the transaction, where they are logged after it.
 *
 * @param allowed the objects that may be touched, and so may be read
 * @param treatment of a read outside
 */
record ReadCheck(AllowList allowed, ReadsOutside treatment) {

    /** Begins the message that names reads. */
    static final String MARKER = SqlErrors.marker("something outside was read");

    /** A condition on a lock. */
    static final String IS_READER = "mode = 'AccessShareLock'";

    /** The tenant's schema and its tracking table in a query of {@link #asked}. */
    static final String TENANT = "current_setting('tenant_migrator.tenant')";

    static final String TABLE = "current_setting('tenant_migrator.table')::regclass";

    /** A lock's relation by its name with schema, or by its number if it is gone. */
    private static final String SHOWN = "relation::regclass::text";

    private static final String IS_NUMBER = "ascii(" + SHOWN + ") BETWEEN 48 AND 57";

    /** A condition on a lock: its relation or object is gone. One that is gone has other locks than readers', too. */
    static final String IS_GONE =
            "CASE WHEN relation IS NULL THEN (pg_identify_object_as_address(classid, objid, 0)).object_names IS NULL"
                    + " ELSE NOT " + IS_READER + " AND " + IS_NUMBER + " END";

    /** A condition on a reader's lock: it is on an index, which is read with its table, or on a relation that is gone. */
    private static final String IS_READ_WITH_OTHERS =
            "(pg_index_has_property(relation, 'clusterable') IS NOT NULL OR " + IS_NUMBER + ")";

    /** The relations that the transaction had read before the script, as an array of their OIDs. */
    private static final String BEFORE = "tenant_migrator.read_before";

    /** Records the relations that were read up to now, of which the script is not at fault. Depends on no search path. */
    static final String REMEMBER_READS = "SELECT pg_catalog.set_config('" + BEFORE
            + "', ARRAY(SELECT l.relation FROM pg_catalog.pg_lock_status() l WHERE l.pid OPERATOR(pg_catalog.=)"
            + " pg_catalog.pg_backend_pid() AND l.locktype OPERATOR(pg_catalog.=) 'relation')::pg_catalog.text, true)";

    /** Number of relations in a message: more would hide the advice behind them. */
    private static final int MOST = 20;

    boolean isAsked() {
        return treatment != ReadsOutside.ALLOW;
    }

    boolean isLogged() {
        return treatment == ReadsOutside.WARN;
    }

    /**
     * A statement that hands over the relations that were read and may be outside: their OIDs in a notice, or names of those that are
     * outside in an error.
     *
     * <p>PostgreSQL has no function that sends a notice, and a {@code DO} block takes longer than the whole quick check. The parser
     * sends one, with the text, when a name is longer than 63 bytes. Host or script may have turned notices off.
     *
     * @param label goes into the notice
     * @param failure begins the error
     */
    String sql(String tenant, int label, String failure) {
        if (isLogged()) {
            return "SELECT CASE WHEN read <> '' AND set_config('client_min_messages', 'notice', true) <> '' THEN to_regtype(quote_ident("
                    + Sql.literal(MARKER + ' ' + label + ' ')
                    + " || read || ' ')) END FROM (SELECT string_agg(relation::text, ' ') FROM "
                    + read(tenant) + ") s(read)";
        }
        return "SELECT CASE WHEN EXISTS (SELECT FROM " + read(tenant) + ") THEN "
                + asked(
                        "SELECT coalesce(" + Sql.literal(failure)
                                + " || chr(10) || string_agg('1259:' || o || ':' || name, chr(10)) || chr(10), '0')::int FROM ("
                                + outsideSql("SELECT relation FROM " + read(TENANT), TENANT) + ") r",
                        tenant,
                        "''")
                + " END";
    }

    /** Locks on relations that the script has read and that may be outside. */
    private String read(String tenant) {
        return OwnLocks.WITH_READERS + " AND " + IS_READER + " AND " + mayBeOutside(tenant, false)
                + " AND (relation = ANY (nullif(current_setting('" + BEFORE + "', true), '')::oid[])) IS NOT TRUE";
    }

    /**
     * A condition on a lock: its relation or object may be outside. Comparing names takes a fraction of the time of {@link
     * ForeignQueries}.
     *
     * @param alsoObjects whether the tenant's types and functions are known as such, because scripts often change them
     */
    String mayBeOutside(String tenant, boolean alsoObjects) {
        String name = "(pg_identify_object_as_address(classid, objid, 0)).object_names[1]";
        String object = " OR CASE classid WHEN 1247 THEN " + AllowList.startsWithSchema(name, tenant)
                + " WHEN 1255 THEN " + name + " = " + tenant + " END";
        return "NOT coalesce(" + AllowList.startsWithSchema(SHOWN, tenant) + " OR starts_with(" + SHOWN
                + ", 'pg_toast.')"
                + allowed.orShownName(SHOWN) + " OR " + IS_READER + " AND " + IS_READ_WITH_OTHERS
                + (alsoObjects ? object : "") + ", false)";
    }

    /**
     * An expression that runs a query when it is evaluated, and hands it the tenant as {@link #TENANT} and {@link #TABLE}. The query is
     * planned only then.
     */
    static String asked(String query, String tenant, String table) {
        return "CASE WHEN set_config('tenant_migrator.tenant', " + tenant
                + ", true) || set_config('tenant_migrator.table', " + table + ", true) <> '' THEN "
                + FullCheck.asXml(query) + " END";
    }

    /**
     * A query for those of some relations that are outside: OID and name with kind. A relation is inside if it is allowed or an
     * extension's, or one of those that it belongs to: its partitioned table, the table of a sequence, and views that read it.
     *
     * @param relations a query for their OIDs
     */
    String outsideSql(String relations, String tenant) {
        return """
                SELECT c.oid AS o, translate(t.type || ' ' || t.identity, chr(10) || chr(13), '  ') AS name
                 FROM (%1$s) l(relation) JOIN pg_catalog.pg_class c ON c.oid = l.relation
                 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, LATERAL pg_identify_object(1259, c.oid, 0) t
                 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname NOT IN (%2$s, 'information_schema')
                 AND NOT starts_with(n.nspname, %3$s) AND n.oid <> pg_my_temp_schema()
                 AND NOT EXISTS (WITH RECURSIVE v(o) AS (SELECT c.oid UNION SELECT u.o FROM v, LATERAL (SELECT pg_partition_root(v.o)::oid
                 UNION ALL SELECT refobjid FROM pg_catalog.pg_depend WHERE classid = 1259 AND objid = v.o AND refclassid = 1259 AND deptype IN ('a', 'i')
                 UNION ALL SELECT w.ev_class FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid
                 WHERE d.classid = 2618 AND d.refclassid = 1259 AND d.refobjid = v.o) u(o) WHERE u.o > 0)
                 SELECT FROM v JOIN pg_catalog.pg_class r ON r.oid = v.o JOIN pg_catalog.pg_namespace s ON s.oid = r.relnamespace,
                 LATERAL (SELECT ARRAY[s.nspname, r.relname]::text[]) a(names)
                 WHERE %4$s OR EXISTS (SELECT FROM pg_catalog.pg_depend WHERE classid = 1259 AND objid = v.o AND deptype = 'e'))
                 ORDER BY name LIMIT %5$d""".formatted(
                relations, tenant, Sql.literal(ReservedSchemas.OWN_PREFIX), allowed.isNamed("a.names", "''"), MOST);
    }
}
