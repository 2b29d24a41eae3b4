package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Names those who hold locks that work on a tenant needs: sessions, and prepared transactions, which belong to no session and hold
 * their locks until somebody ends them, also across a restart of the server.
 */
public final class LockHolders {

    /** The SQLState of a lock timeout. */
    public static final String LOCK_TIMEOUT = "55P03";

    /** Holders named in a message. */
    private static final int NAMED = 3;

    private static final Duration POLL = Duration.ofMillis(50);

    /**
     * Locks on the tenant's relations, on its schema, and on its lock of this library; and on tables of other schemas that its foreign
     * keys refer to. Of the shared schema only locks that changes take: an application reads there all the time. A role without
     * privileges sees neither the application nor the state of another role's session. A prepared transaction holds a lock on its own
     * number, by which its other locks are known: they carry the number of the session that prepared it.
     */
    private static final String QUERY = """
            WITH locks AS MATERIALIZED (SELECT * FROM pg_catalog.pg_locks)
            SELECT l.virtualtransaction, l.pid, a.usename, a.application_name, a.state,
                   coalesce(a.xact_start, x.prepared)::pg_catalog.timestamptz(0)::pg_catalog.text, x.gid, x.owner
              FROM (SELECT pg_catalog.to_regnamespace(pg_catalog.quote_ident(?))::pg_catalog.oid AS oid,
                           pg_catalog.to_regnamespace(pg_catalog.quote_ident(?))::pg_catalog.oid AS shared,
                           ?::pg_catalog.int8 AS key) n
              JOIN locks l ON l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
               AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
              LEFT JOIN pg_catalog.pg_class c ON l.locktype = 'relation' AND c.oid = l.relation
              LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
              LEFT JOIN pg_catalog.pg_prepared_xacts x
                     ON l.pid IS NULL AND x.transaction IN (
                        SELECT o.transactionid FROM locks o WHERE o.virtualtransaction = l.virtualtransaction)
             WHERE c.relnamespace = n.oid
                OR l.locktype = 'object' AND l.objid = n.oid AND l.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
                OR l.locktype = 'object' AND l.objid = n.shared AND l.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
                   AND l.mode <> 'AccessShareLock'
                OR l.locktype = 'advisory' AND l.objsubid = 1
                   AND l.classid::pg_catalog.int8 << 32 | l.objid::pg_catalog.int8 = n.key
                OR c.oid IN (SELECT k.confrelid FROM pg_catalog.pg_constraint k
                              WHERE k.contype = 'f' AND k.connamespace = n.oid)
                OR c.relnamespace = n.shared AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
             ORDER BY x.gid IS NULL, coalesce(a.xact_start, x.prepared), l.pid""";

    private LockHolders() {}

    /** Whether an error is a lock timeout. */
    public static boolean isTimeout(SQLException e) {
        return SqlErrors.state(e).equals(LOCK_TIMEOUT);
    }

    /**
     * A sentence that names the holders and says how to end them; empty when there are none any more.
     *
     * @param schema the tenant
     * @param sharedSchema where scripts may need locks too
     */
    public static Optional<String> named(Connection connection, String schema, String sharedSchema) {
        try {
            return sentence(holders(connection, schema, sharedSchema).values());
        } catch (SQLException e) {
            // The sentence only improves a message.
            return Optional.empty();
        }
    }

    /** A failure; that of a lock timeout with the {@linkplain #named holders} in its message. */
    public static Failure explained(
            Failure failure, SQLException e, Connection connection, String schema, String sharedSchema) {
        return isTimeout(e)
                ? named(connection, schema, sharedSchema)
                        .map(holders -> failure.withMessage(failure.message() + ". " + holders))
                        .orElse(failure)
                : failure;
    }

    /**
     * Waits for transactions that hold locks in a tenant now; later ones do not count.
     *
     * @return the sentence about those that are left after some time; empty when all have ended
     */
    public static Optional<String> await(Connection connection, String schema, Duration limit) throws SQLException {
        long end = System.nanoTime() + limit.toNanos();
        Map<String, String> left = holders(connection, schema, "");
        while (!left.isEmpty() && System.nanoTime() < end) {
            try {
                Thread.sleep(POLL.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
            left.keySet().retainAll(holders(connection, schema, "").keySet());
        }
        return sentence(left.values());
    }

    /** By transaction. */
    private static Map<String, String> holders(Connection connection, String schema, String sharedSchema)
            throws SQLException {
        Map<String, String> holders = new LinkedHashMap<>();
        Jdbc.forEach(
                connection,
                QUERY,
                row -> holders.putIfAbsent(row.getString(1), description(row)),
                schema,
                sharedSchema,
                TenantLock.key(schema));
        return holders;
    }

    private static String description(ResultSet row) throws SQLException {
        List<String> about = new ArrayList<>();
        if (row.getString(7) != null) {
            return "the prepared transaction " + row.getString(7) + " (of " + row.getString(8) + ", since "
                    + row.getString(6) + "), which belongs to no session: COMMIT PREPARED or ROLLBACK PREPARED "
                    + Sql.literalOnOneLine(row.getString(7)).strip();
        }
        about.add("user " + row.getString(3));
        if (row.getString(4) != null && !row.getString(4).isEmpty()) {
            about.add("application \"" + row.getString(4) + '"');
        }
        if (row.getString(5) != null) {
            about.add(row.getString(5));
        }
        if (row.getString(6) != null) {
            about.add("transaction since " + row.getString(6));
        }
        return "server process " + row.getString(2) + " (" + String.join(", ", about)
                + "): end its transaction, or SELECT pg_terminate_backend(" + row.getString(2) + ")";
    }

    private static Optional<String> sentence(Collection<String> holders) {
        if (holders.isEmpty()) {
            return Optional.empty();
        }
        String more = holders.size() > NAMED ? "; and " + (holders.size() - NAMED) + " more" : "";
        return Optional.of("Locks that it needs are now held by "
                + String.join("; and by ", holders.stream().limit(NAMED).toList())
                        .replaceAll("\\p{Cntrl}+", " ") + more);
    }
}
