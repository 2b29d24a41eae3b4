package dev.tenantmigrator.registration;

import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Locale;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Creates a user and the user's tenant, both or neither.
 *
 * <p>A registration takes one connection of the pool, the transaction's own, for as long as the migrations take: the
 * pool's size is the number of registrations that run at a time, and a pool of one suffices. The others wait.
 */
@Service
class SignUp {

    /** A user who was just registered. */
    record Account(UUID id, String username, String email, String schema) {}

    /** Another user has the e-mail address. */
    static class EmailTakenException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final DataSource dataSource;
    private final TenantMigrator migrator;
    private final UsersTable users;

    SignUp(DataSource dataSource, TenantMigrator migrator, UsersTable users) {
        this.dataSource = dataSource;
        this.migrator = migrator;
        this.users = users;
    }

    /**
     * Registers a user. Whatever is thrown, the transaction is rolled back and nothing remains.
     *
     * @throws EmailTakenException when another user has the address, in upper or lower case
     * @throws dev.tenantmigrator.TenantMigratorException when the tenant could not be created
     */
    @Transactional
    public Account register(String username, String email) {
        String address = email.toLowerCase(Locale.ROOT);
        // Saves the work in the common case. What decides is the unique constraint, below.
        if (users.hasEmail(address)) {
            throw new EmailTakenException();
        }
        UUID id = UUID.randomUUID();
        // The tenant first, the users row second. A foreign key to users, should a migration make one, waits for every
        // transaction that has inserted into users, so two sign-ups in the other order would deadlock.
        String schema = createTenant(id, username, address);
        if (!users.insert(id, username, address, schema)) {
            throw new EmailTakenException();
        }
        return new Account(id, username, address, schema);
    }

    private String createTenant(UUID userId, String username, String email) {
        // The connection of this method's transaction. The migrator leaves commit and rollback to Spring.
        Connection connection = DataSourceUtils.getConnection(dataSource);
        try {
            return migrator.createTenant(
                            connection,
                            TenantName.forUser(username),
                            (tenant, schema) -> addFirstMember(tenant, userId, username, email))
                    .schema();
        } finally {
            DataSourceUtils.releaseConnection(connection, dataSource);
        }
    }

    /** The search path is set to the new tenant here, so its tables need no schema in front. */
    private static void addFirstMember(Connection tenant, UUID userId, String username, String email)
            throws SQLException {
        try (PreparedStatement insert = tenant.prepareStatement(
                "INSERT INTO team_member (us_id, name, email, role) VALUES (?, ?, ?, 'owner')")) {
            insert.setObject(1, userId);
            insert.setString(2, username);
            insert.setString(3, email);
            insert.executeUpdate();
        }
    }
}
