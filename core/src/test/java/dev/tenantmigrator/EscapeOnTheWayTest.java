package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Code of a tenant that waits for the library's own statements: the tracking row, a backfill, the commit. */
@PostgresTest
class EscapeOnTheWayTest {

    /** A function that is not volatile cannot write, but call one that does. */
    private static final String WRITES = """
            CREATE FUNCTION really(n int) RETURNS int LANGUAGE plpgsql AS $f$
                DECLARE q text := 'INSERT INTO public.audit (what) VALUES (1)';
                BEGIN IF n > 0 THEN EXECUTE q; END IF; RETURN n; END $f$;
            CREATE FUNCTION writes(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $f$
                BEGIN RETURN really(n); END $f$;""";

    private final TestDatabase database;

    EscapeOnTheWayTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void shared() {
        database.execute("CREATE TABLE public.audit (id serial PRIMARY KEY, what text);"
                + " CREATE TYPE public.mood AS ENUM ('a')");
    }

    @AfterEach
    void dropAll() {
        TenantMigrator migrator = Samples.with(database, MEMBERS);
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
        database.execute(
                "DROP TABLE public.audit; DROP TYPE public.mood; SELECT lo_unlink(oid) FROM pg_largeobject_metadata");
    }

    private String audit() {
        return database.value("SELECT count(*) FROM public.audit");
    }

    @Test
    void aBackfillIsContained() {
        Migration index = Migration.of(
                "20240201_index",
                WRITES
                        + "CREATE TABLE late (n int); CREATE INDEX late_n ON late (writes(n)); INSERT INTO late VALUES (0)");
        Migration armed = Migration.of("20240202_armed", "INSERT INTO late VALUES (1)");
        TenantMigrator allowed = Samples.migrator(database, MEMBERS, index, armed)
                .sharedObjects("audit")
                .requiredTables("team_member")
                .build();
        String a = allowed.createTenant(TenantName.forUser("a")).schema();
        database.execute("DELETE FROM public.audit; DROP TABLE " + a + ".team_member CASCADE");

        FleetReport report = Samples.migrator(database, MEMBERS, index, armed)
                .requiredTables("team_member")
                .build()
                .backfill(Tenants.named(a));

        assertThat(report.failed()).hasSize(1);
        assertThat(report.failed().get(0).failure().toString()).contains("table public.audit", "20240202_armed");
        assertThat(audit()).isEqualTo("0");
    }

    @Test
    void aTriggerThatDefersAgainReachesNothingAtTheCommit() {
        database.execute("SELECT lo_create(4711)");
        Migration trigger = Migration.of("20240201_trigger", """
                CREATE TABLE late (id int);
                CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN
                    PERFORM lo_put(4711, 0, 'evil'); RETURN NULL; END $f$;
                CREATE CONSTRAINT TRIGGER late AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION late();
                CREATE FUNCTION early() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN
                    EXECUTE 'SET CONSTRAINTS ALL DEFERRED';
                    EXECUTE format('INSERT INTO %I.late VALUES (1)', TG_TABLE_SCHEMA); RETURN NULL; END $f$;
                CREATE TRIGGER early AFTER INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION early()""");
        String a = Samples.create(database, "a", MEMBERS, NOTES);

        FleetReport report = Samples.with(database, MEMBERS, NOTES, trigger).deploy(Tenants.named(a));

        assertThat(report.failed()).as(report.toString()).hasSize(1);
        assertThat(database.value("SELECT length(lo_get(4711))")).isEqualTo("0");
    }

    /** A script that only adds a column has the quick check, and runs whatever waits behind the tracking table. */
    @Test
    void whatWaitsBehindTheTrackingTableIsSeenByTheQuickCheckToo() {
        for (String evil : List.of(
                "INSERT INTO public.audit (what) VALUES (1)",
                "ALTER TYPE public.mood RENAME TO rage",
                "GRANT SELECT ON public.audit TO PUBLIC",
                "CREATE TYPE public.evil AS ENUM ('x')")) {
            Migration arms = Migration.of("20240201_arms", """
                    CREATE FUNCTION early() RETURNS trigger LANGUAGE plpgsql AS $f$ DECLARE q text := '%s'; BEGIN
                        IF NEW.version LIKE '%%flag' THEN EXECUTE q; END IF; RETURN NULL; END $f$;
                    CREATE TRIGGER early AFTER INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION early()""".formatted(evil.replace("'", "''")));
            Migration flag = Migration.of("20240202_flag", "ALTER TABLE notes ADD COLUMN flag boolean");
            String a = Samples.create(database, "a", MEMBERS, NOTES, arms);

            FleetReport report =
                    Samples.with(database, MEMBERS, NOTES, arms, flag).deploy(Tenants.named(a));

            assertThat(report.failed()).as(evil).hasSize(1);
            assertThat(report.failed().get(0).failure().message()).as(evil).contains("outside of its tenant's schema");
        }
    }

