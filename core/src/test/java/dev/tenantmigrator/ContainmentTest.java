package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A change outside of the tenant's schema is found before the commit, however the script hides it. */
@PostgresTest
class ContainmentTest extends TwoTenants {

    ContainmentTest(TestDatabase database) {
        super(database);
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
                DO $$ DECLARE q text := translate('ALTER FUNCTION publ§c.f() STABLE', '§', 'i'); r text := 'DROP TABLE other.t'; BEGIN
                    BEGIN EXECUTE q; EXCEPTION WHEN division_by_zero THEN NULL; END;
                    BEGIN EXECUTE r; PERFORM 1/0; EXCEPTION WHEN division_by_zero THEN NULL; END;
                END $$"""));

        assertThat(failure.message()).contains("function public.f").doesNotContain("other.t");
    }

    @Test
    void aCreationIsContained() {
        Migration migration = Migration.of(
                "20240301_c", "SELECT 1;\n" + HIDDEN.formatted(HiddenSql.expression("DROP TABLE public.audit")));

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
    void whatRunsAtTheCommitIsSeenToo() {
        Failure deferred = refused(Migration.of("20240301_deferred", """
                CREATE TABLE late (id int);
                CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $f$
                    DECLARE q text := pg_catalog.translate('INSERT INTO publ§c.audit (what) VALUES (1)', '§', 'i'); BEGIN EXECUTE q; RETURN NULL; END $f$;
                CREATE CONSTRAINT TRIGGER late AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION late();
                INSERT INTO late VALUES (1);"""));
        assertThat(deferred.message()).contains("table public.audit");

        Failure recording = refused(Migration.of("20240301_recording", """
                CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $f$
                    DECLARE q text := pg_catalog.translate('INSERT INTO publ§c.audit (what) VALUES (1)', '§', 'i'); BEGIN EXECUTE q; RETURN NEW; END $f$;
                CREATE TRIGGER late BEFORE INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION late();"""));
        assertThat(recording.message()).contains("table public.audit");

        Failure held = refused(hidden("DECLARE c CURSOR WITH HOLD FOR SELECT 1"));
        assertThat(held.message()).contains("cursor WITH HOLD");
    }

    @Test
    void theCheckCannotBeBlinded() {
        Failure closed = refused(Migration.of("20240301_closed", """
                DO $$ DECLARE c record; q text := translate('DROP TABLE publ§c.audit', '§', 'i'); BEGIN
                    EXECUTE q;
                    FOR c IN SELECT name, statement FROM pg_cursors WHERE name LIKE 'tenant%' LOOP
                        EXECUTE format('CLOSE %I', c.name);
                        EXECUTE c.statement;
                    END LOOP;
                END $$"""));
        assertThat(closed.message()).contains("outside of its tenant's schema");

        Failure moved = refused(Migration.of("20240301_moved", """
                DO $$ DECLARE c record; q text := translate('DROP TABLE publ§c.audit', '§', 'i'); BEGIN
                    FOR c IN SELECT name FROM pg_cursors WHERE name LIKE 'tenant%' LOOP
                        EXECUTE format('MOVE ALL IN %I', c.name);
                    END LOOP;
                    EXECUTE q;
                END $$"""));
        assertThat(moved.message()).contains("the cursor that shows how it was before");

        Failure shadowed = refused(Migration.of("20240301_shadowed", """
                CREATE FUNCTION pg_lock_status() RETURNS SETOF pg_locks LANGUAGE sql AS 'SELECT * FROM pg_locks LIMIT 0';
                DO $$ DECLARE q text := pg_catalog.translate('INSERT INTO publ§c.audit (what) VALUES (1)', '§', 'i'); BEGIN
                    EXECUTE q;
                    PERFORM set_config('search_path', current_schema() || ', pg_catalog', false);
                END $$"""));
        assertThat(shadowed.message()).contains("table public.audit");

        Failure swapped = refused(
                hidden("ALTER SCHEMA \"" + a + "\" RENAME TO z; ALTER SCHEMA \"" + b + "\" RENAME TO \"" + a + "\""));
        assertThat(swapped.message()).contains("outside of its tenant's schema");
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
