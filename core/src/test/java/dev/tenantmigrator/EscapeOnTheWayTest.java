package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Code of a tenant that waits for the library's own statements: the tracking row, a backfill, the commit. */
@PostgresTest
class EscapeOnTheWayTest extends SharedAudit {

    /** A function that is not volatile cannot write, but call one that does. */
    private static final String WRITES = """
            CREATE FUNCTION really(n int) RETURNS int LANGUAGE plpgsql AS $f$
                DECLARE q text := pg_catalog.translate('INSERT INTO publ§c.audit (what) VALUES (1)', '§', 'i');
                BEGIN IF n > 0 THEN EXECUTE q; END IF; RETURN n; END $f$;
            CREATE FUNCTION writes(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $f$
                BEGIN RETURN really(n); END $f$;""";

    EscapeOnTheWayTest(TestDatabase database) {
        super(database);
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
                    CREATE FUNCTION early() RETURNS trigger LANGUAGE plpgsql AS $f$ DECLARE q text := %s; BEGIN
                        IF NEW.version LIKE '%%flag' THEN EXECUTE q; END IF; RETURN NULL; END $f$;
                    CREATE TRIGGER early AFTER INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION early()""".formatted(HiddenSql.expression(evil)));
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
