package dev.tenantmigrator.internal.jdbc;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Refuses to write where the server or a setting says that nothing is to be written. The library never overrides such a setting: an
 * operator, or a hosted server whose disk is full, has set it on purpose.
 */
public final class ReadOnly {

    /** An expression: whether this transaction, or else the next one, is read-only. On a standby every one is. */
    static final String SQL = "pg_catalog.current_setting('transaction_read_only')";

    private static final String DETAILS = """
            SELECT pg_catalog.pg_is_in_recovery(), s.setting = 'on', s.source, session_user, pg_catalog.current_database()
              FROM pg_catalog.pg_show_all_settings() s WHERE s.name = 'default_transaction_read_only'""";

    private static final String NOTHING = "; nothing was changed";

    private ReadOnly() {}

    /**
     * Runs a statement in a caller's transaction, and checks in the same round trip that the transaction may write.
     *
     * @throws TenantMigratorException when it must not write; the statement has run
     */
    public static void executeAndRefuse(Connection connection, String statement) throws SQLException {
        if (Jdbc.executeAndQuery(connection, statement + "; SELECT " + SQL, row -> row.getString(1))
                .equals("on")) {
            throw refusal(connection);
        }
    }

    /**
     * Checks a connection of the host.
     *
     * @throws TenantMigratorException when it must not write
     */
    static void refuse(Connection connection) throws SQLException {
        if (Jdbc.queryOne(connection, "SELECT " + SQL, row -> row.getString(1)).equals("on")) {
            throw refusal(connection);
        }
        refuseMarked(connection);
    }

    /** Outside of a transaction the driver keeps the mark to itself, so the server would write. */
    static void refuseMarked(Connection connection) throws SQLException {
        if (connection.isReadOnly()) {
            throw new TenantMigratorException(Failure.of("the connection is marked as read-only" + NOTHING
                    + ". Lend connections that may write: readOnly=false in the pool and in the URL"));
        }
    }

    /** The exception for a read-only connection or transaction, with the setting and a remedy. */
    static TenantMigratorException refusal(Connection connection) throws SQLException {
        return new TenantMigratorException(Failure.of(Jdbc.queryOne(connection, DETAILS, ReadOnly::reason)));
    }

    private static String reason(ResultSet row) throws SQLException {
        if (row.getBoolean(1)) {
            return "this server is a standby, which only reads" + NOTHING + ". Connect to the primary server";
        }
        if (!row.getBoolean(2)) {
            return "the transaction is read-only" + NOTHING + ". Begin it as one that may write";
        }
        String role = Sql.identifier(row.getString(4));
        String database = Sql.identifier(row.getString(5));
        // The session of whoever follows the advice may be read-only too.
        String allow = "; to allow changes: BEGIN READ WRITE; ALTER ";
        String reset = " RESET default_transaction_read_only; COMMIT";
        return "default_transaction_read_only is on for this connection" + NOTHING + ". It is set "
                + switch (row.getString(3)) {
                    case "user" -> "for the role" + allow + "ROLE " + role + reset;
                    case "database" -> "for the database" + allow + "DATABASE " + database + reset;
                    case "database user" ->
                        "for the role in this database" + allow + "ROLE " + role + " IN DATABASE " + database + reset;
                    case "global" -> "for all roles" + allow + "ROLE ALL" + reset;
                    case "client" ->
                        "by the connection's parameters (options in the URL, or PGOPTIONS); remove it there";
                    case "session" ->
                        "by the pool, after connecting (its read-only option or its initial SQL); remove it there";
                    default ->
                        "for the server, by its configuration or its command line; hosted servers do that when the disk"
                                + " is full. To allow changes: ALTER SYSTEM" + reset + ", then SELECT pg_reload_conf()";
                };
    }
}
