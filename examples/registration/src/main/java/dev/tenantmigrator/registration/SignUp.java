package dev.tenantmigrator.registration;

import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.spring.TenantSignUp;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Locale;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Creates a user and the user's tenant in one transaction.
 *
 * <p>A registration holds one connection of the pool while it takes a spare tenant, or runs all migrations when there is none. The pool
 * size therefore limits the number of registrations at a time; further ones wait. A pool of one connection is enough.
 */
@Service
class SignUp {

    /** A registered user. */
    record Account(UUID id, String username, String email, String schema) {}

    /** The e-mail address belongs to another user. */
    static class EmailTakenException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final TenantSignUp tenants;
    private final JdbcClient jdbc;

    SignUp(TenantSignUp tenants, JdbcClient jdbc) {
        this.tenants = tenants;
        this.jdbc = jdbc;
    }

    /**
     * Registers a user. Any exception rolls back the transaction.
     *
     * @throws EmailTakenException if another user has the address, in upper or lower case
     * @throws dev.tenantmigrator.TenantMigratorException if the tenant cannot be created
     */
    @Transactional
    public Account register(String username, String email) {
        String address = email.toLowerCase(Locale.ROOT);
        // Avoids useless migrations in the common case. The unique constraint covers concurrent registrations.
        if (isTaken(address)) {
            throw new EmailTakenException();
        }
        UUID id = UUID.randomUUID();
        // Create the tenant before the user. A migration that adds a foreign key to users waits for all transactions
        // that have inserted into users, so in the other order two sign-ups could deadlock.
        String schema = tenants.createTenant(
                        TenantName.forUser(username), (tenant, name) -> addFirstMember(tenant, id, username, address))
                .schema();
        if (!insertUser(id, username, address, schema)) {
            throw new EmailTakenException();
        }
        return new Account(id, username, address, schema);
    }

    /** True if a committed user has the address. */
    private boolean isTaken(String email) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM public.users WHERE email = ?)")
                .param(email)
                .query(Boolean.class)
                .single();
    }

    /** Waits for concurrent transactions that add the same address. False if it is taken. */
    private boolean insertUser(UUID id, String username, String email, String schema) {
        return jdbc.sql("INSERT INTO public.users (id, username, email, schema_name) VALUES (?, ?, ?, ?)"
                                + " ON CONFLICT (email) DO NOTHING")
                        .params(id, username, email, schema)
                        .update()
                == 1;
    }

    /** Runs with the search path of the new tenant, so its tables need no schema name. */
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
