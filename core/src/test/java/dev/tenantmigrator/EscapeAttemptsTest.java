package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Migrations written to reach another tenant unseen: whatever they try, nothing outside is other than before. */
@PostgresTest
class EscapeAttemptsTest {

    /** All that the attempts are after. */
    private static final String OUTSIDE = """
            SELECT concat_ws(' ', (SELECT count(*) FROM public.audit),
                (SELECT string_agg(p.oid::regprocedure || provolatile::text || prosrc, ',' ORDER BY p.oid) FROM pg_proc p
                  WHERE pronamespace IN ('public'::regnamespace, '%1$s'::regnamespace) AND proname NOT LIKE 'uuid%%'),
                (SELECT string_agg(typname || typnamespace || typnotnull::text || coalesce(typacl::text, ''), ',' ORDER BY t.oid) FROM pg_type t
                  WHERE typname IN ('victim_mood', 'victim_domain', 'victim_row')),
                (SELECT string_agg(conname, ',') FROM pg_constraint WHERE contypid <> 0 AND connamespace = '%1$s'::regnamespace),
                (SELECT count(*) FROM pg_cast WHERE castsource = '%1$s.victim_mood'::regtype),
                (SELECT count(*) FROM pg_ts_config_map m WHERE mapcfg = '%1$s.words'::regconfig),
                (SELECT string_agg(relname || coalesce(relacl::text, '-'), ',' ORDER BY oid) FROM pg_class WHERE relnamespace = '%1$s'::regnamespace),
                (SELECT string_agg(attacl::text, ',') FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid >= 16384),
                (SELECT string_agg(description, ',') FROM pg_description WHERE objoid >= 16384 OR objoid = 'public'::regnamespace))""";

    private static final String EVIL = """
            CREATE FUNCTION evil() RETURNS trigger LANGUAGE plpgsql AS $f$
                DECLARE q text := pg_catalog.translate('INSERT INTO publ§c.audit (what) VALUES (1)', '§', 'i');
                BEGIN EXECUTE q; RETURN NULL; END $f$;""";

    private static final Migration FLAG = Migration.of("20240302_flag", "ALTER TABLE notes ADD COLUMN flag boolean");

    private final TestDatabase database;
    private String a = "";
    private String b = "";

    EscapeAttemptsTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void twoTenants() {
        database.execute("CREATE TABLE public.audit (id serial PRIMARY KEY, what text)");
        a = Samples.create(database, "a", MEMBERS, NOTES);
        b = Samples.create(database, "b", MEMBERS, NOTES);
        database.execute("""
                SET search_path TO %s, public;
                CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';
                CREATE TYPE victim_mood AS ENUM ('a'); CREATE DOMAIN victim_domain AS int CONSTRAINT small CHECK (VALUE < 9);
                CREATE TYPE victim_row AS (x int); CREATE CAST (victim_mood AS text) WITH INOUT;
                CREATE TEXT SEARCH CONFIGURATION words (COPY = english); CREATE SEQUENCE victim_numbers; RESET search_path""".formatted(b));
    }

    @AfterEach
    void dropAll() {
        database.execute("DROP SCHEMA IF EXISTS " + a + " CASCADE; DROP SCHEMA IF EXISTS " + b
                + " CASCADE; DROP TABLE public.audit");
        Samples.dropAll(database);
    }

    private static String hidden(String sql) {
        return "DO $do$ DECLARE q text := " + HiddenSql.expression(sql) + "; BEGIN EXECUTE q; END $do$;";
    }

