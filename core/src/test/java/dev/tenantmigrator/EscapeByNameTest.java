package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that lead out of the tenant: by the search path, the database, a temporary schema, or hidden in a call. */
@PostgresTest
class EscapeByNameTest extends SharedAudit {

    EscapeByNameTest(TestDatabase database) {
        super(database);
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
    void aTemporaryTableReachesNoOtherTenantOfTheRun() throws SQLException {
        Samples.create(database, "a", MEMBERS);
        Samples.create(database, "b", MEMBERS);
        Migration temporary = Migration.of("20240201_temporary", "SELECT 1 AS one INTO TEMP left_there");
        try (HikariDataSource one = Samples.pool(database, 1)) {
            // The first temporary object of a session writes to pg_namespace, which alone asks for the full check.
            try (Connection connection = one.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TEMP TABLE first (); DROP TABLE first");
            }

            assertThat(TenantMigrator.builder(one)
                            .migrations(MigrationSource.of(MEMBERS, temporary))
                            .build()
                            .deployAll()
                            .throwIfFailed()
                            .of(TenantOutcome.Migrated.class))
                    .hasSize(2);
        }
    }
}
