package dev.tenantmigrator;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Migrations that most tests use. */
final class Samples {

    static final Migration MEMBERS = Migration.of("20240101_members", """
            -- CreateTable
            CREATE TABLE "public"."team_member" (
                "id" UUID NOT NULL DEFAULT public.uuid_generate_v4(),
                "name" TEXT NOT NULL,
                CONSTRAINT "team_member_pkey" PRIMARY KEY ("id")
            );
            """, "DROP TABLE public.team_member;");

    static final Migration NOTES = Migration.of("20240102_notes", """
            CREATE TABLE notes (
                id SERIAL PRIMARY KEY,
                member UUID REFERENCES "public"."team_member" ("id") ON DELETE SET NULL,
                body TEXT NOT NULL DEFAULT 'public.nothing'
            );
            CREATE INDEX notes_member ON public.notes (member)""", "DROP TABLE notes");

    static final Migration FLAG = Migration.of(
            "20240103_flag", "ALTER TABLE public.notes ADD COLUMN flag boolean", "ALTER TABLE notes DROP COLUMN flag");

    private Samples() {}

    static TenantMigratorBuilder migrator(TestDatabase database, Migration... migrations) {
        return TenantMigrator.builder(database.dataSource()).migrations(MigrationSource.of(migrations));
    }

    static TenantMigrator with(TestDatabase database, Migration... migrations) {
        return migrator(database, migrations).build();
    }

    static String create(TestDatabase database, String user, Migration... migrations) {
        return with(database, migrations).createTenant(TenantName.forUser(user)).schema();
    }

    /** Drops all tenants whose record is in their schema. */
    static void dropAll(TestDatabase database) {
        TenantMigrator migrator = with(database, MEMBERS);
        migrator.tenants().forEach(migrator::dropTenant);
    }

    /** An event trigger of an administrator keeps a drop from ending; the returned call removes it. */
    static Runnable refusingDrops(TestDatabase database) {
        asSuperuser(
                database,
                "CREATE FUNCTION public.keep() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'kept'; END$$;"
                        + " CREATE EVENT TRIGGER keep ON sql_drop WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION public.keep()");
        return () -> asSuperuser(database, "DROP EVENT TRIGGER keep; DROP FUNCTION public.keep()");
    }

    private static void asSuperuser(TestDatabase database, String sql) {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** A pool as an application has it; close it. */
    static HikariDataSource pool(TestDatabase database, int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.jdbcUrl());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(size);
        return new HikariDataSource(config);
    }
}
