package dev.tenantmigrator.internal.script;

import dev.tenantmigrator.internal.jdbc.SessionSettings;
import java.util.Map;

/**
 * Takes away what a script can leave on a connection beside settings: temporary tables, statements prepared by SQL, locks of the
 * session, channels that it listens to. What the host has of its own stays: then nothing of that kind is taken away, and the
 * connection is closed if there is more of it than before.
 */
public final class SessionLeftovers {

    private SessionLeftovers() {}

    /** Whether the host lent the connection with such things of its own. */
    public static boolean ofHost(SessionSettings settings) {
        return settings.leftovers().values().stream().anyMatch(count -> !count.equals("0"));
    }

    /**
     * A statement that takes them away, also in a transaction that is read-only, with a search path of the library's own.
     *
     * @param settings of the session as the host lent it
     */
    public static String removeSql(SessionSettings settings) {
        Map<String, String> host = settings.leftovers();
        StringBuilder sql = new StringBuilder("DO $remove$ DECLARE prepared text; BEGIN\n");
        if (isFree(host, SessionSettings.TEMPORARY)) {
            sql.append("IF pg_my_temp_schema() <> 0 AND EXISTS (SELECT FROM pg_depend WHERE refclassid = 2615"
                    + " AND refobjid = pg_my_temp_schema()) THEN DISCARD TEMP; END IF;\n");
        }
        if (isFree(host, SessionSettings.PREPARED)) {
            sql.append("FOR prepared IN SELECT name FROM pg_prepared_statement() WHERE from_sql LOOP"
                    + " EXECUTE format('DEALLOCATE %I', prepared); END LOOP;\n");
        }
        if (isFree(host, SessionSettings.ADVISORY)) {
            sql.append("PERFORM pg_advisory_unlock_all();\n");
        }
        if (isFree(host, SessionSettings.CHANNELS)) {
            sql.append("UNLISTEN *;\n");
        }
        return sql.append("END $remove$").toString();
    }

    private static boolean isFree(Map<String, String> host, String kind) {
        return "0".equals(host.get(kind));
    }
}
