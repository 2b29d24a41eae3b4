package dev.tenantmigrator.internal.jdbc;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/**
 * The advisory lock under which a tenant is migrated (PostgreSQL documentation, "Advisory Locks"). It ends with its transaction,
 * also behind a pooler; only statements that cannot run in a transaction take a lock of the session. The lock is tried for and
 * never waited for: a waiting transaction holds a snapshot, for which {@code CREATE INDEX CONCURRENTLY} elsewhere waits for ever.
 */
public final class TenantLock {

    private static final String MARKER = SqlErrors.marker("another transaction works on this tenant");

    /** {@code pg_locks} shows a key of 64 bits in two halves. */
    private static final String HELD = """
            SELECT l.classid::bigint << 32 | l.objid::bigint FROM pg_catalog.pg_locks l
              JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = pg_catalog.current_database()
             WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1""";

    private TenantLock() {}

    /**
     * A statement that takes the lock until the transaction ends. It fails at once when another transaction holds the lock, so
     * that no later statement of the pipeline runs.
     */
    public static String trySql(String schema) {
        return "SELECT (CASE WHEN pg_catalog.pg_try_advisory_xact_lock(" + key(schema) + ") THEN '0' ELSE '" + MARKER
                + "' END)::int";
    }

    /** A query that takes the lock until the transaction ends, and returns false when another transaction holds it. */
    public static String tryQuery(String schema) {
        return "SELECT " + tryCall(schema);
    }

    /** The call of {@link #tryQuery}, for the list of a {@code SELECT}. */
    public static String tryCall(String schema) {
        return "pg_catalog.pg_try_advisory_xact_lock(" + key(schema) + ")";
    }

    /**
     * A query that takes the lock until {@link #releaseQuery} or the connection's end, and returns false when another session
     * holds it. For work that cannot be one transaction; transactions of other sessions see the lock as held.
     */
    public static String tryForSessionQuery(String schema) {
        return "SELECT " + tryForSessionCall(schema);
    }

    /** The call of {@link #tryForSessionQuery}. */
    public static String tryForSessionCall(String schema) {
        return "pg_catalog.pg_try_advisory_lock(" + key(schema) + ")";
    }

    /** A query that releases the lock of {@link #tryForSessionQuery}. */
    public static String releaseQuery(String schema) {
        return "SELECT pg_catalog.pg_advisory_unlock(" + key(schema) + ")";
    }

    /** The tenants, among some, whose lock is held by any session at this moment. */
    public static Set<String> heldAmong(Connection connection, Collection<String> schemas) throws SQLException {
        Set<String> held = new TreeSet<>();
        for (long key : Jdbc.query(connection, HELD, row -> row.getLong(1))) {
            schemas.stream().filter(schema -> key(schema) == key).forEach(held::add);
        }
        return held;
    }

    /** A call that waits for a lock of the whole database; for short, rare work. */
    public static String waitFor(String name) {
        return "pg_catalog.pg_advisory_xact_lock(" + key(name) + ")";
    }

    /** Whether an error is that of {@link #trySql} for a lock held by another transaction. */
    public static boolean isHeld(SQLException e) {
        return SqlErrors.says(e, MARKER);
    }

    static long key(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(("tenant-migrator:" + name).getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
