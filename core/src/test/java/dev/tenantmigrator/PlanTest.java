package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.PlanReport;
import dev.tenantmigrator.report.PlannedMigration;
import dev.tenantmigrator.report.ScriptNote;
import dev.tenantmigrator.report.ScriptNote.Kind;
import dev.tenantmigrator.report.TenantPlan;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@PostgresTest
class PlanTest {

    private final TestDatabase database;

    PlanTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    @Test
    void showsWhatIsPendingInEachTenant() {
        String ada = Samples.create(database, "ada", MEMBERS);
        String bob = Samples.create(database, "bob", MEMBERS, NOTES);
        String eve = Samples.create(database, "eve", MEMBERS, NOTES, FLAG);

        PlanReport report = Samples.with(database, MEMBERS, NOTES, FLAG).plan(Tenants.all());

        assertThat(report.successful()).isTrue();
        assertThat(report.missingExtensions()).isEmpty();
        assertThat(report.tenants()).extracting(TenantPlan::schema).containsExactly(ada, bob, eve);
        assertThat(versions(report, ada)).containsExactly(NOTES.version(), FLAG.version());
        assertThat(versions(report, bob)).containsExactly(FLAG.version());
        assertThat(versions(report, eve)).isEmpty();
        PlannedMigration flag = tenant(report, bob).migrations().get(0);
        assertThat(flag.applied()).isFalse();
        assertThat(flag.statements())
                .containsExactly(new SqlStatement("ALTER TABLE \"" + bob + "\".notes ADD COLUMN flag boolean", 1));
        assertThat(flag.notes()).extracting(ScriptNote::kind).containsExactly(Kind.BLOCKS_READS);
    }

    /** The SQL of a plan, run by hand, has the effect of a deploy, tracking row included. */
    @Test
    void whatItShowsIsWhatADeployRuns() throws SQLException {
        String ada = Samples.create(database, "ada", MEMBERS);
        String bob = Samples.create(database, "bob", MEMBERS);
        TenantMigrator migrator = Samples.with(database, MEMBERS, NOTES, FLAG);
        List<String> statements = tenant(migrator.plan(Tenants.named(ada)), ada).migrations().stream()
                .flatMap(migration -> Stream.of(
                                migration.before().stream(),
                                migration.statements().stream().map(SqlStatement::sql),
                                migration.after().stream())
                        .flatMap(part -> part))
                .toList();
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET ROLE " + database.user());
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
        migrator.deploy(Tenants.named(bob)).throwIfFailed();
        assertThat(columns(ada)).isNotEmpty().isEqualTo(columns(bob));
        assertThat(migrator.verify().successful()).isTrue();
        assertThat(migrator.plan(Tenants.all()).tenants())
                .allSatisfy(plan -> assertThat(plan.migrations()).isEmpty());
    }

