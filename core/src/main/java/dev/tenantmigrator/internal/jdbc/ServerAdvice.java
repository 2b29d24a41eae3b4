package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says which privilege, setting or event trigger of the server is behind an error, and what to do about it. */
public final class ServerAdvice {

    private static final String FORBIDDEN = "42501";
    private static final String CANCELED = "57014";

    private static final String PRIVILEGES = """
            SELECT current_user, pg_catalog.current_database(),
                   pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
                   (SELECT pg_catalog.has_language_privilege(l.oid, 'USAGE') FROM pg_catalog.pg_language l WHERE l.lanname = 'plpgsql'),
                   pg_catalog.has_schema_privilege(n.oid, 'USAGE'), pg_catalog.has_schema_privilege(n.oid, 'CREATE')
              FROM (SELECT pg_catalog.to_regnamespace(pg_catalog.quote_ident(?))::pg_catalog.oid AS oid) n""";

    private static final String OTHER_SCHEMAS = """
            SELECT pg_catalog.format('GRANT %s ON SCHEMA %I TO %I',
                       CASE WHEN pg_catalog.has_schema_privilege(n.oid, 'USAGE') THEN 'CREATE' ELSE 'USAGE' END, n.nspname, current_user)
              FROM pg_catalog.pg_namespace n
             WHERE pg_catalog.strpos(? || ' ', 'schema ' || n.nspname || ' ') > 0
               AND NOT (pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_schema_privilege(n.oid, 'CREATE'))""";

    /** A relation of the tenant that the message names and another role owns. */
    private static final String OTHER_OWNER = """
            SELECT c.relname, c.relowner::pg_catalog.regrole::pg_catalog.text, current_user
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = ? AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
               AND NOT pg_catalog.pg_has_role(c.relowner, 'USAGE') AND pg_catalog.strpos(? || ' ', ' ' || c.relname || ' ') > 0
             ORDER BY pg_catalog.length(c.relname::pg_catalog.text) DESC LIMIT 1""";

    private static final String TIMEOUT = """
            SELECT pg_catalog.current_setting('statement_timeout'), s.source, session_user, pg_catalog.current_database()
              FROM pg_catalog.pg_show_all_settings() s WHERE s.name = 'statement_timeout' AND s.setting <> '0'""";

    private static final String EVENT_TRIGGER = """
            SELECT e.evtname FROM pg_catalog.pg_event_trigger e JOIN pg_catalog.pg_proc p ON p.oid = e.evtfoid
             WHERE p.proname = ?""";

    private ServerAdvice() {}

    /**
     * A failure with advice; unchanged where there is none.
     *
     * @param connection on which queries can run: after the rollback
     */
    public static Failure explained(Failure failure, SQLException e, Connection connection, String sharedSchema) {
        try {
            Optional<String> trigger = eventTrigger(e, connection);
            if (trigger.isPresent()) {
                // Its author is an administrator, so its words are no customer's.
                return failure.withMessage(SqlErrors.raised(e) + "; raised by the event trigger " + trigger.get()
                        + " of this database, which its administrator has made");
            }
            return advice(e, failure.tenant(), connection, sharedSchema)
                    .map(advice -> failure.withMessage(failure.message() + "; " + advice))
                    .orElse(failure);
        } catch (SQLException notKnown) {
            // The advice only improves a message.
            return failure;
        }
    }

    /** Like the other, in a transaction that failed: queries can run after a rollback to a savepoint only. */
    public static Failure explained(
            Failure failure, SQLException e, Connection connection, String savepoint, String sharedSchema) {
        try {
            Jdbc.execute(connection, "ROLLBACK TO SAVEPOINT " + savepoint);
        } catch (SQLException gone) {
            return failure;
        }
        return explained(failure, e, connection, sharedSchema);
    }

    private static Optional<String> eventTrigger(SQLException e, Connection connection) throws SQLException {
        Optional<String> function = SqlErrors.raisedIn(e);
        return function.isPresent()
                ? Jdbc.queryOptional(connection, EVENT_TRIGGER, row -> row.getString(1), function.get())
                : Optional.empty();
    }

