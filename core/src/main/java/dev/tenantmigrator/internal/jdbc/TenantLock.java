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
 * The lock that one tenant's migrations are done under (PostgreSQL documentation, "Advisory Locks"). It belongs to a
 * transaction, so it ends with it, also behind a pooler, except around statements that cannot run in one; and it is only tried for, because a transaction that waits for it
 * holds a snapshot, for which {@code CREATE INDEX CONCURRENTLY} elsewhere waits for ever.
 */
public final class TenantLock {

    private static final String MARKER = SqlErrors.marker("another transaction works on this tenant");

    /** A key of 64 bits is shown in two halves. */
    private static final String HELD = """
            SELECT l.classid::bigint << 32 | l.objid::bigint FROM pg_catalog.pg_locks l
              JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = pg_catalog.current_database()
             WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1""";

    private TenantLock() {}

    /**
     * A statement that takes the lock until the transaction ends, or fails at once when another transaction holds it, so that
     * nothing behind it in a flight runs.
     */
    public static String trySql(String schema) {
        return "SELECT (CASE WHEN pg_catalog.pg_try_advisory_xact_lock(" + key(schema) + ") THEN '0' ELSE '" + MARKER
                + "' END)::int";
    }

    /** A query that takes the lock until the transaction ends, and says whether it could. */
    public static String tryQuery(String schema) {
        return "SELECT " + tryCall(schema);
    }

    /** The call of {@link #tryQuery}, for the list of a {@code SELECT}. */
    public static String tryCall(String schema) {
        return "pg_catalog.pg_try_advisory_xact_lock(" + key(schema) + ")";
    }

    /**
     * A query that takes the lock until {@link #releaseQuery} or the connection's end, and says whether it could: for work
     * that cannot be one transaction. Whoever asks for the lock in a transaction sees it as held.
     */
    public static String tryForSessionQuery(String schema) {
        return "SELECT pg_catalog.pg_try_advisory_lock(" + key(schema) + ")";
    }

    /** A query that gives back what {@link #tryForSessionQuery} took. */
    public static String releaseQuery(String schema) {
        return "SELECT pg_catalog.pg_advisory_unlock(" + key(schema) + ")";
    }

    /** Which of these tenants somebody holds the lock of at this moment. */
    public static Set<String> heldAmong(Connection connection, Collection<String> schemas) throws SQLException {
        Set<String> held = new TreeSet<>();
        for (long key : Jdbc.query(connection, HELD, row -> row.getLong(1))) {
            schemas.stream().filter(schema -> key(schema) == key).forEach(held::add);
        }
        return held;
    }

    /** A call that waits for a lock of the database as a whole; for short, rare work. */
    public static String waitFor(String name) {
        return "pg_catalog.pg_advisory_xact_lock(" + key(name) + ")";
    }

    /** Whether an error says that the lock was held by another transaction. */
    public static boolean isHeld(SQLException e) {
        return SqlErrors.says(e, MARKER);
    }

    private static long key(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(("tenant-migrator:" + name).getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
