package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Some servers keep notes of their own among the options of columns, which no statement may set. */
@PostgresTest
class ReservedOptionsTest {

    private static final Migration OPTIONS = Migration.of(
            "20240102_options",
            "ALTER TABLE team_member ALTER COLUMN name SET (n_distinct = 5, n_distinct_inherited = 6)");

    private final TestDatabase database;

    ReservedOptionsTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() throws SQLException {
        asSuperuser("DROP EVENT TRIGGER IF EXISTS note; DROP FUNCTION IF EXISTS public.note()");
        Samples.dropAll(database);
    }

    /** The server of the test notes as those do, by a trigger; unlike those it then refuses options that a statement sets. */
    @Test
    void aBackfillLeavesThemOut() throws SQLException {
        TenantMigrator migrator = Samples.migrator(database, MEMBERS, OPTIONS)
                .requiredTables("team_member")
                .build();
        String lacking = migrator.createTenant(TenantName.forUser("lacking")).schema();
        database.execute("DROP TABLE " + lacking + ".team_member");
        asSuperuser("""
                CREATE FUNCTION public.note() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$BEGIN
                  UPDATE pg_catalog.pg_attribute SET attoptions = ARRAY['pg_attver=3'] || coalesce(attoptions, '{}') WHERE attname IN ('id', 'name')
                     AND NOT coalesce(attoptions::text, '') LIKE '%%pg_attver%%'
                     AND attrelid IN (SELECT oid FROM pg_catalog.pg_class WHERE relname = 'team_member'
                                          AND relnamespace <> '%s'::regnamespace);
                END$$;
                CREATE EVENT TRIGGER note ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION public.note()""".formatted(lacking));

        assertThat(migrator.backfill(Tenants.all()).throwIfFailed().of(TenantOutcome.Backfilled.class))
                .hasSize(1);
        assertThat(database.value("SELECT attoptions::text FROM pg_attribute WHERE attname = 'name' AND attrelid = '"
                        + lacking + ".team_member'::regclass"))
                .contains("n_distinct=5", "n_distinct_inherited=6");
        assertThat(migrator.verify().successful()).isTrue();
        assertThat(migrator.backfill(Tenants.all()).of(TenantOutcome.UpToDate.class))
                .hasSize(1);
    }

    private void asSuperuser(String sql) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
