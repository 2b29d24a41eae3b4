package dev.tenantmigrator.internal.script;

import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SessionSettings;
import dev.tenantmigrator.internal.jdbc.TenantLock;
import java.util.Map;
import java.util.Optional;

/**
 * Removes what a script can leave on a connection beside settings: temporary tables, statements prepared by SQL, session locks, and
 * channels that it listens to. Where the host application already had some of one kind, nothing of that kind is removed, and the
 * connection is closed if there are more than before.
 */
public final class SessionLeftovers {

    private SessionLeftovers() {}

    /** Whether the host application lent the connection with some of these of its own. */
    public static boolean ofHost(SessionSettings settings) {
        return settings.leftovers().values().stream().anyMatch(count -> !count.equals("0"));
    }

    /**
     * A statement that removes them. It also works in a read-only transaction, and needs the library's search path.
     *
     * @param settings the session's settings as the connection was lent
     */
    public static String removeSql(SessionSettings settings) {
        return removeSql(settings, Optional.empty());
    }

    /**
     * Like {@link #removeSql(SessionSettings)}, in a transaction that holds a tenant's lock.
     *
     * @param locked a tenant whose lock the session keeps after the transaction
     */
    public static String removeSql(SessionSettings settings, Optional<String> locked) {
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
            locked.ifPresent(tenant -> sql.append("PERFORM ")
                    .append(TenantLock.tryForSessionCall(tenant))
                    .append(";\n"));
        }
        if (isFree(host, SessionSettings.CHANNELS)) {
            sql.append("UNLISTEN *;\n");
        }
        return sql.append("END $remove$").toString();
    }

    /** Has a connection closed if a script may have left something on it that cannot be restored. */
    public static void closeIfNotRestored(Session session, PreparedScript script) {
        if (script.leavesCustomSettings() || ofHost(session.settings())) {
            session.closeAfterThisTenant();
        } else if (script.effects().unseenSettings()) {
            // The script may have set a custom setting whose name its text does not show.
            session.closeWhenDone();
        }
    }

    private static boolean isFree(Map<String, String> host, String kind) {
        return "0".equals(host.get(kind));
    }
}
