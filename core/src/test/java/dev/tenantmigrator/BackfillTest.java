package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantOutcome.Backfilled;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@PostgresTest
class BackfillTest {

    private static final Migration TRIGGER = Migration.of("20240104_trigger", """
            CREATE FUNCTION public.stamp() RETURNS trigger LANGUAGE plpgsql AS $f$
            BEGIN INSERT INTO "public"."notes" (body) VALUES ('stamped'); RETURN NEW; END $f$;
            CREATE TRIGGER stamp AFTER INSERT ON public.team_member FOR EACH ROW EXECUTE FUNCTION public.stamp();
            COMMENT ON TABLE team_member IS 'who works here';
            UPDATE public.counter SET n = n + 1""");

    private final TestDatabase database;
    private final TenantMigrator migrator;

    BackfillTest(TestDatabase database) {
        this.database = database;
        database.execute("CREATE TABLE IF NOT EXISTS public.counter (n int); TRUNCATE public.counter;"
                + " INSERT INTO public.counter VALUES (0)");
        this.migrator = Samples.migrator(database, MEMBERS, NOTES, FLAG, TRIGGER)
                .requiredTables("team_member", "notes")
                .sharedObjects("counter")
                .build();
    }

    @AfterEach
    void dropAll() {
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
    }

    private String create(String user) {
        return migrator.createTenant(TenantName.forUser(user)).schema();
    }

    private List<List<Object>> columns(String schema) {
        return database.query(
                "SELECT table_name, column_name, data_type, replace(coalesce(column_default, ''), ?, 'T') FROM"
                        + " information_schema.columns WHERE table_schema = ? ORDER BY 1, ordinal_position",
                schema,
                schema);
    }

    /** The empty table would hide the rows. */
    @Test
    void aTableThatMayBeThereUnderAnotherNameIsNotMadeAnew() {
        String renamed = create("renamed");
        String copied = create("copied");
        database.execute("INSERT INTO " + renamed + ".notes (body) VALUES ('kept');"
                + " ALTER TABLE " + renamed + ".notes RENAME TO notes_old;"
                + " CREATE TABLE " + copied + ".notes_old AS SELECT * FROM " + copied + ".notes; DROP TABLE " + copied
                + ".notes");

        FleetReport report = migrator.backfill(Tenants.all());

        assertThat(report.of(TenantOutcome.Failed.class)).singleElement().satisfies(outcome -> {
            assertThat(outcome.schema()).isEqualTo(renamed);
            assertThat(outcome.failure().message())
                    .contains(
                            "the table notes_old has the columns of notes, which is missing, and rows",
                            "ALTER TABLE \"" + renamed + "\".\"notes_old\" RENAME TO \"notes\"",
                            "nothing was changed");
        });
        assertThat(report.of(Backfilled.class))
                .as("a table without rows hides nothing")
                .singleElement()
                .extracting(Backfilled::schema)
                .isEqualTo(copied);
        database.execute("ALTER TABLE \"" + renamed + "\".\"notes_old\" RENAME TO \"notes\"");
        assertThat(migrator.backfill(Tenants.all()).throwIfFailed().of(TenantOutcome.UpToDate.class))
                .hasSize(2);
    }

    @Test
    void makesMissingTablesAsTheMigrationsDefineThem() {
        String whole = create("whole");
        String lacking = create("lacking");
        database.execute("INSERT INTO " + lacking + ".notes (body) VALUES ('kept')");
        database.execute("DROP TABLE " + lacking + ".team_member CASCADE");

        FleetReport report = migrator.backfill(Tenants.all()).throwIfFailed();

        assertThat(report.of(Backfilled.class)).singleElement().satisfies(outcome -> {
            assertThat(outcome.schema()).isEqualTo(lacking);
            assertThat(outcome.tables()).containsExactly("team_member");
            assertThat(outcome.findings())
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.message())
                            .contains("notes_member_fkey")
                            .contains("ALTER TABLE"));
        });
        assertThat(report.of(TenantOutcome.UpToDate.class)).hasSize(1);
        assertThat(columns(lacking)).isEqualTo(columns(whole));
        database.execute("INSERT INTO " + lacking + ".team_member (name) VALUES ('x')");
        assertThat(database.values("SELECT body FROM " + lacking + ".notes ORDER BY id"))
                .containsExactly("kept", "stamped");
        assertThat(database.value("SELECT obj_description('" + lacking + ".team_member'::regclass)"))
                .isEqualTo("who works here");
        // The data changes of migrations on shared tables happened at the two creations only.
        assertThat(database.value("SELECT n FROM public.counter")).isEqualTo("2");
        assertThat(database.values("SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'tenant_migrator%'"))
                .isEmpty();
        assertThat(migrator.verify().successful()).isTrue();
    }

    @Test
    void aTableThatNoAppliedMigrationCreatesIsAFailure() {
        String a = Samples.create(database, "a", MEMBERS);
        String message =
                migrator.backfill(Tenants.named(a)).failed().get(0).failure().toString();
        assertThat(message)
                .contains("no migration that is applied here creates notes")
                .contains(a);
    }

    @Test
    void anEditedMigrationDefinesNothing() {
        String a = create("a");
        database.execute("DROP TABLE " + a + ".notes");
        Migration edited = Migration.of(NOTES.version(), "CREATE TABLE notes (other int)");
        assertThat(Samples.migrator(database, MEMBERS, edited, FLAG, TRIGGER)
                        .requiredTables("notes")
                        .build()
                        .backfill(Tenants.named(a))
                        .failed())
                .singleElement()
                .satisfies(failed -> assertThat(failed.failure().message()).contains("was edited"));
    }

    @Test
    void nothingMissingChangesNothing() {
        String a = create("a");
        assertThat(migrator.backfill(Tenants.named(a)).outcomes()).containsExactly(new TenantOutcome.UpToDate(a));
        assertThat(migrator.backfill(Tenants.named("nobody_1")).failed()).hasSize(1);
    }
}