    /** A change of another tenant's function takes no lock and appears in no text. */
    private static String changing(String schema) {
        return "convert_from(decode('"
                + HexFormat.of().formatHex(("ALTER FUNCTION " + schema + ".target() COST 7").getBytes(UTF_8))
                + "', 'hex'), 'UTF8')";
    }

    private String prepareTarget(String schema) {
        database.execute("CREATE FUNCTION " + schema + ".target() RETURNS int LANGUAGE sql COST 3 AS 'SELECT 1'");
        return "SELECT procost::int FROM pg_proc WHERE oid = '" + schema + ".target'::regproc";
    }

    @Test
    void aFunctionThatHidesWhatItDoesMayBeGoneAfterwards() {
        String a = Samples.create(database, "a", MEMBERS);
        String b = Samples.create(database, "b", MEMBERS);
        String cost = prepareTarget(b);
        Migration makes = Migration.of(
                "20240201_makes",
                "CREATE FUNCTION evil() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN EXECUTE " + changing(b)
                        + "; RETURN 1; END $f$");
        Migration uses = Migration.of("20240202_uses", "SELECT evil(); DROP FUNCTION evil()");
        Samples.with(database, MEMBERS, makes).deploy(Tenants.named(a)).throwIfFailed();

        FleetReport report = Samples.with(database, MEMBERS, makes, uses).deploy(Tenants.named(a));

        assertThat(report.failed()).hasSize(1);
        assertThat(report.failed().get(0).failure().message()).contains("function " + b + ".target()");
        assertThat(database.value(cost)).isEqualTo("3");
    }

    /** In one run: the functions that were there when it began tell nothing of what a script makes. */
    @Test
    void aScriptMayCallWhatAnotherHasJustMade() {
        String a = Samples.create(database, "a", MEMBERS);
        String b = Samples.create(database, "b", MEMBERS);
        String cost = prepareTarget(b);
        String body = " RETURNS int LANGUAGE plpgsql AS ";
        for (String evil : List.of(
                "CREATE FUNCTION evil()" + body + "$f$ BEGIN EXECUTE " + changing(b) + "; RETURN 1; END $f$",
                "CREATE FUNCTION evil()" + body + "'BEGIN EXE'\n'CUTE "
                        + changing(b).replace("'", "''") + "; RETURN 1; END'",
                "CREATE FUNCTION evil()" + body + "'BEGIN EXE' -- more\n 'CUTE "
                        + changing(b).replace("'", "''") + "; RETURN 1; END'",
                "CREATE FUNCTION evil()" + body + "E'BEGIN \\x45XECUTE "
                        + changing(b).replace("'", "''") + "; RETURN 1; END'",
                "CREATE FUNCTION evil()" + body + "U&'BEGIN \\0045XECUTE "
                        + changing(b).replace("'", "''") + "; RETURN 1; END'",
                "CREATE FUNCTION evil() RETURNS xml LANGUAGE sql BEGIN ATOMIC SELECT query_to_xml(" + changing(b)
                        + ", true, true, ''); END",
                "DO $do$ BEGIN EXECUTE 'CREATE FUNCTION evil()" + body + "$f$ BEGIN EXECUTE "
                        + changing(b).replace("'", "''") + "; RETURN 1; END $f$'; END $do$")) {
            Migration makes = Migration.of("20240201_makes", evil);
            Migration uses = Migration.of("20240202_uses", "SELECT evil()");
            Migration later = Migration.of("20240203_later", "UPDATE team_member SET id = id; SELECT evil()");
            assertThatThrownBy(() -> Samples.with(database, MEMBERS, makes, uses, later)
                            .deploy(Tenants.named(a))
                            .throwIfFailed())
                    .as(evil)
                    .isInstanceOf(TenantMigratorException.class);
            assertThat(database.value(cost)).as(evil).isEqualTo("3");
            database.execute("DELETE FROM " + a + ".schema_migrations WHERE version > '202402';"
                    + " DROP FUNCTION IF EXISTS " + a + ".evil()");
        }
    }