    /** A role that may only read, in sessions that only read: whatever was written would be refused. */
    @Test
    void writesNothing() throws SQLException {
        String ada = Samples.create(database, "ada", MEMBERS);
        String reader = database.name() + "_reader";
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE " + reader + " LOGIN PASSWORD 'secret'");
            statement.execute("ALTER ROLE " + reader + " SET default_transaction_read_only = on");
            statement.execute("GRANT USAGE ON SCHEMA " + ada + " TO " + reader);
            statement.execute("GRANT SELECT ON " + ada + ".schema_migrations TO " + reader);
        }
        try {
            String before = fingerprint(ada);
            Migration citext =
                    Migration.of("20250101_citext", "CREATE EXTENSION citext; ALTER TABLE team_member ADD c citext");
            DataSource reading = database.dataSourceOf(reader, "secret");
            PlanReport report = TenantMigrator.builder(reading)
                    .migrations(MigrationSource.of(MEMBERS, NOTES, citext))
                    .build()
                    .plan(Tenants.all());
            assertThat(versions(report, ada)).containsExactly(NOTES.version(), citext.version());
            assertThat(report.missingExtensions()).containsExactly("citext");
            assertThat(fingerprint(ada)).isEqualTo(before);
            assertThat(database.values("SELECT extname FROM pg_extension")).doesNotContain("citext");
        } finally {
            try (Connection connection = database.superuserDataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("DROP OWNED BY " + reader);
                statement.execute("DROP ROLE " + reader);
            }
        }
    }

    @Test
    void showsAVersionWhetherAppliedOrNot() {
        String ada = Samples.create(database, "ada", MEMBERS);
        String bob = Samples.create(database, "bob", MEMBERS, NOTES);
        TenantMigrator migrator = Samples.with(database, MEMBERS, NOTES);

        PlanReport report = migrator.planVersion(Tenants.all(), NOTES.version());

        assertThat(tenant(report, ada).migrations())
                .extracting(PlannedMigration::applied)
                .containsExactly(false);
        assertThat(tenant(report, bob).migrations())
                .extracting(PlannedMigration::applied)
                .containsExactly(true);
        assertThat(migrator.planVersion(Tenants.named(bob), MEMBERS.version()).tenants())
                .hasSize(1);
        assertThatThrownBy(() -> migrator.planVersion(Tenants.all(), "20990101_none"))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("no migration has this version");
    }

    @Test
    void refusesWhatADeployRefuses() {
        String ada = Samples.create(database, "ada", MEMBERS);
        Migration edited = Migration.of(MEMBERS.version(), "SELECT 1");
        TenantMigrator migrator = Samples.with(database, edited, NOTES);

        PlanReport report = migrator.plan(Tenants.all());

        assertThat(report.successful()).isFalse();
        assertThat(tenant(report, ada).migrations()).isEmpty();
        assertThat(tenant(report, ada).failure())
                .isEqualTo(migrator.deploy(Tenants.named(ada)).failed().stream()
                        .map(failed -> failed.failure())
                        .findFirst());
        assertThat(migrator.plan(Tenants.named("nobody_12345678")).tenants())
                .singleElement()
                .satisfies(plan -> assertThat(plan.failure())
                        .hasValueSatisfying(
                                failure -> assertThat(failure.message()).contains("no such tenant")));
        assertThatThrownBy(() -> Samples.with(database, MEMBERS, Migration.of("2025_open", "SELECT '"))
                        .plan(Tenants.all()))
                .isInstanceOf(InvalidMigrationException.class);
    }

    @Test
    void outOfOrderMustBeAskedFor() {
        String ada = Samples.create(database, "ada", MEMBERS, FLAG_WITHOUT_NOTES);
        TenantMigrator migrator = Samples.with(database, MEMBERS, NOTES, FLAG_WITHOUT_NOTES);
        assertThat(migrator.plan(Tenants.named(ada)).successful()).isFalse();
        assertThat(versions(
                        migrator.plan(
                                Tenants.named(ada),
                                DeployOptions.builder().outOfOrder(true).build()),
                        ada))
                .containsExactly(NOTES.version());
    }

    private static final Migration FLAG_WITHOUT_NOTES =
            Migration.of("20240109_flag", "ALTER TABLE team_member ADD flag int");

    @Test
    void saysWhatIsAbsorbedAndWhatIsLeftAlone() {
        Migration migration = Migration.of("2030_all", """
                CREATE SCHEMA IF NOT EXISTS "public";
                BEGIN;
                SET search_path = public;
                CREATE TABLE public.t (id UUID DEFAULT public.uuid_generate_v4(), visibility text DEFAULT 'public');
                COMMENT ON TABLE public.t IS 'public.t is public';
                GRANT SELECT ON public.t TO PUBLIC;
                ALTER TABLE public.t ADD u int REFERENCES public.users;
                COMMIT;
                SELECT set_config('search_path', 'public', false);
                CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT ''public'' FROM public.t';
                DROP EXTENSION "uuid-ossp";
                """);
        String ada = Samples.create(database, "ada", MEMBERS);
        List<ScriptNote> notes = tenant(
                        Samples.migrator(database, MEMBERS, migration)
                                .sharedObjects("users")
                                .build()
                                .plan(Tenants.all()),
                        ada)
                .migrations()
                .get(0)
                .notes();
        assertThat(notes)
                .filteredOn(note -> note.kind() == Kind.ABSORBED)
                .extracting(ScriptNote::line)
                .containsExactly(1, 2, 8, 11);
        assertThat(notes)
                .filteredOn(note -> note.kind() == Kind.LEFT_ALONE)
                .extracting(note -> note.line() + ": " + note.message())
                .containsExactly(
                        "4: public.uuid_generate_v4 stays: an extension's object",
                        "4: the text 'public' stays as it is",
                        "5: the text 'public.t is public' stays as it is",
                        "6: PUBLIC stays: the role of everyone",
                        "7: public.users stays: a shared object",
                        "10: the text 'public' stays as it is");
        assertThat(notes)
                .filteredOn(note -> note.kind() == Kind.BLOCKS_WRITES)
                .extracting(ScriptNote::message)
                .singleElement()
                .asString()
                .startsWith("users: ");
    }

    /** In the plan, and as a warning of the deploy: once for the version, however many tenants it has. */
    @Test
    void saysThatATextMayNameAnotherSchema() {
        Migration migration = Migration.of("20240104_job", """
                CREATE TABLE jobs (sql text);
                INSERT INTO jobs
                VALUES ('DELETE FROM public.team_member'), ('public')
                """);
        String ada = Samples.create(database, "ada", MEMBERS);
        Samples.create(database, "bob", MEMBERS);
        TenantMigrator migrator = Samples.with(database, MEMBERS, migration);

        assertThat(tenant(migrator.plan(Tenants.all()), ada).migrations().get(0).notes())
                .filteredOn(note -> note.kind() == Kind.UNCERTAIN)
                .singleElement()
                .satisfies(note -> {
                    assertThat(note.line()).isEqualTo(3);
                    assertThat(note.message()).startsWith("the text 'DELETE FROM public.team_member' stays as it is");
                });
        PrintStream err = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            migrator.deployAll().throwIfFailed();
        } finally {
            System.setErr(err);
        }
        assertThat(log.toString(StandardCharsets.UTF_8).lines().filter(line -> line.contains("WARN")))
                .singleElement()
                .asString()
                .contains("20240104_job/migration.sql:3: the text 'DELETE FROM public.team_member' stays as it is");
    }

    private static TenantPlan tenant(PlanReport report, String schema) {
        return report.tenants().stream()
                .filter(plan -> plan.schema().equals(schema))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> versions(PlanReport report, String schema) {
        return tenant(report, schema).migrations().stream()
                .map(PlannedMigration::version)
                .toList();
    }

    private List<String> columns(String schema) {
        return database.values(
                "SELECT table_name || column_name || data_type FROM information_schema.columns WHERE table_schema = ?"
                        + " ORDER BY 1",
                schema);
    }

    /** Every row that says what there is, with the transaction that wrote it. */
    private String fingerprint(String schema) {
        StringBuilder fingerprint = new StringBuilder();
        for (String table : List.of(
                "pg_class",
                "pg_attribute",
                "pg_proc",
                "pg_type",
                "pg_namespace",
                "pg_extension",
                "pg_constraint",
                "pg_depend",
                schema + ".schema_migrations",
                schema + ".team_member")) {
            fingerprint.append(database.value(
                    "SELECT count(*) || ' ' || md5(coalesce(string_agg(t.ctid || ' ' || t.xmin, ',' ORDER BY t.ctid), ''))"
                            + " FROM " + table + " t"));
        }
        return fingerprint.toString();
    }
}
