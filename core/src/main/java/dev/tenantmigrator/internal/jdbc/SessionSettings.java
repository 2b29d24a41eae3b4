package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.internal.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The settings of a session that differ from what the session began with (PostgreSQL documentation, {@code pg_settings}:
 * {@code setting} against {@code reset_val}), the role among them; and what else a script can leave on a connection.
 *
 * @param changed values by name
 * @param traces how many there are of what is no setting and stays on a connection all the same, by what it is
 */
public record SessionSettings(Map<String, String> changed, Map<String, String> traces) {

    /** {@code role} and {@code session_authorization} do not stand in {@code pg_settings}. */
    private static final String ROLE = "role";

    private static final String SESSION_USER = "session_authorization";

    /** The trace of temporary tables, and of all else that is temporary, among {@link #traces()}. */
    public static final String TEMPORARY = "temporary tables";

    /** The trace of locks that the session took. */
    public static final String ADVISORY = "advisory locks";

    /** The trace of channels that it listens to. */
    public static final String CHANNELS = "listened channels";

    /** The trace of statements that it prepared by SQL. */
    public static final String PREPARED = "prepared statements";

    /**
     * All is named with its schema: a script may have left a search path and temporary types of its own. It asks what is behind
     * the views, which take as long to plan as the whole: the driver has it planned anew whenever a search path was set.
     */
    private static final String QUERY = """
            SELECT name, setting, false FROM pg_catalog.pg_show_all_settings()
             WHERE source OPERATOR(pg_catalog.=) 'session'
               AND coalesce(setting, '') OPERATOR(pg_catalog.<>) coalesce(reset_val, '')
            UNION ALL SELECT 'role', pg_catalog.current_setting('role'),
                      -- Has the server's counters of what the session wrote handed in: they begin at zero then.
                      pg_catalog.pg_stat_force_next_flush() IS NULL
            UNION ALL SELECT 'session_authorization', session_user::pg_catalog.text, false
            UNION ALL SELECT 'temporary tables', pg_catalog.count(*)::pg_catalog.text, true FROM pg_catalog.pg_depend
                       WHERE refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
                         AND refobjid OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema()
            UNION ALL SELECT 'advisory locks', pg_catalog.count(*)::pg_catalog.text, true FROM pg_catalog.pg_lock_status()
                       WHERE locktype OPERATOR(pg_catalog.=) 'advisory'
                         AND pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()
            UNION ALL SELECT 'listened channels', pg_catalog.count(*)::pg_catalog.text, true FROM pg_catalog.pg_listening_channels()
            UNION ALL SELECT 'held cursors', pg_catalog.count(*)::pg_catalog.text, true FROM pg_catalog.pg_cursor() WHERE is_holdable
            UNION ALL SELECT 'prepared statements', pg_catalog.count(*)::pg_catalog.text, true FROM pg_catalog.pg_prepared_statement()
                       WHERE from_sql""";

    /** Copies its arguments. */
    public SessionSettings {
        changed = Map.copyOf(changed);
        traces = Map.copyOf(traces);
    }

    /** Reads them. */
    public static SessionSettings read(Connection connection) throws SQLException {
        Map<String, String> changed = new TreeMap<>();
        Map<String, String> traces = new TreeMap<>();
        // Prepared, because a connection of a pool is asked again and again, and planning takes a third of the time.
        Jdbc.forEachPrepared(
                connection,
                QUERY,
                row -> (row.getBoolean(3) ? traces : changed).put(row.getString(1), row.getString(2)));
        return new SessionSettings(changed, traces);
    }

    /**
     * One statement, of one row, that puts back what a script set in a transaction of the library's own, for good: the
     * {@code SET} of a script would come into force again at the commit. The search path is left to the caller.
     */
    public String restoreSql() {
        return restoreSql("s.name <> 'search_path'", "false");
    }

    /**
     * One statement, of one row, that puts back what was set in a caller's transaction, the search path included. What was as
     * the session began is put back for good; what was not may be a {@code SET LOCAL} of the caller's, which must not
     * outlive the transaction.
     */
    public String restoreInCallersTransactionSql() {
        return restoreSql("true", "b.name IS NOT NULL");
    }

    /** Settings are read to the end before the first is written: PostgreSQL materializes what is behind the view. */
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
     * Puts the session, outside a transaction, back to these settings.
     *
     * @return false when that is impossible
     */
    boolean restore(Connection connection) throws SQLException {
        SessionSettings now = read(connection);
        if (now.equals(this)) {
            return true;
        }
        for (String name : now.changed.keySet()) {
            if (!changed.containsKey(name)) {
                Jdbc.execute(connection, "RESET " + setting(name));
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

    /** A setting's name as {@code RESET} takes it: names of extensions' settings have a dot. */
    private static String setting(String name) {
        return name.lines()
                .flatMap(line -> java.util.Arrays.stream(line.split("\\.")))
                .map(Sql::identifier)
                .collect(Collectors.joining("."));
    }
}