    static Stream<Arguments> attempts() {
        return Stream.of(
                Arguments.of("a trigger that defers another", List.of(EVIL + """
                        CREATE TABLE late (id int); CREATE TABLE early (id int);
                        CREATE CONSTRAINT TRIGGER late AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED
                            FOR EACH ROW EXECUTE FUNCTION evil();
                        CREATE FUNCTION early() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN
                            EXECUTE 'SET CONSTRAINTS ALL DEFERRED'; INSERT INTO late VALUES (1); RETURN NULL; END $f$;
                        CREATE CONSTRAINT TRIGGER early AFTER INSERT ON early DEFERRABLE INITIALLY DEFERRED
                            FOR EACH ROW EXECUTE FUNCTION early();
                        INSERT INTO early VALUES (1);""")),
                Arguments.of("a trigger on the tracking table that defers another", List.of(EVIL + """
                        CREATE TABLE late (id int);
                        CREATE CONSTRAINT TRIGGER late AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED
                            FOR EACH ROW EXECUTE FUNCTION evil();
                        CREATE FUNCTION early() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN
                            EXECUTE 'SET CONSTRAINTS ALL DEFERRED';
                            EXECUTE format('INSERT INTO %I.late VALUES (1)', TG_TABLE_SCHEMA); RETURN NULL; END $f$;
                        CREATE TRIGGER early AFTER INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION early();""")),
                Arguments.of("a deferred trigger of a temporary table", List.of(EVIL + """
                        CREATE TEMPORARY TABLE late (id int);
                        CREATE CONSTRAINT TRIGGER late AFTER INSERT ON pg_temp.late DEFERRABLE INITIALLY DEFERRED
                            FOR EACH ROW EXECUTE FUNCTION evil();
                        INSERT INTO late VALUES (1);""")),
                Arguments.of(
                        "strings with backslashes",
                        List.of(
                                """
                        CREATE FUNCTION setting() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN
                            PERFORM set_config('standard_conforming' || '_strings', 'off', 1 = 1); RETURN 1; END $f$""",
                                "SELECT setting();\nSELECT 'a\\''; COMMIT; INSERT INTO public.audit (what) VALUES (1); SELECT 1; --'")),
                Arguments.of("a cursor that is moved", List.of("""
                        DO $$ DECLARE c record; q text := 'DROP FUNCTION "{b}".g()'; BEGIN
                            FOR c IN SELECT name FROM pg_cursors WHERE name LIKE 'tenant%' LOOP
                                EXECUTE format('MOVE ALL IN %I', c.name);
                            END LOOP;
                            EXECUTE q;
                        END $$""")),
                Arguments.of("a cursor that is moved by one", List.of("""
                        DO $$ DECLARE c record; q text := 'DROP FUNCTION "{b}".g()'; BEGIN
                            FOR c IN SELECT name FROM pg_cursors WHERE name LIKE 'tenant%' LOOP
                                EXECUTE format('MOVE 1 IN %I', c.name);
                                BEGIN EXECUTE format('MOVE ABSOLUTE 0 IN %I', c.name); EXCEPTION WHEN OTHERS THEN NULL; END;
                            END LOOP;
                            EXECUTE q;
                        END $$""")),
                Arguments.of(
                        "a type that is moved in",
                        List.of(hidden("ALTER TYPE \"{b}\".victim_mood SET SCHEMA \"{a}\""))),
                Arguments.of(
                        "a domain that is moved in",
                        List.of(hidden("ALTER DOMAIN \"{b}\".victim_domain SET SCHEMA \"{a}\""))),
                Arguments.of(
                        "a row type that is moved in",
                        List.of(hidden("ALTER TYPE \"{b}\".victim_row SET SCHEMA \"{a}\""))),
                Arguments.of(
                        "a sequence that is moved in",
                        List.of(hidden("ALTER SEQUENCE \"{b}\".victim_numbers SET SCHEMA \"{a}\""))),
                Arguments.of(
                        "a sequence that is taken from its table and moved in",
                        List.of("DO $$ BEGIN EXECUTE 'ALTER SEQUENCE \"{b}\".notes_id_seq OW' || 'NED BY NONE'; END $$;"
                                + hidden("ALTER SEQUENCE \"{b}\".notes_id_seq RENAME TO stolen")
                                + hidden("ALTER SEQUENCE \"{b}\".stolen SET SCHEMA \"{a}\""))),
                Arguments.of(
                        "a type behind one of a table",
                        List.of("INSERT INTO notes DEFAULT VALUES; "
                                + hidden("GRANT USAGE ON TYPE \"{a}\".notes TO PUBLIC")
                                + hidden("GRANT USAGE ON TYPE \"{b}\".victim_domain TO PUBLIC"))),
                Arguments.of(
                        "a function behind one that is counted twice",
                        List.of(hidden(
                                        "CREATE FUNCTION \"{a}\".twice(n regnamespace DEFAULT '\"{a}\"'::regnamespace) RETURNS int"
                                                + " LANGUAGE sql AS 'SELECT 1'")
                                + hidden("ALTER FUNCTION \"{b}\".g() IMMUTABLE"))),
                Arguments.of(
                        "a constraint of a domain",
                        List.of(hidden("ALTER DOMAIN \"{b}\".victim_domain RENAME CONSTRAINT small TO big"))),
                Arguments.of("a cast", List.of(hidden("DROP CAST (\"{b}\".victim_mood AS text)"))),
                Arguments.of(
                        "a mapping of text search",
                        List.of(hidden("ALTER TEXT SEARCH CONFIGURATION \"{b}\".words DROP MAPPING FOR asciiword"))),
                Arguments.of(
                        "the privileges of a column",
                        List.of(hidden("GRANT SELECT (body) ON \"{b}\".notes TO PUBLIC"))),
                Arguments.of(
                        "the privileges of a row type",
                        List.of(hidden("GRANT USAGE ON TYPE \"{b}\".victim_row TO PUBLIC"))),
                Arguments.of("the comment on a built-in schema", List.of(hidden("COMMENT ON SCHEMA public IS 'mine'"))),
                Arguments.of(
                        "a type for the library's own casts",
                        List.of("""
                        CREATE FUNCTION evil(v pg_catalog.text) RETURNS boolean LANGUAGE plpgsql AS $f$
                            DECLARE q pg_catalog.text := pg_catalog.translate('INSERT INTO publ§c.audit (what) VALUES (1)', '§', 'i');
                            BEGIN EXECUTE q; RETURN true; END $f$;
                        """
                                + hidden("CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (\"{a}\".evil(VALUE))"))),
                Arguments.of(
                        "an operator for the library's own comparisons",
                        List.of("""
                        CREATE FUNCTION evil(v text, w text) RETURNS boolean LANGUAGE plpgsql AS $f$
                            DECLARE q text := pg_catalog.translate('INSERT INTO publ§c.audit (what) VALUES (1)', '§', 'i');
                            BEGIN EXECUTE q; RETURN pg_catalog.texteq(v, w);
                            EXCEPTION WHEN OTHERS THEN RETURN pg_catalog.texteq(v, w); END $f$;
                        CREATE OPERATOR = (LEFTARG = text, RIGHTARG = text, FUNCTION = evil);
                        """ + hidden("SELECT set_config('search_path', '\"{a}\", pg_catalog', false)"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attempts")
    void nothingOutsideIsOther(String name, List<String> scripts) {
        String before = database.value(OUTSIDE.formatted(b));

        List<Migration> migrations = new ArrayList<>(List.of(MEMBERS, NOTES));
        for (String script : scripts) {
            migrations.add(Migration.of(
                    "2024030" + migrations.size() + "_attempt",
                    script.replace("{a}", a).replace("{b}", b)));
        }
        String report;
        try {
            report = Samples.with(database, migrations.toArray(Migration[]::new))
                    .deploy(Tenants.named(a))
                    .toString();
        } catch (TenantMigratorException e) {
            report = e.toString();
        }
        assertThat(database.value(OUTSIDE.formatted(b))).as(report).isEqualTo(before);

        Throwable thrown = catchThrowable(() -> Samples.create(database, "c", migrations.toArray(Migration[]::new)));
        assertThat(database.value(OUTSIDE.formatted(b)))
                .as("creation: %s", thrown)
                .isEqualTo(before);

        Throwable inside = catchThrowable(() -> createInside(migrations));
        assertThat(database.value(OUTSIDE.formatted(b)))
                .as("creation: %s", inside)
                .isEqualTo(before);
    }

    private void createInside(List<Migration> migrations) throws SQLException {
        try (HikariDataSource one = Samples.pool(database, 1);
                Connection connection = one.getConnection()) {
            connection.setAutoCommit(false);
            Samples.with(database, migrations.toArray(Migration[]::new))
                    .createTenant(connection, TenantName.forUser("d"));
            connection.commit();
        }
    }

    @Test
    void nothingStaysOnTheCallersConnection() throws SQLException {
        Migration temporary = Migration.of(
                "20240301_temporary",
                "DO $$ BEGIN EXECUTE 'CREATE TE' || 'MP TABLE users (x int)'; EXECUTE 'PRE' || 'PARE p AS SELECT 1'; END $$");
        try (HikariDataSource one = Samples.pool(database, 1);
                Connection connection = one.getConnection()) {
            connection.setAutoCommit(false);
            Throwable thrown = catchThrowable(
                    () -> Samples.with(database, MEMBERS, temporary).createTenant(connection, TenantName.forUser("d")));
            connection.commit();
            try (var rows = connection
                    .createStatement()
                    .executeQuery("SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()")) {
                rows.next();
                assertThat(rows.getInt(1)).as("%s", thrown).isZero();
            }
        }
    }

    @Test
    void aHiddenTemporaryTableReachesNoOtherTenant() {
        Migration temporary = Migration.of(
                "20240301_temporary",
                "DO $$ BEGIN IF current_schema() LIKE 'a%' THEN EXECUTE 'CREATE TE' || 'MP TABLE notes (id int)'; END IF; END $$");
        TenantMigrator migrator = TenantMigrator.builder(database.dataSource())
                .migrations(MigrationSource.of(MEMBERS, NOTES, temporary, FLAG))
                .parallelism(1)
                .build();

        migrator.deployAll();

        assertThat(flagsOfNotes(b)).isEqualTo("1");
    }

    /** The schema of temporary tables is there already, and tables are made as the script's text says. */
    @Test
    void aHiddenTemporaryTableReachesNoOtherTenantOnAConnectionThatHadOne() throws SQLException {
        Migration temporary = Migration.of(
                "20240301_temporary",
                "CREATE TABLE more (id int); DO $$ BEGIN IF current_schema() LIKE 'a%' THEN"
                        + " EXECUTE 'CREATE TE' || 'MP TABLE notes (id int)'; END IF; END $$");
        try (HikariDataSource one = Samples.pool(database, 1)) {
            try (Connection connection = one.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TEMP TABLE x (id int); DROP TABLE x");
            }
            TenantMigrator migrator = TenantMigrator.builder(one)
                    .migrations(MigrationSource.of(MEMBERS, NOTES, temporary, FLAG))
                    .parallelism(1)
                    .build();

            migrator.deployAll();
        }

        assertThat(flagsOfNotes(b)).isEqualTo("1");
    }

    private String flagsOfNotes(String tenant) {
        return database.value("SELECT count(*) FROM pg_attribute WHERE attname = 'flag' AND attrelid = '" + tenant
                + ".notes'::regclass");
    }

    @Test
    void aTriggerOnTheTrackingTableReachesNothingThroughARepair() {
        Migration trigger = Migration.of("20240301_trigger", EVIL + """
                CREATE TRIGGER evil AFTER UPDATE OR DELETE ON schema_migrations FOR EACH ROW EXECUTE FUNCTION evil()""");
        TenantMigrator migrator = Samples.with(database, MEMBERS, NOTES, trigger);
        migrator.deploy(Tenants.named(a)).throwIfFailed();

        assertThat(migrator.repair(Tenants.named(a), new Repair.MarkNotApplied(trigger.version()))
                        .failed())
                .hasSize(1);
        assertThat(database.value("SELECT count(*) FROM public.audit")).isEqualTo("0");
    }
}
