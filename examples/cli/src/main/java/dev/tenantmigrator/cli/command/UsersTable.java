package dev.tenantmigrator.cli.command;

import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import javax.sql.DataSource;

/** The shared table {@code users}. It stands in for the user accounts of a real application. */
final class UsersTable {

    private static final String CREATE_TABLE = """
            CREATE TABLE IF NOT EXISTS %s (
                id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
                username TEXT NOT NULL,
                email TEXT UNIQUE,
                schema_name TEXT NOT NULL UNIQUE,
                created_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP
            )
            """;

    private static final String READ_ONLY = "25006";

    private static final String INSERT = """
            INSERT INTO %s (username, email, schema_name) VALUES (?, ?, ?)
            ON CONFLICT DO NOTHING
            RETURNING id::text
            """;

    /** True if team_member has the sample's columns, and no other column that needs a value. */
    private static final String HAS_TEAM_MEMBER = """
            SELECT count(*) FILTER (WHERE known) = 4
               AND count(*) FILTER (WHERE NOT known AND attnotnull AND NOT atthasdef AND attidentity = '') = 0
              FROM (SELECT attnotnull, atthasdef, attidentity,
                           (attname = 'us_id' AND atttypid = 'uuid'::regtype)
                           OR (attname IN ('name', 'email', 'role')
                               AND atttypid IN ('text'::regtype, 'varchar'::regtype)) AS known
                      FROM pg_attribute
                     WHERE attrelid = to_regclass(format('%I.team_member', ?::text))
                       AND attnum > 0 AND NOT attisdropped) AS columns
            """;

    private final DataSource dataSource;
    private final TenantMigrator migrator;
    private final String sharedSchema;
    private final String table;

    UsersTable(DataSource dataSource, TenantMigrator migrator, String sharedSchema) {
        this.dataSource = dataSource;
        this.migrator = migrator;
        this.sharedSchema = sharedSchema;
        this.table = quoted(sharedSchema) + ".users";
    }

    /** Thrown by the creation's step, so that neither tenant nor user is kept. */
    static final class EmailTakenException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final String schema;
        private final transient Failure failure;

        EmailTakenException(String schema, Failure failure) {
            super(failure.toString());
            this.schema = schema;
            this.failure = failure;
        }

        /** The schema of the tenant that was rolled back. */
        String schema() {
            return schema;
        }

        Failure failure() {
            return failure;
        }
    }

    /**
     * Creates the tenant, the user and the tenant's first team member in one transaction. The user comes after the tenant, so
     * that a sign-up locks {@code users} only briefly and others do not wait for its migrations.
     *
     * @throws EmailTakenException if another user has the address
     */
    CreatedTenant register(String username, Optional<String> email) throws SQLException {
        TenantName name = TenantName.forUser(username);
        ensureTable();
        return migrator.createTenant(name, (connection, schema) -> {
            String id = insert(connection, username, email, schema)
                    .orElseThrow(() -> new EmailTakenException(schema, taken(email)));
            insertFirstMember(connection, schema, id, username, email);
        });
    }

    private static Failure taken(Optional<String> email) {
        return Failure.of("the e-mail address " + email.orElse("(none)")
                + " belongs to another user; nothing was created. Register with another address");
    }

    private Optional<String> insert(Connection connection, String username, Optional<String> email, String schema)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT.formatted(table))) {
            statement.setString(1, username);
            statement.setString(2, email.orElse(null));
            statement.setString(3, schema);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
            }
        }
    }

    private static void insertFirstMember(
            Connection connection, String schema, String userId, String username, Optional<String> email)
            throws SQLException {
        if (!hasTeamMember(connection, schema)) {
            return;
        }
        String sql = "INSERT INTO " + quoted(schema)
                + ".team_member (us_id, name, email, role) VALUES (?::uuid, ?, ?, 'owner')";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, userId);
            statement.setString(2, username);
            statement.setString(3, email.orElse(null));
            statement.executeUpdate();
        }
    }

    private static boolean hasTeamMember(Connection connection, String schema) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(HAS_TEAM_MEMBER)) {
            statement.setString(1, schema);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /**
     * Creates the table if it is missing. The lock serializes concurrent commands. The second check covers other programs, which
     * do not take the lock.
     */
    private void ensureTable() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            if (tableExists(statement)) {
                return;
            }
            connection.setAutoCommit(false);
            try {
                statement.execute("SELECT pg_advisory_xact_lock(hashtextextended('tenant-migrator public.users', 0))");
                statement.execute(CREATE_TABLE.formatted(table));
                connection.commit();
            } catch (SQLException e) {
                connection.rollback();
                if (READ_ONLY.equals(e.getSQLState())) {
                    // Refused as well, with the setting and the remedy.
                    migrator.prepare();
                }
                if (!tableExists(statement)) {
                    throw new CommandException(
                            "the table users is missing and cannot be created in the shared schema " + sharedSchema
                                    + ": "
                                    + CommandRunner.failure(e) + "; let its owner GRANT USAGE, CREATE ON SCHEMA "
                                    + quoted(sharedSchema)
                                    + " to this role, or name another schema with --shared-schema",
                            e);
                }
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    private boolean tableExists(Statement statement) throws SQLException {
        String query =
                "SELECT FROM pg_class WHERE relname = 'users' AND relkind IN ('r', 'p', 'v', 'f') AND relnamespace ="
                        + " to_regnamespace(quote_ident(" + literal(sharedSchema) + "))";
        try (ResultSet row = statement.executeQuery(query)) {
            return row.next();
        }
    }

    private static String literal(String text) {
        return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }

    private static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }
}