    /** The script names no schema, its search path leads elsewhere, and its change takes no lock. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT set_config('search_path', '%s', true); ALTER TYPE mine RENAME TO yours",
                "SELECT set_config('sear' || 'ch_path', '%s', true); ALTER TYPE mine RENAME TO yours",
                "SELECT U&\"set\\005fconfig\"('search_path', '%s', true); ALTER TYPE mine RENAME TO yours",
                "SELECT \"set_config\"('search_path', '%s', true); ALTER TYPE mine RENAME TO yours",
                "SELECT set_config('search_path', '%s', true); ALTER FUNCTION does() COST 7",
                "SELECT U&\"set\\005fconfig\"('search_path', '%s', true); ALTER FUNCTION does() COST 7",
                "SET LOCAL search_path TO %s; ALTER TYPE mine RENAME TO yours",
                "SET search_path = %s; ALTER FUNCTION does() COST 7",
                "INSERT INTO team_member SELECT FROM set_config('search_path', '%s', true) WHERE false;"
                        + " ALTER TYPE mine RENAME TO yours",
                "REASSIGN OWNED BY CURRENT_USER TO pg_database_owner",
                "DROP OWNED BY CURRENT_USER CASCADE",
                "UPDATE pg_settings SET setting = '%s' WHERE name = 'search_path'; ALTER TYPE mine RENAME TO yours",
            })
    void aSearchPathLeadsToNoOtherTenant(String script) {
        String a = Samples.create(database, "a", MEMBERS);
        String b = Samples.create(database, "b", MEMBERS);
        database.execute("CREATE TYPE " + b + ".mine AS ENUM ('x'); CREATE FUNCTION " + b
                + ".does() RETURNS int LANGUAGE sql COST 3 AS 'SELECT 1'");

        Throwable refused = catchThrowable(
                () -> Samples.with(database, MEMBERS, Migration.of("20240201_leads", script.formatted(b)))
                        .deploy(Tenants.named(a))
                        .throwIfFailed());

        assertThat(refused).isInstanceOf(TenantMigratorException.class);
        assertThat(database.value("SELECT to_regtype('" + b + ".mine') IS NOT NULL AND (SELECT procost = 3 FROM pg_proc"
                        + " WHERE oid = '" + b + ".does'::regproc)"))
                .isEqualTo("true");
    }

    /** {b} is another tenant, {d} the database, {r} a carriage return. */
    static Stream<List<String>> scriptsThatReachOut() {
        String grants =
                "EXECUTE ''GR'' || ''ANT SELECT ON '' || (SELECT string_agg(oid::regclass::text, '','') FROM pg_class"
                        + " WHERE relname = ''aim'') || '' TO PUBLIC''";
        return Stream.of(
                List.of("""
                        CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$
                        DECLARE c refcursor := 'tenant_migrator_earlier';
                        BEGIN CLOSE c; OPEN c FOR SELECT xml '<a/>'; END $$;
                        SELECT f(); DROP TYPE mood; DROP FUNCTION shared_does(); DROP FUNCTION f()"""),
                List.of("CREATE OR REPLACE FUNCTION {d}.{b}.does() RETURNS int LANGUAGE sql AS 'SELECT 666'"),
                List.of("SET lock_timeout = '5s'; CREATE OR REPLACE FUNCTION {d}.{b}.does() RETURNS int LANGUAGE sql AS"
                        + " 'SELECT 666'"),
                List.of("ALTER TYPE {d}.{b}.mine RENAME TO evil"),
                List.of("CREATE TYPE {d}.{b}.newtype AS ENUM ('a')"),
                List.of(
                        "SELECT * FROM ts_stat('SELECT ''a''::tsvector FROM set_' || 'config(''search' ||"
                                + " '_path'',''{b}'',true)'); CREATE OR REPLACE FUNCTION does() RETURNS int LANGUAGE sql AS 'SELECT 9'"),
                List.of(
                        "CREATE VIEW v AS SELECT set_config('search' || '_path', '{b}', true) AS x",
                        "SELECT * FROM v; CREATE OR REPLACE FUNCTION does() RETURNS int LANGUAGE sql AS 'SELECT 777'"),
                List.of(
                        "CREATE TABLE d (id int, x text DEFAULT set_config('search' || '_path', '{b}', true))",
                        "INSERT INTO d VALUES (1); CREATE OR REPLACE FUNCTION does() RETURNS int LANGUAGE sql AS 'SELECT 7'"),
                List.of(
                        "CREATE FUNCTION g() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DO E'BEGIN "
                                + grants.replace("EXECUTE", "EX\\105CUTE") + "; END'; END $$",
                        "SELECT g()"),
                List.of("CREATE FUNCTION r() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RESET ALL; END $$; SELECT r();"
                        + " CREATE OR REPLACE FUNCTION shared_does() RETURNS int LANGUAGE sql AS 'SELECT 1000'"),
                List.of("CREATE FUNCTION h() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DO /**/ 'BEGIN "
                        + grants.replace("EXECUTE", "EXEC'{r}'UTE") + "; END'; END $$; SELECT h()"));
    }

