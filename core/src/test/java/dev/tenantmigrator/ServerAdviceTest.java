package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Errors that a privilege, a setting or an event trigger of the server causes say which, and what to do. */
class ServerAdviceTest {

    private static final Migration TABLE = Migration.of("20240101_table", "CREATE TABLE t (i int)", "DROP TABLE t");

    private final TestDatabase database = TestDatabase.create("advice");
    private final DataSource plain = database.dataSourceOf(database.user(), database.password());
    private String tenant = "";

    @BeforeEach
    void createTenant() {
        tenant = with(TABLE).createTenant(TenantName.forUser("ada")).schema();
    }

    @AfterEach
    void drop() throws SQLException {
        database.close();
    }

    private TenantMigrator with(Migration... migrations) {
        return TenantMigrator.builder(plain)
                .migrations(MigrationSource.of(migrations))
                .extensions()
                .build();
    }

    /** The messages of a deploy and of a creation that run a script. */
    private void assertBoth(String script, String... message) {
        TenantMigrator migrator = with(TABLE, Migration.of("20240102_next", script));
        assertThat(migrator.deployAll().failed().get(0).failure().toString())
                .contains(message)
                .contains("20240102_next");
        TenantMigratorException e = catchThrowableOfType(
                TenantMigratorException.class, () -> migrator.createTenant(TenantName.forUser("bob")));
        assertThat(e.getMessage()).contains(message).contains("20240102_next", "nothing of the tenant was kept");
        assertThat(migrator.tenants()).containsExactly(tenant);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DO $$BEGIN NULL; END$$",
                "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$BEGIN RETURN 1; END$$"
            })
    void aLanguageThatMayNotBeUsedIsToBeGranted(String script) {
        asSuperuser("REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC");
        assertBoth(
                script,
                "permission denied for language plpgsql",
                "GRANT USAGE ON LANGUAGE plpgsql TO \"" + database.user() + "\"");
    }

    @Test
    void aStatementTimeoutOfTheRoleIsNamedWithItsValue() {
        asSuperuser("ALTER ROLE " + database.user() + " SET statement_timeout = '300ms'");
        assertBoth(
                "SELECT pg_sleep(60)",
                "statement_timeout is 300ms",
                "ALTER ROLE \"" + database.user() + "\" RESET statement_timeout",
                "--statement-timeout",
                "57014");
        TenantMigrator migrator = with(
                TABLE,
                Migration.of("20240102_next", "-- tenant-migrator: statement_timeout=1min\nSELECT pg_sleep(0.5)"));
        assertThat(migrator.deployAll().throwIfFailed().of(TenantOutcome.Migrated.class))
                .hasSize(1);
    }

    @Test
    void theWordsOfAnEventTriggerAreShownAndThoseOfAScriptAreNot() {
        database.execute("INSERT INTO " + tenant + ".t VALUES (4711)");
        asSuperuser("""
                CREATE FUNCTION public.freeze() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN
                  RAISE 'no changes % please, ask dba@example.com', 'before Monday' USING HINT = 'see the calendar'; END$$;
                CREATE EVENT TRIGGER frozen ON ddl_command_start WHEN TAG IN ('CREATE VIEW') EXECUTE FUNCTION public.freeze()""");
        assertBoth(
                "CREATE VIEW v AS SELECT 1 AS i",
                "no changes before Monday please, ask dba@example.com",
                "see the calendar",
                "event trigger frozen");
        assertThat(with(TABLE, Migration.of("20240102_next", "DO $$BEGIN RAISE 'row %', (SELECT i FROM t); END$$"))
                        .deployAll()
                        .failed()
                        .get(0)
                        .failure()
                        .message())
                .contains("row")
                .doesNotContain("4711", "event trigger");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CREATE TABLE priced (price text DEFAULT '5 €')", "DO $$BEGIN PERFORM '€'; END$$"})
    void aCharacterThatTheDatabaseLacksIsNamed(String script) throws SQLException {
        String latin = database.name() + "_latin";
        asSuperuser("CREATE DATABASE " + latin + " OWNER " + database.user()
                + " ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        try {
            PGSimpleDataSource source =
                    (PGSimpleDataSource) database.dataSourceOf(database.user(), database.password());
            source.setUrl(database.jdbcUrl().replace(database.name(), latin));
            TenantMigratorException e = catchThrowableOfType(
                    TenantMigratorException.class,
                    () -> TenantMigrator.builder(source)
                            .migrations(MigrationSource.of(TABLE, Migration.of("20240102_euro", script)))
                            .extensions()
                            .build()
                            .createTenant(TenantName.forUser("ada")));
            assertThat(e.getMessage())
                    .contains("\"UTF8\"", "\"LATIN1\"", "0xe2 0x82 0xac", "the character €", "20240102_euro");
        } finally {
            asSuperuser("DROP DATABASE " + latin + " WITH (FORCE)");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ALTER TABLE t ADD COLUMN n int", "INSERT INTO t VALUES (1)", "COMMENT ON TABLE t IS 'x'"})
    void theOwnerOfATableOfTheTenantIsNamed(String script) {
        asSuperuser("ALTER TABLE " + tenant + ".t OWNER TO postgres");

        assertThat(with(TABLE, Migration.of("20240102_next", script))
                        .deployAll()
                        .failed()
                        .get(0)
                        .failure()
                        .message())
                .contains(
                        "table t",
                        "it belongs to the role postgres",
                        "ALTER TABLE \"" + tenant + "\".\"t\" OWNER TO \"" + database.user() + "\"");
    }

    @Test
    void aSharedSchemaThatMayNotBeUsedIsNamedByPrepare() {
        TenantMigrator migrator = with(TABLE);
        asSuperuser("REVOKE ALL ON SCHEMA public FROM PUBLIC, " + database.user()
                + "; ALTER SCHEMA public OWNER TO postgres");
        assertThatThrownBy(migrator::prepare)
                .hasMessageContaining("GRANT USAGE, CREATE ON SCHEMA \"public\" TO \"" + database.user() + "\"")
                .hasMessageContaining("--shared-schema");
        asSuperuser("DROP SCHEMA public CASCADE");
        assertThatThrownBy(migrator::prepare)
                .hasMessageContaining("schema public does not exist")
                .hasMessageContaining("CREATE SCHEMA \"public\"")
                .hasMessageContaining("--shared-schema");
        database.execute("CREATE SCHEMA extensions");
        TenantMigrator other = TenantMigrator.builder(plain)
                .migrations(MigrationSource.of(TABLE, MEMBERS))
                .extensions("uuid-ossp")
                .sharedSchema("extensions")
                .build();
        other.prepare();
        String bob = other.createTenant(TenantName.forUser("bob")).schema();
        assertThat(other.verify(Tenants.named(bob)).successful()).isTrue();
    }

    /** PostgreSQL 15 creates databases so for every role but their owner. */
    @Test
    void aSharedSchemaInWhichNothingMayBeCreatedIsNamed() {
        asSuperuser("REVOKE CREATE ON SCHEMA public FROM PUBLIC; ALTER SCHEMA public OWNER TO postgres");
        TenantMigrator migrator = TenantMigrator.builder(plain)
                .migrations(
                        MigrationSource.of(TABLE, Migration.of("20240102_next", "CREATE TABLE public.users (id int)")))
                .extensions()
                .sharedObjects("users")
                .build();
        assertThat(migrator.deployAll().failed().get(0).failure().message())
                .contains(
                        "permission denied for schema public",
                        "GRANT USAGE, CREATE ON SCHEMA \"public\" TO \"" + database.user() + "\"",
                        "--shared-schema");
    }

    @Test
    void anotherSchemaThatAScriptUsesIsToBeGranted() {
        asSuperuser("CREATE SCHEMA extensions; CREATE EXTENSION \"uuid-ossp\" WITH SCHEMA extensions");
        Migration next = Migration.of(
                "20240102_next", "CREATE TABLE u (id uuid DEFAULT extensions.uuid_generate_v4())", "DROP TABLE u");
        TenantMigrator migrator = TenantMigrator.builder(plain)
                .migrations(MigrationSource.of(TABLE, next))
                .extensions()
                .allowSchemas("extensions")
                .build();
        assertThat(migrator.deployAll().failed().get(0).failure().message())
                .contains("permission denied for schema extensions")
                .contains("GRANT USAGE ON SCHEMA extensions TO " + database.user());
        asSuperuser("GRANT USAGE ON SCHEMA extensions TO " + database.user());
        assertThat(migrator.deployAll().successful()).isTrue();
    }

    @Test
    void aDatabaseInWhichNoSchemaMayBeCreatedIsNamed() {
        asSuperuser("ALTER DATABASE " + database.name() + " OWNER TO postgres");
        assertThatThrownBy(() -> with(TABLE).createTenant(TenantName.forUser("bob")))
                .hasMessageContaining("permission denied for database")
                .hasMessageContaining(
                        "GRANT CREATE ON DATABASE \"" + database.name() + "\" TO \"" + database.user() + "\"");
    }

    private void asSuperuser(String sql) {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
