package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.internal.sql.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The settings of a session that differ from what the session began with (PostgreSQL documentation, {@code pg_settings}:
 * {@code setting} against {@code reset_val}), the role among them.
 *
 * @param changed values by name
 */
public record Settings(Map<String, String> changed) {

    /** {@code role} and {@code session_authorization} do not stand in {@code pg_settings}. */
    private static final String ROLE = "role";

    private static final String SESSION_USER = "session_authorization";

    private static final String QUERY = """
            SELECT name, setting FROM pg_catalog.pg_settings
             WHERE source = 'session' AND setting IS DISTINCT FROM reset_val
            UNION ALL SELECT 'role', pg_catalog.current_setting('role')
            UNION ALL SELECT 'session_authorization', session_user::text""";

    /** Copies its argument. */
    public Settings {
        changed = Map.copyOf(changed);
    }

    /** Reads them. */
    public static Settings read(Connection connection) throws SQLException {
        Map<String, String> changed = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(QUERY)) {
            while (rows.next()) {
                changed.put(rows.getString(1), rows.getString(2));
            }
        }
        return new Settings(changed);
    }

    /**
     * One statement, of one row, that puts back every setting that has another value than here, but for the search path.
     * Settings are read to the end before the first is written, because PostgreSQL materializes the function behind
     * {@code pg_settings}.
     *
     * @param local until the transaction ends, for a caller's transaction, whose own {@code SET LOCAL} must not outlive it;
     *     otherwise for good, because the {@code SET} of a script would come into force again at the commit
     */
    public String restoreSql(boolean local) {
        String before = changed.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(ROLE) && !entry.getKey().equals(SESSION_USER))
                .map(entry -> "(" + Sql.literal(entry.getKey()) + ',' + Sql.literal(entry.getValue()) + ")")
                .collect(Collectors.joining(","));
        return """
                SELECT count(pg_catalog.set_config(s.name, coalesce(b.value, s.reset_val), %3$s)),
                       CASE WHEN pg_catalog.current_setting('role') <> %1$s
                            THEN pg_catalog.set_config('role', %1$s, %3$s) END
                  FROM pg_catalog.pg_settings s
                  LEFT JOIN (VALUES %2$s) b(name, value) ON b.name = s.name
                 WHERE s.name <> 'search_path' AND (s.source = 'session' OR b.name IS NOT NULL)
                   AND s.setting IS DISTINCT FROM coalesce(b.value, s.reset_val)
                   AND s.name NOT LIKE 'transaction\\_%%'""".formatted(
                        Sql.literal(changed.getOrDefault(ROLE, "none")),
                        before.isEmpty() ? "(NULL::text, NULL::text)" : before,
                        local);
    }

    /**
     * Puts the session, outside a transaction, back to these settings.
     *
     * @return false when that is impossible
     */
    boolean restore(Connection connection) throws SQLException {
        Settings now = read(connection);
        if (now.equals(this)) {
            return true;
        }
        try (Statement statement = connection.createStatement()) {
            for (String name : now.changed.keySet()) {
                if (!changed.containsKey(name)) {
                    statement.execute("RESET " + setting(name));
                }
            }
            for (Map.Entry<String, String> entry : changed.entrySet()) {
                boolean same = entry.getValue().equals(now.changed.get(entry.getKey()));
                if (!same && !entry.getKey().equals(SESSION_USER)) {
                    statement.execute("SELECT pg_catalog.set_config(" + Sql.literal(entry.getKey()) + ", "
                            + Sql.literal(entry.getValue()) + ", false)");
                }
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
