package dev.tenantmigrator.registration;

import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The shared table of users. It belongs to no tenant: SQL names it with its schema, and no migration creates it. */
@Component
class UsersTable {

    private static final String CREATE = """
            CREATE TABLE public.users (
                id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
                username    text NOT NULL,
                email       text NOT NULL UNIQUE,
                schema_name text NOT NULL UNIQUE,
                created_at  timestamptz NOT NULL DEFAULT now()
            )
            """;

    private final JdbcClient jdbc;

    UsersTable(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Creates the table if it is missing. {@code CREATE TABLE IF NOT EXISTS}, as in a {@code schema.sql}, is not
     * enough: if two instances start at the same time, one can fail with SQLState 23505. It also requires the CREATE
     * privilege when the table exists. So this method takes a lock first, then checks.
     */
    @Transactional
    public void createIfMissing() {
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtextextended('registration: public.users', 0))")
                .query()
                .singleRow();
        if (jdbc.sql("SELECT to_regclass('public.users') IS NULL")
                .query(Boolean.class)
                .single()) {
            jdbc.sql(CREATE).update();
        }
    }

    /** True if a committed user has the address. */
    public boolean hasEmail(String email) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM public.users WHERE email = ?)")
                .param(email)
                .query(Boolean.class)
                .single();
    }

    /**
     * Adds a user. Waits for concurrent transactions that add the same address.
     *
     * @return false if the address is taken
     */
    public boolean insert(UUID id, String username, String email, String schema) {
        return jdbc.sql("INSERT INTO public.users (id, username, email, schema_name) VALUES (?, ?, ?, ?)"
                                + " ON CONFLICT (email) DO NOTHING")
                        .params(id, username, email, schema)
                        .update()
                == 1;
    }
}
