package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An error while a migration is recorded rolls the migration back, in either tracking store. */
@PostgresTest
class TrackingFaultTest {

    /** As PostgreSQL reports a full disk; and what a server's administrator may have put on the table. */
    private static final String DISK_FULL = """
            CREATE FUNCTION public.disk() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN
              RAISE disk_full USING MESSAGE = 'could not extend file: No space left on device'; END $f$;
            CREATE TRIGGER disk BEFORE INSERT OR DELETE ON %s FOR EACH ROW
              WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION public.disk()""";

    private static final String DEFERRED = """
            CREATE FUNCTION public.disk() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN
              RAISE disk_full USING MESSAGE = 'could not extend file: No space left on device'; END $f$;
            CREATE CONSTRAINT TRIGGER disk AFTER INSERT OR DELETE ON %s DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
              EXECUTE FUNCTION public.disk()""";

    private final TestDatabase database;

    TrackingFaultTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        database.execute("DROP FUNCTION IF EXISTS public.disk CASCADE");
        for (TrackingStore store : List.of(TrackingStore.perSchema(), TrackingStore.fleet())) {
            TenantMigrator migrator = with(store, MEMBERS);
            migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
        }
        database.execute("DROP SCHEMA IF EXISTS tenant_migrator_fleet CASCADE");
        database.assertNoLeaks();
    }

    private TenantMigrator with(TrackingStore store, Migration... migrations) {
        return Samples.migrator(database, migrations).trackingStore(store).build();
    }

    private static TrackingStore store(boolean fleet) {
        return fleet ? TrackingStore.fleet() : TrackingStore.perSchema();
    }

    private static String table(boolean fleet) {
        return (fleet ? "tenant_migrator_fleet" : "a") + ".schema_migrations";
    }

    private static void failedWith(FleetReport report, String state) {
        assertThat(report.failed())
                .singleElement()
                .satisfies(failed -> assertThat(failed.failure().sqlState()).contains(state));
    }

    private List<String> columns() {
        return database.values("SELECT attname::text FROM pg_attribute WHERE attrelid = 'a.notes'::regclass"
                + " AND attnum > 0 AND NOT attisdropped ORDER BY attnum");
    }

    /** Each is in the tenant's own schema, so nothing else keeps a script from it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO schema_migrations (version, applied_at) VALUES ('20240199_other', now())",
                "UPDATE schema_migrations SET checksum = repeat('0', 64) WHERE version < '20240102'",
                "UPDATE schema_migrations SET version = '20240199_other' WHERE version < '20240102'",
                "UPDATE schema_migrations SET applied_at = NULL",
                "DELETE FROM schema_migrations",
                "DO $$ BEGIN EXECUTE 'TRUNCATE schema_migrations'; END $$",
                "DO $$ BEGIN EXECUTE 'TRUNCATE schema_migrations; DROP TABLE schema_migrations; CREATE TABLE schema_migrations"
                        + " (id SERIAL PRIMARY KEY, version VARCHAR(255), description TEXT, applied_at TIMESTAMP, checksum VARCHAR(64))'; END $$",
                "DO $$ BEGIN ALTER TABLE schema_migrations RENAME TO mine; CREATE VIEW schema_migrations AS SELECT * FROM mine; END $$",
                "CREATE RULE nothing AS ON INSERT TO schema_migrations DO INSTEAD NOTHING",
                "DO $$ BEGIN EXECUTE 'DELETE FROM schema' || '_migrations'; END $$",
                """
                CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RETURN NULL; END $f$;
                CREATE TRIGGER spoil BEFORE INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION spoil()""",
                """
                CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN
                  NEW.version := '20240199_other'; RETURN NEW; END $f$;
                CREATE TRIGGER spoil BEFORE INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION spoil()"""
            })
    void aScriptThatChangesWhatIsRecordedOfItsTenantIsTakenBack(String script) {
        String a = Samples.create(database, "a", MEMBERS);
        String recorded = "SELECT t::text FROM " + a + ".schema_migrations t ORDER BY id";
        List<String> before = database.values(recorded);
        Migration spoils =
                Migration.of("20240102_spoils", script + "; CREATE TABLE kept ()", script + "; DROP TABLE team_member");

        FleetReport report = with(TrackingStore.perSchema(), MEMBERS, spoils).deployAll();

        assertThat(report.failed()).singleElement().satisfies(failed -> {
            assertThat(failed.failure().version()).contains("20240102_spoils");
            assertThat(failed.failure().toString()).containsAnyOf("changes the tracking table", "0A000");
        });
        assertThat(database.values(recorded)).isEqualTo(before);
        assertThat(database.value("SELECT to_regclass('" + a + ".kept') IS NULL"))
                .isEqualTo("true");
    }

    /** Made by a migration that changes nothing of the record itself. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEFORE INSERT ¦ NEW.version := '20240199_other'; RETURN NEW;",
                "BEFORE INSERT ¦ NEW.applied_at := NULL; RETURN NEW;",
                "BEFORE INSERT ¦ RETURN NULL;",
                "BEFORE INSERT ¦ IF pg_trigger_depth() > 1 THEN RETURN NEW; END IF;"
                        + " INSERT INTO schema_migrations (version, applied_at) VALUES ('20240199_other', now()); RETURN NULL;",
                "AFTER INSERT ¦ UPDATE schema_migrations SET applied_at = NULL; RETURN NULL;",
                "AFTER INSERT ¦ DELETE FROM schema_migrations WHERE version < '20240102'; RETURN NULL;"
            })
    void aTriggerThatChangesWhatIsRecordedTakesTheNextMigrationBack(String trigger) {
        String a = Samples.create(database, "a", MEMBERS);
        String[] parts = trigger.split(" ¦ ", 2);
        database.execute("CREATE FUNCTION " + a + ".spoil() RETURNS trigger LANGUAGE plpgsql SET search_path TO " + a
                + " AS $f$ BEGIN " + parts[1] + " END $f$; CREATE TRIGGER spoil " + parts[0] + " ON " + a
                + ".schema_migrations FOR EACH ROW EXECUTE FUNCTION " + a + ".spoil()");
        String recorded = "SELECT t::text FROM " + a + ".schema_migrations t ORDER BY id";
        List<String> before = database.values(recorded);

        FleetReport report = with(TrackingStore.perSchema(), MEMBERS, NOTES).deployAll();

        assertThat(report.failed())
                .singleElement()
                .satisfies(failed -> assertThat(failed.failure().message()).contains("changes the tracking table"));
        assertThat(database.values(recorded)).isEqualTo(before);
        assertThat(database.value("SELECT to_regclass('" + a + ".notes') IS NULL"))
                .isEqualTo("true");
    }

    @Test
    void aTriggerThatForgetsAnotherVersionTakesTheRollbackBack() {
        String a = Samples.create(database, "a", MEMBERS, NOTES);
        database.execute("CREATE FUNCTION " + a + ".spoil() RETURNS trigger LANGUAGE plpgsql SET search_path TO " + a
                + " AS $f$ BEGIN IF pg_trigger_depth() > 1 THEN RETURN OLD; END IF;"
                + " DELETE FROM schema_migrations WHERE version < '20240102'; RETURN NULL; END $f$;"
                + " CREATE TRIGGER spoil BEFORE DELETE ON " + a + ".schema_migrations FOR EACH ROW EXECUTE FUNCTION "
                + a
                + ".spoil()");

        FleetReport report = with(TrackingStore.perSchema(), MEMBERS, NOTES)
                .rollback(Tenants.named(a), NOTES.version(), RollbackOptions.defaults());

        assertThat(report.failed())
                .singleElement()
                .satisfies(failed -> assertThat(failed.failure().message()).contains("changes the tracking table"));
        assertThat(database.values("SELECT version FROM " + a + ".schema_migrations ORDER BY id"))
                .containsExactly(MEMBERS.version(), NOTES.version());
    }

    /** A script can read the mark of the library's own errors, in the text of a query that another session of its role runs. */
    @Test
    @Timeout(60)
    void aScriptThatForgesTheErrorOfAHeldTenantIsReported() {
        Samples.create(database, "a", MEMBERS);
        String forged = SqlErrors.marker("another transaction works on this tenant");
        Migration forges = Migration.of("20240102_forges", "CREATE TABLE kept (); SELECT '" + forged + "'::int");

        FleetReport report = with(TrackingStore.perSchema(), MEMBERS, forges).deployAll();

        assertThat(report.failed()).singleElement().satisfies(failed -> {
            assertThat(failed.failure().toString()).contains("20240102_forges/migration.sql:1");
            assertThat(failed.failure().sqlState()).contains("22P02");
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDeployAndARollbackAreTakenBack(boolean fleet) {
        with(store(fleet), MEMBERS, NOTES).createTenant(TenantName.exactly("a"));
        TenantMigrator migrator = with(store(fleet), MEMBERS, NOTES, FLAG);
        for (String fault : List.of(DISK_FULL, DEFERRED)) {
            database.execute(fault.formatted(table(fleet)));
            failedWith(migrator.deployAll(), "53100");
            assertThat(columns()).containsExactly("id", "member", "body");
            database.execute("DROP FUNCTION public.disk CASCADE");

            migrator.deployAll().throwIfFailed();
            database.execute(fault.formatted(table(fleet)));
            failedWith(migrator.rollback(Tenants.all(), FLAG.version(), RollbackOptions.defaults()), "53100");
            assertThat(columns()).containsExactly("id", "member", "body", "flag");
            database.execute("DROP FUNCTION public.disk CASCADE");
            migrator.rollback(Tenants.all(), FLAG.version(), RollbackOptions.defaults())
                    .throwIfFailed();
        }
        database.execute("ALTER TABLE " + table(fleet) + " ADD CONSTRAINT short CHECK (version !~ 'flag')");
        failedWith(migrator.deployAll(), "23514");
        assertThat(columns()).containsExactly("id", "member", "body");
        assertThat(migrator.status(Tenants.named("a")).tenants().get(0).applied())
                .hasSize(2);
    }

    @Test
    void aCreationIsTakenBackWithTheFleetTable() {
        TenantMigrator migrator = with(TrackingStore.fleet(), MEMBERS, NOTES);
        migrator.prepare();
        for (String fault : List.of(
                DISK_FULL.formatted(table(true)),
                "ALTER TABLE " + table(true) + " ADD CONSTRAINT short CHECK (version !~ 'notes')")) {
            database.execute(fault);
            assertThatThrownBy(() -> migrator.createTenant(TenantName.exactly("a")))
                    .isInstanceOf(MigrationFailedException.class)
                    .hasMessageContaining("nothing of the tenant was kept");
            assertThat(database.value("SELECT to_regnamespace('a')")).isNull();
            assertThat(database.value("SELECT count(*) FROM " + table(true))).isEqualTo("0");
            database.execute("DROP FUNCTION IF EXISTS public.disk CASCADE; ALTER TABLE " + table(true)
                    + " DROP CONSTRAINT IF EXISTS short");
        }
        migrator.createTenant(TenantName.exactly("a"));
    }

    @Test
    void aCreationIsTakenBackWithTheTableOfTheTenant() {
        // Only a migration can come between the making of this table and its rows.
        Migration fault = Migration.of(
                "20240102_fault",
                "DO $$ BEGIN ALTER TABLE schema_migrations ADD CONSTRAINT short CHECK (version !~ 'fault'); END $$");
        TenantMigrator migrator = with(TrackingStore.perSchema(), MEMBERS, fault);
        assertThatThrownBy(() -> migrator.createTenant(TenantName.exactly("a")))
                .isInstanceOf(MigrationFailedException.class)
                .hasMessageContaining("nothing of the tenant was kept")
                .hasMessageContaining("23514");
        assertThat(database.value("SELECT to_regnamespace('a')")).isNull();
    }
}
