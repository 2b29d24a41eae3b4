package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.TenantOutcome.Migrated;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A change inside the tenant, of an allowed object, or made by the caller before, is not taken for an escape. */
@PostgresTest
class NoFalseAlarmTest extends TwoTenants {

    NoFalseAlarmTest(TestDatabase database) {
        super(database);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE notes ALTER COLUMN id TYPE bigint",
                "CREATE TABLE x (id int); DROP TABLE x",
                "DROP TABLE notes",
                "DROP TABLE team_member CASCADE",
                "CREATE TEMPORARY TABLE x (id int, t text); INSERT INTO x VALUES (1)",
                "CREATE TEMP TABLE x (id serial PRIMARY KEY, t text UNIQUE, r int REFERENCES x, CHECK (id > 0))",
                "CREATE TEMP TABLE x (id int PRIMARY KEY) ON COMMIT DROP; CREATE INDEX ON x ((id + 1));"
                        + " ALTER TABLE x ADD UNIQUE (id), ADD COLUMN t text; INSERT INTO x VALUES (1); DROP TABLE x",
                "CREATE TEMP VIEW x AS SELECT * FROM notes; CREATE TEMP SEQUENCE q; SELECT nextval('q')",
                "DO $$ DECLARE q text := 'CREATE TEMP TABLE x (id int PRIMARY KEY)'; BEGIN EXECUTE q; END $$",
                "CREATE SEQUENCE s; SELECT nextval('s'); ALTER SEQUENCE s OWNED BY notes.id; DROP SEQUENCE s CASCADE",
                "CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1)"
                        + " TO (9); CREATE INDEX ON p (id); INSERT INTO p VALUES (1); ALTER TABLE p DETACH PARTITION p1",
                "CREATE TABLE i (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, t text)",
                "CREATE TABLE r (n int REFERENCES notes (id)); ALTER TABLE r ADD UNIQUE (n); ALTER TABLE r DROP COLUMN n",
                "CREATE TYPE kind AS ENUM ('a'); ALTER TYPE kind ADD VALUE 'b'; ALTER TYPE kind RENAME TO kind2",
                "CREATE TYPE r AS RANGE (SUBTYPE = float8); CREATE TYPE c AS (x int); ALTER TYPE c ADD ATTRIBUTE y int",
                "CREATE DOMAIN d AS int CHECK (VALUE > 0); ALTER DOMAIN d ADD CHECK (VALUE > 1); DROP DOMAIN d",
                "CREATE FUNCTION h() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE OR REPLACE FUNCTION h() RETURNS int"
                        + " LANGUAGE sql AS 'SELECT 2'; DROP FUNCTION h()",
                "CREATE VIEW v AS SELECT * FROM notes; CREATE OR REPLACE VIEW v AS SELECT *, 1 AS one FROM notes",
                "CREATE MATERIALIZED VIEW m AS SELECT * FROM notes; REFRESH MATERIALIZED VIEW m",
                "CREATE STATISTICS s ON id, body FROM notes; CREATE COLLATION c FROM \"C\"",
                "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC; GRANT USAGE ON SCHEMA public"
                        + " TO PUBLIC; GRANT SELECT ON notes TO PUBLIC; COMMENT ON SCHEMA public IS 'x'",
                "CREATE POLICY p ON notes USING (true); ALTER TABLE notes ENABLE ROW LEVEL SECURITY",
                "DO $$ BEGIN BEGIN DROP TABLE notes; PERFORM 1/0; EXCEPTION WHEN division_by_zero THEN NULL; END; END $$",
                "SELECT count(*) FROM public.users, other.t, public.audit",
                "SELECT public.f()"
            })
    void whatStaysInsideIsNoFalseAlarm(String sql) {
        Migration migration = Migration.of("20240301_inside", sql, "SELECT 1");
        TenantMigrator migrator = Samples.migrator(database, MEMBERS, NOTES, migration)
                .sharedObjects("users", "audit", "f")
                .allowSchemas("other")
                .build();

        assertThat(migrator.deploy(Tenants.named(a)).of(Migrated.class)).hasSize(1);
        assertThat(migrator.createTenant(TenantName.forUser("c")).versions()).contains("20240301_inside");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE notes ADD COLUMN owner int REFERENCES public.users (id)",
                "INSERT INTO public.users (name) VALUES ('x'); DELETE FROM public.users",
                "ALTER TABLE public.users ADD COLUMN IF NOT EXISTS age int",
                "DO $$ DECLARE q text := 'INSERT INTO log.entries VALUES (1)'; BEGIN EXECUTE q; END $$",
                "CREATE SCHEMA IF NOT EXISTS mine; CREATE TABLE IF NOT EXISTS mine.t (id int); DROP SCHEMA mine CASCADE"
            })
    void whatIsAllowedByNamePasses(String sql) {
        database.execute("CREATE SCHEMA log; CREATE TABLE log.entries (id serial, n int)");
        Migration migration = Migration.of("20240301_allowed", sql);
        TenantMigrator migrator = Samples.migrator(database, MEMBERS, NOTES, migration)
                .sharedObjects("users")
                .allowSchemas("mine")
                .allowTables("log.*")
                .build();
        try {
            assertThat(migrator.deploy(Tenants.named(a)).of(Migrated.class)).hasSize(1);
            migrator.createTenant(TenantName.forUser("c"));
        } finally {
            database.execute("DROP SCHEMA log CASCADE");
        }
    }

    @Test
    void oneRunMayBeAllowedToChangeTheSharedSchema() {
        Migration migration = hidden("INSERT INTO public.audit (what) VALUES ('x')");
        TenantMigrator migrator = Samples.with(database, MEMBERS, NOTES, migration);

        assertThat(migrator.deploy(Tenants.named(a)).failed()).hasSize(1);
        assertThat(migrator.deploy(
                                Tenants.named(a),
                                DeployOptions.builder()
                                        .sharedSchemaChanges(true)
                                        .build())
                        .failed())
                .isEmpty();
    }

    @Test
    void whatTheCallerMadeBeforeIsNotTheMigrationsFault() throws SQLException {
        Migration kinds = Migration.of("20240401_kinds", """
                CREATE EXTENSION IF NOT EXISTS citext;
                CREATE TYPE kind AS ENUM ('a');
                CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'""");
        TenantMigrator migrator = Samples.with(database, MEMBERS, kinds);
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("CREATE SCHEMA callers");
            statement.execute("CREATE TYPE callers.colour AS ENUM ('red')");
            statement.execute("CREATE FUNCTION callers.two() RETURNS int LANGUAGE sql AS 'SELECT 2'");
            assertThat(migrator.createTenant(connection, TenantName.forUser("c"))
                            .versions())
                    .contains("20240401_kinds");
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    @Test
    void whatTheCallerTouchedBeforeIsNotTheMigrationsFault() throws SQLException {
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO public.audit (what) VALUES ('sign-up')");
            statement.execute("CREATE FUNCTION public.made() RETURNS int LANGUAGE sql AS 'SELECT 1'");
            Migration function =
                    Migration.of("20240301_function", "CREATE FUNCTION h() RETURNS int LANGUAGE sql AS 'SELECT 1'");
            String schema = Samples.with(database, MEMBERS, function)
                    .createTenant(connection, TenantName.forUser("c"))
                    .schema();
            assertThat(schema).startsWith("c_");
            Migration bad = hidden("DELETE FROM other.t");
            assertThatThrownBy(() ->
                            Samples.with(database, MEMBERS, bad).createTenant(connection, TenantName.forUser("d")))
                    .hasMessageContaining("table other.t");
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    @Test
    void privilegesOnWhatTheCallerTouchedBeforeAreTheMigrationsFault() throws SQLException {
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            for (String privilege : List.of("SELECT", "SELECT (what)")) {
                connection.setAutoCommit(false);
                statement.execute("INSERT INTO public.audit (what) VALUES ('sign-up')");
                Migration grants = hidden("GRANT " + privilege + " ON public.audit TO PUBLIC");
                assertThatThrownBy(() -> Samples.with(database, MEMBERS, grants)
                                .createTenant(connection, TenantName.forUser("c")))
                        .as(privilege)
                        .hasMessageContaining("table public.audit");
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    @Test
    void whatAnExtensionNotesInTheCatalogIsNoFalseAlarm() throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("""
                    SET allow_system_table_mods = on;
                    CREATE TABLE pg_catalog.dist_table (id serial PRIMARY KEY, name text);
                    CREATE INDEX ON pg_catalog.dist_table (name);
                    GRANT SELECT ON pg_catalog.dist_table TO PUBLIC;
                    CREATE FUNCTION public.note_table() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                        BEGIN
                            INSERT INTO pg_catalog.dist_table (name)
                            SELECT object_identity FROM pg_event_trigger_ddl_commands();
                        END $$;
                    CREATE EVENT TRIGGER note_table ON ddl_command_end EXECUTE FUNCTION public.note_table()""");
            try {
                Migration table = Migration.of("20240301_table", "CREATE TABLE noted (id serial PRIMARY KEY)");
                Migration replaced = Migration.of("20240302_replaced", "DROP TABLE noted; CREATE TABLE noted (id int)");
                TenantMigrator migrator = Samples.with(database, MEMBERS, NOTES, table, replaced);
                assertThat(migrator.deploy(Tenants.named(a)).throwIfFailed().of(Migrated.class))
                        .hasSize(1);
                migrator.createTenant(TenantName.exactly("noted"));
                assertThat(database.values("SELECT DISTINCT split_part(name, '.', 1) FROM pg_catalog.dist_table"))
                        .contains(a, "noted");
            } finally {
                statement.execute("""
                        DROP EVENT TRIGGER note_table; DROP FUNCTION public.note_table();
                        DROP TABLE pg_catalog.dist_table""");
            }
        }
    }

    /** {@code age()} counts from the number that is next at its first call, if the transaction has none of its own yet. */
    @Test
    void aTransactionThatAskedForAnAgeBeforeItHadANumberIsNoFalseAlarm() throws SQLException {
        Migration function = Migration.of(
                "20240301_function",
                "CREATE FUNCTION h() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TYPE kind AS ENUM ('a');"
                        + " DO $$ DECLARE q text := 'CREATE TYPE c AS (x int)'; BEGIN EXECUTE q; END $$");
        TenantMigrator migrator = Samples.with(database, MEMBERS, NOTES, function);
        try (Connection connection = database.rawDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT age('3'::xid)");
            for (int i = 0; i < 3; i++) {
                database.query("SELECT pg_current_xact_id()::text");
            }

            String schema = migrator.createTenant(connection, TenantName.forUser("aged"))
                    .schema();
            connection.commit();

            assertThat(migrator.tenants()).contains(schema);
        }
    }
}