    private static Optional<String> advice(
            SQLException e, Optional<String> tenant, Connection connection, String sharedSchema) throws SQLException {
        return switch (SqlErrors.state(e)) {
            case FORBIDDEN -> {
                String message = SqlErrors.message(e);
                List<String> missing = new ArrayList<>();
                missing(connection, sharedSchema).stream()
                        .filter(privilege -> message.contains(privilege.object()))
                        .forEach(privilege -> missing.add(privilege.grant()));
                if (missing.isEmpty()) {
                    // An extension's schema, for example.
                    missing.addAll(Jdbc.query(connection, OTHER_SCHEMAS, row -> row.getString(1), message));
                }
                if (missing.isEmpty() && tenant.isPresent()) {
                    missing.addAll(Jdbc.query(
                            connection, OTHER_OWNER, row -> otherOwner(row, tenant.get()), tenant.get(), message));
                }
                yield missing.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", missing));
            }
            case CANCELED -> Jdbc.queryOptional(connection, TIMEOUT, ServerAdvice::timeout);
            default -> Optional.empty();
        };
    }

    private static String otherOwner(ResultSet row, String tenant) throws SQLException {
        return "it belongs to the role " + row.getString(2) + ": as that role or a superuser, ALTER TABLE "
                + Sql.qualified(tenant, row.getString(1)) + " OWNER TO " + Sql.identifier(row.getString(3));
    }

    private static String timeout(ResultSet row) throws SQLException {
        String role = Sql.identifier(row.getString(3));
        String database = Sql.identifier(row.getString(4));
        String reset = " RESET statement_timeout";
        return "statement_timeout is " + row.getString(1) + " for this connection, "
                + switch (row.getString(2)) {
                    case "user" -> "set for the role (ALTER ROLE " + role + reset + ")";
                    case "database" -> "set for the database (ALTER DATABASE " + database + reset + ")";
                    case "database user" ->
                        "set for the role in this database (ALTER ROLE " + role + " IN DATABASE " + database + reset
                                + ")";
                    case "client", "session" -> "set by the pool or the connection's parameters";
                    default -> "set for the server";
                }
                + "; for one run give --statement-timeout, for one script begin it with \"-- tenant-migrator:"
                + " statement_timeout=10min\"";
    }

    /**
     * Checks that the shared schema, which is in the search path of every script, exists and may be used.
     *
     * @throws TenantMigratorException with the statement that provides it
     */
    public static void requireSharedSchema(Connection connection, String sharedSchema) throws SQLException {
        Optional<Missing> missing = missing(connection, sharedSchema).stream()
                .filter(Missing::always)
                .findFirst();
        if (missing.isPresent()) {
            throw new TenantMigratorException(
                    Failure.of("the shared " + missing.get().object() + " does not exist or may not be used: "
                            + missing.get().grant()));
        }
    }

    private record Missing(String object, String grant, boolean always) {}

    private static List<Missing> missing(Connection connection, String sharedSchema) throws SQLException {
        return Jdbc.queryOne(
                connection,
                PRIVILEGES,
                row -> {
                    String to = " TO " + Sql.identifier(row.getString(1));
                    List<Missing> missing = new ArrayList<>();
                    if (!row.getBoolean(3)) {
                        missing.add(new Missing(
                                "database " + row.getString(2),
                                "GRANT CREATE ON DATABASE " + Sql.identifier(row.getString(2)) + to,
                                false));
                    }
                    if (!row.getBoolean(4) && !row.wasNull()) {
                        missing.add(new Missing("language plpgsql", "GRANT USAGE ON LANGUAGE plpgsql" + to, false));
                    }
                    boolean usage = row.getBoolean(5);
                    if (row.wasNull()) {
                        missing.add(new Missing(
                                "schema " + sharedSchema,
                                "CREATE SCHEMA " + Sql.identifier(sharedSchema)
                                        + ", or name another one (--shared-schema)",
                                true));
                    } else if (!usage || !row.getBoolean(6)) {
                        missing.add(new Missing(
                                "schema " + sharedSchema,
                                "GRANT USAGE, CREATE ON SCHEMA " + Sql.identifier(sharedSchema) + to
                                        + ", or name another shared schema (--shared-schema)",
                                !usage));
                    }
                    return missing;
                },
                sharedSchema);
    }
}