    @ParameterizedTest
    @MethodSource("scriptsThatReachOut")
    void theyReachNobody(List<String> scripts) {
        String a = Samples.create(database, "a", MEMBERS);
        String b = Samples.create(database, "b", MEMBERS);
        database.execute("CREATE TYPE " + b + ".mine AS ENUM ('x'); CREATE TABLE " + b
                + ".aim (id int); CREATE FUNCTION "
                + b + ".does() RETURNS int LANGUAGE sql AS 'SELECT 3'; CREATE OR REPLACE FUNCTION public.shared_does()"
                + " RETURNS int LANGUAGE sql AS 'SELECT 3'");
        String state =
                "SELECT concat(" + b + ".does(), public.shared_does(), to_regtype('" + b + ".mine'), to_regtype('" + b
                        + ".newtype'), to_regtype('public.mood'), (SELECT relacl FROM pg_class WHERE oid = '" + b
                        + ".aim'::regclass))";
        String before = database.value(state);
        List<Migration> migrations = new ArrayList<>(List.of(MEMBERS));

        for (String script : scripts) {
            migrations.add(Migration.of(
                    "2024020" + migrations.size() + "_reaches",
                    script.replace("{b}", b).replace("{d}", database.name()).replace("{r}", "\r")));
            Throwable refused = catchThrowable(() -> Samples.with(database, migrations.toArray(Migration[]::new))
                    .deploy(Tenants.named(a))
                    .throwIfFailed());
            if (refused != null) {
                assertThat(refused).isInstanceOf(TenantMigratorException.class);
            }
        }

        assertThat(database.value(state)).isEqualTo(before);
    }

