package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The settings of a session that differ from the session's defaults (PostgreSQL documentation, {@code pg_settings}: {@code
 * setting} and {@code reset_val}), with the role; and the leftovers that stay on a connection beside settings.
 *
 * @param changed values by name
 * @param leftovers the number of leftovers of each kind: temporary tables, locks, channels, cursors, prepared statements
 * @param readOnly whether the session must not write
 */
public record SessionSettings(Map<String, String> changed, Map<String, String> leftovers, boolean readOnly) {

    private static final String READ_ONLY = "read only";

    /** {@code pg_settings} has neither {@code role} nor {@code session_authorization}. */
    private static final String ROLE = "role";

    private static final String SESSION_USER = "session_authorization";

    /** The kind, in {@link #leftovers()}, of temporary tables and all other temporary objects. */
    public static final String TEMPORARY = "temporary tables";

    /** The kind of advisory locks. */
    public static final String ADVISORY = "advisory locks";

    /** The kind of channels that the session listens to. */
    public static final String CHANNELS = "listened channels";

    /** The kind of statements prepared by SQL. */
    public static final String PREPARED = "prepared statements";

    /**
     * Every name has its schema, because a script may have left a search path and temporary types of its own. The functions behind
     * the views are called directly: the views would double the time for planning, and the driver has the query planned
     * again after each change of the search path.
     */
    private static final String QUERY = """
            SELECT name, setting, false FROM pg_catalog.pg_show_all_settings()
             WHERE source OPERATOR(pg_catalog.=) 'session'
               AND coalesce(setting, '') OPERATOR(pg_catalog.<>) coalesce(reset_val, '')
            UNION ALL SELECT 'role', pg_catalog.current_setting('role'),
                      -- Flushes the session's counters of written rows, so that they begin at zero.
                      pg_catalog.pg_stat_force_next_flush() IS NULL
            UNION ALL SELECT 'session_authorization', session_user::pg_catalog.text, false
            UNION ALL SELECT '%s', %s, false
            UNION ALL SELECT 'temporary tables', pg_catalog.count(*)::pg_catalog.text, true FROM pg_catalog.pg_depend
                       WHERE refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
                         AND refobjid OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema()
            UNION ALL SELECT 'advisory locks', pg_catalog.count(*)::pg_catalog.text, true FROM pg_catalog.pg_lock_status()
                       WHERE locktype OPERATOR(pg_catalog.=) 'advisory'
                         -- Those that functions take (PostgreSQL documentation, pg_locks); Citus takes others for its transactions.
                         AND objsubid OPERATOR(pg_catalog.<=) 2
                         AND pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()
            UNION ALL SELECT 'listened channels', pg_catalog.count(*)::pg_catalog.text, true FROM pg_catalog.pg_listening_channels()
            UNION ALL SELECT 'held cursors', pg_catalog.count(*)::pg_catalog.text, true FROM pg_catalog.pg_cursor() WHERE is_holdable
            UNION ALL SELECT 'prepared statements', pg_catalog.count(*)::pg_catalog.text, true FROM pg_catalog.pg_prepared_statement()
                       WHERE from_sql""".formatted(READ_ONLY, ReadOnly.SQL);

    public SessionSettings {
        changed = Map.copyOf(changed);
        leftovers = Map.copyOf(leftovers);
    }

    /** Reads the session's settings in one round trip. */
    public static SessionSettings read(Connection connection) throws SQLException {
        Map<String, String> changed = new TreeMap<>();
        Map<String, String> leftovers = new TreeMap<>();
        // Prepared, because the query runs often on a pooled connection and planning takes a third of its time.
        Jdbc.forEachPrepared(
                connection,
                QUERY,
                row -> (row.getBoolean(3) ? leftovers : changed).put(row.getString(1), row.getString(2)));
        return new SessionSettings(changed, leftovers, "on".equals(changed.remove(READ_ONLY)));
    }

    /**
     * Checks that the session may write.
     *
     * @throws TenantMigratorException when the server, a setting or the transaction forbids changes
     */
    void requireWritable(Connection connection) throws SQLException {
        if (readOnly) {
            throw ReadOnly.refusal(connection);
        }
    }

    /**
     * A query with one row that restores the settings in a transaction of the library's own, after a script. It sets them for the
     * session, not only for the transaction: otherwise a script's {@code SET} would be in force again after the commit. The search
     * path is left to the caller.
     */
    public String restoreSql() {
        return restoreSql("s.name <> 'search_path'", "false");
    }

    /**
     * A query with one row that restores the settings in a caller's transaction, including the search path. A setting that had the
     * session's default is restored for the session. Any other value may come from a {@code SET LOCAL} of the caller, so it is
     * restored for the transaction only.
     */
    public String restoreInCallersTransactionSql() {
        return restoreSql("true", "b.name IS NOT NULL");
    }

    /** All settings are read before the first is written, because PostgreSQL materializes the function behind the view. */
    private String restoreSql(String which, String local) {
        String before = changed.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(ROLE) && !entry.getKey().equals(SESSION_USER))
                .map(entry -> "(" + Sql.literal(entry.getKey()) + ',' + Sql.literal(entry.getValue()) + ")")
                .collect(Collectors.joining(","));
        return """
                SELECT count(pg_catalog.set_config(s.name, coalesce(b.value, s.reset_val), %4$s)),
                       CASE WHEN pg_catalog.current_setting('role') <> %1$s
                            THEN pg_catalog.set_config('role', %1$s, true) END
                  FROM pg_catalog.pg_settings s
                  LEFT JOIN (VALUES %2$s) b(name, value) ON b.name = s.name
                 WHERE %3$s AND (s.source = 'session' OR b.name IS NOT NULL)
                   AND s.setting IS DISTINCT FROM coalesce(b.value, s.reset_val)
                   AND s.name NOT LIKE 'transaction\\_%%'""".formatted(
                        Sql.literal(changed.getOrDefault(ROLE, "none")),
                        before.isEmpty() ? "(NULL::pg_catalog.text, NULL::pg_catalog.text)" : before,
                        which,
                        local);
    }

    /**
     * Restores these settings in a session outside a transaction.
     *
     * @return false when something is different afterwards
     */
    boolean restore(Connection connection) throws SQLException {
        SessionSettings now = read(connection);
        if (now.equals(this)) {
            return true;
        }
        for (String name : now.changed.keySet()) {
            if (!changed.containsKey(name)) {
                Jdbc.execute(connection, "RESET " + identifier(name));
            }
        }
        for (Map.Entry<String, String> entry : changed.entrySet()) {
            boolean same = entry.getValue().equals(now.changed.get(entry.getKey()));
            if (!same && !entry.getKey().equals(SESSION_USER)) {
                Jdbc.execute(
                        connection,
                        "SELECT pg_catalog.set_config(" + Sql.literal(entry.getKey()) + ", "
                                + Sql.literal(entry.getValue()) + ", false)");
            }
        }
        return read(connection).equals(this);
    }

    /** A setting's name as an identifier for {@code RESET}: names of extensions' settings have a dot. */
    private static String identifier(String name) {
        return name.lines()
                .flatMap(line -> java.util.Arrays.stream(line.split("\\.")))
                .map(Sql::identifier)
                .collect(Collectors.joining("."));
    }
}
