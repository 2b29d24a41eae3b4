package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome.Migrated;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A change outside of the tenant's schema is found before the commit, however the script hides it. */
@PostgresTest
class ContainmentTest {

    /** Runs SQL that the text does not show. */
    private static final String HIDDEN = "DO $do$ DECLARE q text := %s; BEGIN EXECUTE q; END $do$";

    private final TestDatabase database;
    private String a = "";
    private String b = "";

    ContainmentTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void twoTenants() {
        database.execute("""
                CREATE TABLE public.users (id serial PRIMARY KEY, name text);
                CREATE TABLE public.audit (id serial PRIMARY KEY, what text);
                CREATE INDEX audit_what ON public.audit (what);
                CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
                CREATE TYPE public.mood AS ENUM ('a', 'b');
                CREATE DOMAIN public.positive AS int;
                CREATE SCHEMA other; CREATE TABLE other.t (id int);
                CREATE TEXT SEARCH CONFIGURATION other.words (PARSER = default);""");
        a = Samples.create(database, "a", MEMBERS, NOTES);
        b = Samples.create(database, "b", MEMBERS, NOTES);
        database.execute("CREATE FUNCTION " + b + ".g() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TYPE " + b
                + ".mood AS ENUM ('a')");
    }

    @AfterEach
    void dropAll() {
        TenantMigrator migrator = Samples.with(database, MEMBERS);
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
        database.execute("""
                DROP TABLE IF EXISTS public.users, public.audit; DROP FUNCTION IF EXISTS public.f();
                DROP TYPE IF EXISTS public.mood; DROP DOMAIN IF EXISTS public.positive; DROP SCHEMA other CASCADE""");
    }

    private static Migration hidden(String sql) {
        return Migration.of("20240301_hidden", HIDDEN.formatted("'" + sql.replace("'", "''") + "'"));
    }