    /** The sequence shows how often: its values are not taken back. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "DROP TABLE dropped",
                "ALTER TABLE dropped DROP CONSTRAINT one",
                "ALTER TABLE dropped DROP COLUMN x",
                "DROP TABLE dropped; DROP TYPE e",
                "ALTER TABLE dropped ADD COLUMN n int NOT NULL DEFAULT 1, ALTER COLUMN y SET DEFAULT 'b'",
                "ALTER TABLE dropped ALTER COLUMN y TYPE text USING upper(y)",
            })
    void whatAPlainScriptDropsIsLookedUpAtOnce(String script) {
        Migration base = Migration.of(
                "20240201_base",
                "CREATE SEQUENCE runs; CREATE TYPE e AS ENUM ('x'); CREATE TABLE dropped (id serial PRIMARY KEY, x int,"
                        + " y varchar(9), k e, CONSTRAINT one UNIQUE (x)); CREATE INDEX dropped_y ON dropped (y)");
        String a = Samples.create(database, "a", MEMBERS, base);
        Samples.with(database, MEMBERS, base, Migration.of("20240202_drops", "SELECT nextval('runs'); " + script))
                .deploy(Tenants.named(a))
                .throwIfFailed();
        assertThat(database.value("SELECT last_value FROM " + a + ".runs")).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE FUNCTION pg_temp.left_there() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "CREATE FUNCTION \"pg_temp\".left_there() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "CREATE FUNCTION U&\"pg\\005ftemp\".left_there() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "CREATE TYPE pg_temp.left_there AS ENUM ('x')",
                "SELECT 1 AS one INTO TEMP left_there",
            })
    void whatIsTemporaryReachesNoOtherTenant(String script) throws SQLException {
        String a = Samples.create(database, "a", MEMBERS);
        try (HikariDataSource one = Samples.pool(database, 1)) {
            Throwable refused = catchThrowable(() -> TenantMigrator.builder(one)
                    .migrations(MigrationSource.of(MEMBERS, Migration.of("20240201_leaves", script)))
                    .build()
                    .deploy(Tenants.named(a))
                    .throwIfFailed());
            if (refused != null) {
                assertThat(refused).isInstanceOf(TenantMigratorException.class);
            }
            try (Connection connection = one.getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT (SELECT count(*) FROM pg_depend WHERE refclassid ="
                            + " 'pg_namespace'::regclass AND refobjid = pg_my_temp_schema())")) {
                row.next();
                assertThat(row.getInt(1)).isZero();
            }
        }
    }

    @Test
    @Timeout(60)
    void aTriggerThatSaysThatTheTenantIsHeldEndsTheRun() {
        Migration forges = Migration.of("20240201_forges", """
                CREATE FUNCTION forge() RETURNS trigger LANGUAGE plpgsql AS $f$
                    DECLARE nonce text := substring(current_query() FROM '\\([0-9a-f-]{36}\\)'); BEGIN
                    RAISE EXCEPTION 'tenant-migrator: another transaction works on this tenant %', nonce; END $f$;
                CREATE TRIGGER forge AFTER INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION forge()""");
        String a = Samples.create(database, "a", MEMBERS, NOTES);

        FleetReport first = Samples.with(database, MEMBERS, NOTES, forges).deploy(Tenants.named(a));

        assertThat(first.failed()).hasSize(1);
    }

    @Test
    void namesAreFoundWhenAllIdentifiersAreQuoted() throws SQLException {
        database.execute("ALTER ROLE CURRENT_USER SET quote_all_identifiers = on");
        try (HikariDataSource pool = Samples.pool(database, 1)) {
            Migration type = Migration.of(
                    "20240201_type",
                    "CREATE TYPE kind AS ENUM ('a'); ALTER TABLE notes ADD COLUMN k kind; DROP INDEX notes_member");
            Migration bad = Migration.of("20240202_bad", "DROP TYPE mood");
            TenantMigrator migrator = TenantMigrator.builder(pool)
                    .migrations(MigrationSource.of(MEMBERS, NOTES, type))
                    .build();
            String a = migrator.createTenant(TenantName.forUser("a")).schema();
            migrator.deploy(Tenants.named(a)).throwIfFailed();
            FleetReport report = TenantMigrator.builder(pool)
                    .migrations(MigrationSource.of(MEMBERS, NOTES, type, bad))
                    .build()
                    .deploy(Tenants.named(a));
            assertThat(report.failed().get(0).failure().message()).contains("mood");
        } finally {
            database.execute("ALTER ROLE CURRENT_USER RESET quote_all_identifiers");
        }
    }

    @Test
    void aConnectionServesOneTenantAfterTheOther() throws SQLException {
        String a = Samples.create(database, "a", MEMBERS, NOTES);
        String b = Samples.create(database, "b", MEMBERS, NOTES);
        Migration drops = Migration.of("20240301_drops", "DROP INDEX notes_member; CREATE TYPE e AS ENUM ('x')");
        try (HikariDataSource one = Samples.pool(database, 1)) {
            String before = process(one);

            FleetReport report = TenantMigrator.builder(one)
                    .migrations(MigrationSource.of(MEMBERS, NOTES, FLAG, drops))
                    .build()
                    .deployAll();

            assertThat(report.throwIfFailed().failed()).isEmpty();
            assertThat(database.value(
                            "SELECT to_regtype('" + a + ".e') IS NOT NULL AND to_regtype('" + b + ".e') IS NOT NULL"))
                    .isEqualTo("true");
            assertThat(process(one)).isEqualTo(before);
        }
    }

    private static String process(HikariDataSource pool) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return row.getString(1);
        }
    }
}
