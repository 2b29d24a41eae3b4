package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantOutcome.Failed;
import dev.tenantmigrator.report.TenantOutcome.Kind;
import dev.tenantmigrator.report.TenantOutcome.Migrated;
import dev.tenantmigrator.report.TenantOutcome.Step;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@PostgresTest
class DeployTest {

    private final TestDatabase database;

    DeployTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
        assertThat(database.values("SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'tenant_migrator%'"))
                .isEmpty();
    }

    @Test
    void appliesWhatIsPendingInOrder() {
        String a = Samples.create(database, "a", MEMBERS);
        String b = Samples.create(database, "b", MEMBERS, NOTES, FLAG);

        FleetReport report = Samples.with(database, FLAG, NOTES, MEMBERS).deployAll();

        assertThat(report.throwIfFailed().outcomes())
                .extracting(TenantOutcome::schema)
                .containsExactly(a, b);
        assertThat(report.of(Migrated.class))
                .singleElement()
                .satisfies(migrated -> assertThat(migrated.applied())
                        .extracting(Step::version)
                        .containsExactly(NOTES.version(), FLAG.version()));
        assertThat(report.counts())
                .containsOnly(java.util.Map.entry(Kind.MIGRATED, 1), java.util.Map.entry(Kind.UP_TO_DATE, 1));
        assertThat(database.value("SELECT string_agg(version, ' ' ORDER BY id) FROM " + a + ".schema_migrations"))
                .isEqualTo("20240101_members 20240102_notes 20240103_flag");
    }

    @Test
    void oneTenantsFailureIsItsOwnAndTheNextRunResumes() {
        String a = Samples.create(database, "a", MEMBERS, NOTES);
        String b = Samples.create(database, "b", MEMBERS, NOTES);
        String c = Samples.create(database, "c", MEMBERS, NOTES);
        database.execute("ALTER TABLE " + b + ".notes ADD COLUMN flag text");
        Migration more = Migration.of("20240104_more", "CREATE TABLE more (id int)");
        TenantMigrator migrator = Samples.with(database, MEMBERS, NOTES, FLAG, more);

        FleetReport report = migrator.deployAll();

        assertThat(report.of(Migrated.class)).extracting(TenantOutcome::schema).containsExactly(a, c);
        Failed failed = report.failed().get(0);
        assertThat(failed.schema()).isEqualTo(b);
        assertThat(failed.failure().toString())
                .contains("column \"flag\" of relation \"notes\" already exists")
                .contains("tenant " + b + ", version 20240103_flag, 20240103_flag/migration.sql:1, SQLState 42701");
        assertThatThrownBy(report::throwIfFailed)
                .isInstanceOf(FleetFailedException.class)
                .hasMessageContaining("1 of 3 tenants need attention")
                .hasMessageContaining(b);

        database.execute("ALTER TABLE " + b + ".notes DROP COLUMN flag");
        FleetReport again = migrator.deployAll().throwIfFailed();
        assertThat(again.of(Migrated.class)).extracting(TenantOutcome::schema).containsExactly(b);
        assertThat(again.of(TenantOutcome.UpToDate.class)).hasSize(2);
    }

    @Test
    void severalTenantsAtATime() {
        for (int i = 0; i < 12; i++) {
            Samples.create(database, "p" + i, MEMBERS);
        }
        FleetReport report = Samples.migrator(database, MEMBERS, NOTES)
                .parallelism(4)
                .build()
                .deployAll();
        assertThat(report.of(Migrated.class)).hasSize(12);
    }

    @Test
    void aheadIsNoFailure() {
        String a = Samples.create(database, "a", MEMBERS, NOTES);
        FleetReport report = Samples.with(database, MEMBERS).deployAll().throwIfFailed();
        assertThat(report.outcomes()).containsExactly(new TenantOutcome.Ahead(a, List.of(NOTES.version())));
    }

    @Test
    void editedDeletedOrOutOfOrderIsRefusedBeforeAnythingRuns() {
        String a = Samples.create(database, "a", MEMBERS, FLAGLESS);
        Migration edited = Migration.of(MEMBERS.version(), "CREATE TABLE team_member (id int)");

        assertThat(failure(Samples.with(database, edited, FLAGLESS, NOTES)))
                .contains("was edited after it was applied")
                .contains(a)
                .contains("20240101_members/migration.sql");
        assertThat(failure(Samples.with(database, FLAGLESS, NOTES))).contains("its file is gone");
        assertThat(failure(Samples.with(database, MEMBERS, NOTES, FLAGLESS)))
                .contains("20240102_notes is not applied although");
        assertThat(database.value("SELECT count(*) FROM " + a + ".schema_migrations"))
                .isEqualTo("2");

        Samples.with(database, MEMBERS, NOTES, FLAGLESS)
                .deploy(Tenants.all(), DeployOptions.builder().outOfOrder(true).build())
                .throwIfFailed();
        assertThat(Samples.with(database, MEMBERS, NOTES, FLAGLESS).deployAll().successful())
                .isTrue();
    }

    private static final Migration FLAGLESS = Migration.of("20240103_other", "CREATE TABLE other (id int)");

    private static String failure(TenantMigrator migrator) {
        return migrator.deployAll().failed().get(0).failure().toString();
    }

    @Test
    void checksumsOfTheNodeSystemAreTakenOver() {
        String a = Samples.create(database, "a", MEMBERS);
        for (String checksum : List.of("NULL", "'abc'", "upper('" + MEMBERS.up().checksum() + "')")) {
            database.execute("UPDATE " + a + ".schema_migrations SET checksum = " + checksum);
            assertThat(Samples.with(database, MEMBERS)
                            .deployAll()
                            .throwIfFailed()
                            .outcomes())
                    .containsExactly(new TenantOutcome.UpToDate(a));
        }
    }

    @Test
    void tablesOfOtherToolsAreNoTenants() {
        database.execute("CREATE SCHEMA auth; CREATE TABLE auth.schema_migrations (version varchar(255) PRIMARY KEY);"
                + "CREATE TABLE public.schema_migrations (id serial, version varchar(255), description text,"
                + " applied_at timestamp, checksum varchar(64))");
        try {
            assertThat(Samples.with(database, MEMBERS).tenants()).isEmpty();
            assertThat(Samples.with(database, MEMBERS).exists("public")).isFalse();
            assertThat(Samples.with(database, MEMBERS).deployAll().outcomes()).isEmpty();
            assertThat(Samples.with(database, MEMBERS)
                            .deploy(Tenants.named("auth"))
                            .failed())
                    .hasSize(1);
        } finally {
            database.execute("DROP SCHEMA auth CASCADE; DROP TABLE public.schema_migrations");
        }
    }

    @Test
    void forbiddenTenantIsItsOwnFailureOnly() {
        String a = Samples.create(database, "a", MEMBERS);
        String b = Samples.create(database, "b", MEMBERS);
        database.execute("REVOKE ALL ON SCHEMA " + a + " FROM CURRENT_USER");

        FleetReport report = Samples.with(database, MEMBERS, NOTES).deployAll();

        assertThat(report.failed()).singleElement().satisfies(failed -> {
            assertThat(failed.schema()).isEqualTo(a);
            assertThat(failed.failure().sqlState()).contains("42501");
        });
        assertThat(report.of(Migrated.class)).extracting(TenantOutcome::schema).containsExactly(b);
        database.execute("GRANT ALL ON SCHEMA " + a + " TO CURRENT_USER");
    }

    @Test
    void aScriptThatCannotBeReadIsRefusedOnlyWhereItWouldRun() {
        Migration unreadable = Migration.of("20240104_open", "SELECT 1;\nSELECT 'never closed");
        String a = Samples.create(database, "a", MEMBERS);

        assertThatThrownBy(
                        () -> Samples.with(database, MEMBERS, NOTES, unreadable).deployAll())
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("20240104_open/migration.sql:2");
        assertThat(database.value("SELECT count(*) FROM " + a + ".schema_migrations"))
                .isEqualTo("1");

        database.execute("INSERT INTO " + a + ".schema_migrations (version) VALUES ('20240104_open')");
        assertThat(Samples.with(database, MEMBERS, unreadable).deployAll().successful())
                .isTrue();
    }

    @Test
    void unfinishedRowStopsTheTenant() {
        String a = Samples.create(database, "a", MEMBERS);
        database.execute("INSERT INTO " + a + ".schema_migrations (version, applied_at) VALUES ('" + NOTES.version()
                + "', NULL)");

        assertThat(failure(Samples.with(database, MEMBERS, NOTES))).contains("was started but never finished");

        Samples.with(database, MEMBERS, NOTES).repair(Tenants.named(a), new Repair.MarkNotApplied(NOTES.version()));
        assertThat(Samples.with(database, MEMBERS, NOTES).deployAll().of(Migrated.class))
                .hasSize(1);
    }

    @Test
    void oneOfManyStatementsFailsWithoutHalfState() {
        String a = Samples.create(database, "a", MEMBERS);
        Migration half =
                Migration.of("20240105_half", "CREATE TABLE one (id int);\nCREATE TABLE two (id int);\nSELECT boom()");

        FleetReport report = Samples.with(database, MEMBERS, half).deploy(Tenants.named(a));

        assertThat(report.failed().get(0).failure().line()).hasValue(3);
        assertThat(database.values("SELECT tablename::text FROM pg_tables WHERE schemaname = '" + a + "' ORDER BY 1"))
                .containsExactly("schema_migrations", "team_member");
    }

    @Test
    void migrationsOfSomethingElseNeverRunHere() {
        String a = Samples.create(database, "a", MEMBERS, NOTES);
        Migration other = Migration.of("20230101_other", "CREATE TABLE other_product (id int)");
        TenantMigrator wrong = Samples.with(database, other);

        for (DeployOptions options : List.of(
                DeployOptions.defaults(),
                DeployOptions.builder().outOfOrder(true).build())) {
            assertThat(wrong.deploy(Tenants.all(), options)
                            .failed()
                            .get(0)
                            .failure()
                            .message())
                    .contains("none of the 2 versions that are applied here is in the source");
        }
        assertThat(database.value("SELECT to_regclass('" + a + ".other_product')::text"))
                .isNull();
    }

    @Test
    void aTableThatTheApplicationKeepsLockedIsThatTenantsFailureOnly() throws SQLException {
        String a = Samples.create(database, "a", MEMBERS, NOTES);
        String b = Samples.create(database, "b", MEMBERS, NOTES);
        try (Connection application = database.rawDataSource().getConnection();
                Statement statement = application.createStatement()) {
            application.setAutoCommit(false);
            statement.execute("SELECT * FROM " + a + ".notes");

            FleetReport report = Samples.migrator(database, MEMBERS, NOTES, FLAG)
                    .lockTimeout(Duration.ofMillis(20))
                    .build()
                    .deployAll();

            assertThat(report.of(Migrated.class))
                    .extracting(TenantOutcome::schema)
                    .containsExactly(b);
            assertThat(report.failed().get(0).failure().toString())
                    .contains("another session held a lock")
                    .contains("server process", "idle in transaction", "pg_terminate_backend")
                    .contains("20240103_flag/migration.sql:1")
                    .contains("55P03");
            application.rollback();
        }
        assertThat(Samples.with(database, MEMBERS, NOTES, FLAG)
                        .deployAll()
                        .throwIfFailed()
                        .of(Migrated.class))
                .hasSize(1);
    }
}