    private Failure refused(Migration migration) {
        FleetReport report = Samples.with(database, MEMBERS, NOTES, migration).deploy(Tenants.named(a));
        assertThat(report.failed()).as(report.toString()).hasSize(1);
        assertThat(database.value("SELECT count(*) FROM " + a + ".schema_migrations"))
                .isEqualTo("2");
        return report.failed().get(0).failure();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            INSERT INTO public.audit (what) VALUES ('x')                     | table public.audit
            UPDATE public.audit SET what = ''                                | table public.audit
            DELETE FROM public.audit                                         | table public.audit
            SELECT FROM public.audit FOR UPDATE                              | table public.audit
            TRUNCATE public.audit                                            | table public.audit
            DROP TABLE public.audit                                          | table public.audit
            DROP INDEX public.audit_what                                     | public.audit
            CREATE INDEX ON public.audit (id)                                | table public.audit
            COMMENT ON TABLE public.audit IS 'x'                             | table public.audit
            ALTER TABLE other.t ADD COLUMN x int                             | table other.t
            ALTER TABLE other.t SET SCHEMA "{a}"                             | table other.t
            ALTER TABLE "{a}".notes SET SCHEMA public                        | table public.notes
            ALTER TABLE "{b}".notes ADD COLUMN x int                         | table {b}.notes
            DROP TABLE "{b}".notes                                           | {b}.notes
            CREATE TABLE other.new (id int)                                  | table other.new
            CREATE VIEW public.v AS SELECT 1                                 | view public.v
            SELECT nextval('public.audit_id_seq')                            | sequence public.audit_id_seq
            CREATE FUNCTION public.h() RETURNS int LANGUAGE sql AS 'SELECT 1' | function public.h
            CREATE OR REPLACE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 2' | function public.f
            ALTER FUNCTION public.f() STABLE                                 | function public.f
            DROP FUNCTION public.f()                                         | function public.f
            COMMENT ON FUNCTION public.f() IS 'x'                            | function public.f
            GRANT EXECUTE ON FUNCTION public.f() TO CURRENT_USER             | function public.f
            GRANT SELECT ON public.audit TO PUBLIC                           | table public.audit
            DROP FUNCTION "{b}".g()                                          | function {b}.g
            ALTER TYPE "{b}".mood ADD VALUE 'c'                              | type {b}.mood
            CREATE TYPE public.t AS ENUM ('x')                               | type public.t
            CREATE TYPE public.t AS (x int)                                  | type public.t
            ALTER TYPE public.mood RENAME VALUE 'a' TO 'z'                   | type public.mood
            DROP TYPE public.mood                                            | type public.mood
            ALTER DOMAIN public.positive ADD CHECK (VALUE > 0)               | type public.positive
            ALTER DOMAIN public.positive SET NOT NULL                        | type public.positive
            CREATE SCHEMA extra                                              | schema extra
            ALTER SCHEMA other RENAME TO other2                              | schema other2
            DROP SCHEMA other CASCADE                                        | schema other
            GRANT USAGE ON SCHEMA other TO PUBLIC                            | schema other
            ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC        | default privileges
            ALTER DEFAULT PRIVILEGES IN SCHEMA other GRANT SELECT ON TABLES TO PUBLIC | in schema other
            SELECT lo_create(0)                                              | a large object
            ALTER TEXT SEARCH CONFIGURATION other.words ADD MAPPING FOR word WITH simple | text search configuration other.words
            CREATE CAST (public.mood AS int) WITH INOUT                      | cast
            ALTER SCHEMA "{a}" RENAME TO gone                                | does not exist
            """)
    void whatIsTouchedOutsideIsNamedAndTakenBack(String sql, String named) {
        String expected = named.replace("{a}", a).replace("{b}", b);

        Failure failure = refused(hidden(sql.replace("{a}", a).replace("{b}", b)));

        assertThat(failure.message()).contains(expected);
        assertThat(failure.file()).contains("20240301_hidden/migration.sql");
    }

    @Test
    void whatIsMissingInTheTenantIsNotLookedForElsewhere() {
        Failure failure = refused(Migration.of("20240301_drop", "SELECT 1;\nDROP TABLE IF EXISTS audit"));

        assertThat(failure.message()).contains("table public.audit").contains("--shared-object");
        assertThat(failure.line()).hasValue(2);
        assertThat(failure.statement()).contains("DROP TABLE IF EXISTS audit");
        assertThat(database.value("SELECT to_regclass('public.audit') IS NOT NULL"))
                .isEqualTo("true");
    }

    @Test
    void aPartThatIsRolledBackByItselfDoesNotHideTheRest() {
        Failure failure = refused(Migration.of("20240301_parts", """
                DO $$ DECLARE q text := 'ALTER FUNCTION public.f() STABLE'; r text := 'DROP TABLE other.t'; BEGIN
                    BEGIN EXECUTE q; EXCEPTION WHEN division_by_zero THEN NULL; END;
                    BEGIN EXECUTE r; PERFORM 1/0; EXCEPTION WHEN division_by_zero THEN NULL; END;
                END $$"""));

        assertThat(failure.message()).contains("function public.f").doesNotContain("other.t");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE notes ALTER COLUMN id TYPE bigint",
                "CREATE TABLE x (id int); DROP TABLE x",
                "DROP TABLE notes",
                "DROP TABLE team_member CASCADE",
                "CREATE TEMPORARY TABLE x (id int, t text); INSERT INTO x VALUES (1)",
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
    void aCreationIsContained() {
        Migration migration = Migration.of("20240301_c", "SELECT 1;\n" + HIDDEN.formatted("'DROP TABLE public.audit'"));

        assertThatThrownBy(() -> Samples.create(database, "c", MEMBERS, NOTES, migration))
                .isInstanceOfSatisfying(MigrationFailedException.class, e -> {
                    assertThat(e.failure().message()).contains("table public.audit");
                    assertThat(e.failure().version()).contains("20240301_c");
                    assertThat(e.failure().line()).hasValue(2);
                });
        assertThat(Samples.with(database, MEMBERS).tenants()).containsExactlyInAnyOrder(a, b);
    }

    @Test
    void aRollbackIsContained() {
        Migration migration = Migration.of("20240301_r", "SELECT 1", "SELECT 1;\nTRUNCATE audit");
        TenantMigrator migrator = Samples.with(database, MEMBERS, NOTES, migration);
        migrator.deploy(Tenants.named(a));

        FleetReport report = migrator.rollback(Tenants.named(a), "20240301_r", RollbackOptions.defaults());

        assertThat(report.failed().get(0).failure().toString()).contains("table public.audit", "rollback.sql:2");
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
    void whatRunsAtTheCommitIsSeenToo() {
        Failure deferred = refused(Migration.of("20240301_deferred", """
                CREATE TABLE late (id int);
                CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $f$
                    DECLARE q text := 'INSERT INTO public.audit (what) VALUES (1)'; BEGIN EXECUTE q; RETURN NULL; END $f$;
                CREATE CONSTRAINT TRIGGER late AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION late();
                INSERT INTO late VALUES (1);"""));
        assertThat(deferred.message()).contains("table public.audit");

        Failure recording = refused(Migration.of("20240301_recording", """
                CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $f$
                    DECLARE q text := 'INSERT INTO public.audit (what) VALUES (1)'; BEGIN EXECUTE q; RETURN NEW; END $f$;
                CREATE TRIGGER late BEFORE INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION late();"""));
        assertThat(recording.message()).contains("table public.audit");

        Failure held = refused(hidden("DECLARE c CURSOR WITH HOLD FOR SELECT 1"));
        assertThat(held.message()).contains("cursor WITH HOLD");
    }

    @Test
    void theCheckCannotBeBlinded() {
        Failure closed = refused(Migration.of("20240301_closed", """
                DO $$ DECLARE c record; q text := 'DROP TABLE public.audit'; BEGIN
                    EXECUTE q;
                    FOR c IN SELECT name, statement FROM pg_cursors WHERE name LIKE 'tenant%' LOOP
                        EXECUTE format('CLOSE %I', c.name);
                        EXECUTE c.statement;
                    END LOOP;
                END $$"""));
        assertThat(closed.message()).contains("outside of its tenant's schema");

        Failure moved = refused(Migration.of("20240301_moved", """
                DO $$ DECLARE c record; q text := 'DROP TABLE public.audit'; BEGIN
                    FOR c IN SELECT name FROM pg_cursors WHERE name LIKE 'tenant%' LOOP
                        EXECUTE format('MOVE ALL IN %I', c.name);
                    END LOOP;
                    EXECUTE q;
                END $$"""));
        assertThat(moved.message()).contains("the cursor that shows how it was before");

        Failure shadowed = refused(Migration.of("20240301_shadowed", """
                CREATE FUNCTION pg_lock_status() RETURNS SETOF pg_locks LANGUAGE sql AS 'SELECT * FROM pg_locks LIMIT 0';
                DO $$ DECLARE q text := 'INSERT INTO public.audit (what) VALUES (1)'; BEGIN
                    EXECUTE q;
                    PERFORM set_config('search_path', current_schema() || ', pg_catalog', false);
                END $$"""));
        assertThat(shadowed.message()).contains("table public.audit");

        Failure swapped = refused(
                hidden("ALTER SCHEMA \"" + a + "\" RENAME TO z; ALTER SCHEMA \"" + b + "\" RENAME TO \"" + a + "\""));
        assertThat(swapped.message()).contains("outside of its tenant's schema");
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

    @Test
    void aSuperuserIsWarnedAbout() {
        PrintStream err = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            TenantMigrator.builder(database.superuserDataSource())
                    .migrations(MigrationSource.of(MEMBERS, NOTES, Migration.of("20240301_one", "SELECT 1")))
                    .build()
                    .deploy(Tenants.named(a));
        } finally {
            System.setErr(err);
        }
        assertThat(log.toString(StandardCharsets.UTF_8)).contains("is a superuser");
    }

    @Test
    void theTextOfTheErrorSpeaksOfDynamicSql() {
        assertThat(refused(hidden("TRUNCATE public.audit")).message()).contains("dynamic SQL");
    }
}
