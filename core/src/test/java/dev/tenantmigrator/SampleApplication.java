package dev.tenantmigrator;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * The application around a sample of the documents: one migrator and one tenant, and the application's own methods. Each sample
 * becomes a subclass, whose body is the sample; see {@link DocumentSamples}.
 */
public abstract class SampleApplication {

    protected String url;
    protected String user;
    protected String password;
    protected DataSource dataSource;
    protected TenantMigrator migrator;
    /** With an open transaction. */
    protected Connection connection;
    /** A tenant with all migrations. */
    protected String schema;

    protected final UUID userId = UUID.randomUUID();
    protected final String username = "grace";
    protected final String email = "grace@example.com";

    /** For the compiler. */
    protected SampleApplication() {}

    /** The sample. */
    public abstract void run() throws Exception;

    protected static boolean errorRateIsFine() {
        return true;
    }

    protected static void insertMember(Connection tenant, UUID userId, String email) throws SQLException {
        try (PreparedStatement insert =
                tenant.prepareStatement("INSERT INTO team_member (us_id, name, email) VALUES (?, ?, ?)")) {
            insert.setObject(1, userId);
            insert.setString(2, email);
            insert.setString(3, email);
            insert.executeUpdate();
        }
    }

    protected static void insertUser(
            Connection connection, UUID userId, String username, String email, String schemaName) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO public.users (id, username, email, schema_name) VALUES (?, ?, ?, ?)")) {
            insert.setObject(1, userId);
            insert.setString(2, username);
            insert.setString(3, email);
            insert.setString(4, schemaName);
            insert.executeUpdate();
        }
    }
}
