package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.SpareEvent;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.SpareCounts;
import dev.tenantmigrator.report.SpareTenant;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A deploy migrates the spare tenants before the fleet, and stops when a migration fails there. */
@PostgresTest
class SpareDeployTest {

    private static final Migration BAD =
            Migration.of("20240104_bad", "CREATE TABLE fine (id int);\nALTER TABLE notes ADD COLUMN x nonsense");

    private final TestDatabase database;
    private final List<TenantEvent> events = new CopyOnWriteArrayList<>();

    SpareDeployTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
        Samples.with(database, MEMBERS).dropSpares();
    }

    private TenantMigratorBuilder builder(Migration... migrations) {
        return Samples.migrator(database, migrations).spares(Spares.keep(3)).listener(events::add);
    }

    private void filled(Migration... migrations) {
        builder(migrations).build().maintainSpares();
        Samples.create(database, "ada", migrations);
        Samples.create(database, "bob", migrations);
    }

    @Test
    void theSparesAreMigratedAndReadyAndInNoReport() {
        filled(MEMBERS);
        TenantMigrator migrator = builder(MEMBERS, NOTES, FLAG).build();
        assertThat(migrator.status().spares()).isEqualTo(new SpareCounts(0, 3, 0, Optional.empty()));

        FleetReport report = migrator.deployAll();

        assertThat(report.of(TenantOutcome.Migrated.class)).hasSize(2);
        assertThat(report.outcomes()).hasSize(2);
        assertThat(migrator.status().spares()).isEqualTo(new SpareCounts(3, 0, 0, Optional.empty()));
        assertThat(events).noneMatch(event -> event.schema().startsWith("tenant_migrator_"));
        assertThat(migrator.createTenant(TenantName.forUser("c")).fromSpare()).isTrue();
    }

    @Test
    void aFailureInASpareStopsTheDeployBeforeAnyTenant() {
        filled(MEMBERS, NOTES);
        TenantMigrator migrator = builder(MEMBERS, NOTES, BAD).build();

        FleetReport report = migrator.deployAll();

        assertThat(report.of(TenantOutcome.Skipped.class))
                .hasSize(2)
                .extracting(TenantOutcome.Skipped::reason)
                .allSatisfy(reason -> assertThat(reason)
                        .contains("before the first tenant")
                        .contains("20240104_bad")
                        .contains("20240104_bad/migration.sql:2")
                        .contains("nonsense"));
        assertThat(report.successful()).isFalse();
        assertThat(migrator.spares()).extracting(SpareTenant::state).containsOnly(SpareTenant.State.BEHIND);
        // The next run resumes.
        assertThat(builder(MEMBERS, NOTES, FLAG)
                        .build()
                        .deployAll()
                        .throwIfFailed()
                        .of(TenantOutcome.Migrated.class))
                .hasSize(2);
    }

    @Test
    void aFailureInASpareIsToldWithItsPlaceEvenWhenNoTenantHasWork() {
        builder(MEMBERS, NOTES).build().maintainSpares();
        List<SpareEvent> ofSpares = new CopyOnWriteArrayList<>();
        List<RunEvent> ofRun = new CopyOnWriteArrayList<>();
        TenantEventListener listener = new TenantEventListener() {
            @Override
            public void onEvent(TenantEvent event) {}

            @Override
            public void onRun(RunEvent event) {
                ofRun.add(event);
            }

            @Override
            public void onSpares(SpareEvent event) {
                ofSpares.add(event);
            }
        };

        builder(MEMBERS, NOTES, BAD).listener(listener).build().deployAll();

        assertThat(ofSpares).hasSize(2).last().isEqualTo(new SpareEvent.SparesMigrated(0, 3));
        assertThat(ofSpares.get(0)).isInstanceOfSatisfying(SpareEvent.MigrationFailed.class, event -> {
            assertThat(event.failure().version()).contains(BAD.version());
            assertThat(event.failure().line()).hasValue(2);
            assertThat(event.failure().tenant().orElseThrow()).startsWith("tenant_migrator_spare_");
        });
        assertThat(ofRun)
                .filteredOn(RunEvent.RunStopped.class::isInstance)
                .singleElement()
                .satisfies(event ->
                        assertThat(((RunEvent.RunStopped) event).reason()).contains("20240104_bad/migration.sql:2"));
    }

    @Test
    void itGoesOnWhenTold() {
        filled(MEMBERS, NOTES);
        database.execute("CREATE TABLE " + spare() + ".only_here (id int)");
        Migration conflicts = Migration.of("20240105_only", "CREATE TABLE only_here (id int)");

        FleetReport stopped = builder(MEMBERS, NOTES, conflicts).build().deployAll();
        assertThat(stopped.of(TenantOutcome.Skipped.class)).hasSize(2);

        FleetReport report = builder(MEMBERS, NOTES, conflicts)
                .spares(Spares.keep(3).onFailure(Spares.OnFailure.GO_ON))
                .build()
                .deployAll();
        assertThat(report.of(TenantOutcome.Migrated.class)).hasSize(2);
        assertThat(builder(MEMBERS, NOTES, conflicts).build().status().spares())
                .isEqualTo(new SpareCounts(2, 1, 0, Optional.empty()));
    }

    private String spare() {
        return builder(MEMBERS).build().spares().get(0).schema();
    }

    @Test
    void aLockTimeoutInASpareIsNoReasonToStop() throws SQLException {
        filled(MEMBERS, NOTES);
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("LOCK TABLE " + spare() + ".notes");
            }
            FleetReport report = builder(MEMBERS, NOTES, FLAG)
                    .lockTimeout(Duration.ofMillis(10))
                    .build()
                    .deployAll();
            assertThat(report.of(TenantOutcome.Migrated.class)).hasSize(2);
            connection.rollback();
            connection.setAutoCommit(true);
        }
        assertThat(builder(MEMBERS, NOTES, FLAG).build().status().spares())
                .isEqualTo(new SpareCounts(2, 1, 0, Optional.empty()));
    }

    /** As when an operator cancels a statement, or the disk is full: it says nothing of the migration. */
    @ParameterizedTest
    @ValueSource(strings = {"57014", "53100", "58030", "08006"})
    void anErrorOfTheServerInASpareIsNoReasonToStop(String state) {
        filled(MEMBERS, NOTES);
        database.execute("CREATE TABLE " + spare() + ".marked (id int)");
        Migration fails = Migration.of(
                "20240105_fails",
                "DO $$BEGIN IF to_regclass('marked') IS NOT NULL THEN RAISE 'no' USING ERRCODE = '" + state
                        + "'; END IF; END$$");

        FleetReport report = builder(MEMBERS, NOTES, fails).build().deployAll();

        assertThat(report.of(TenantOutcome.Migrated.class)).hasSize(2);
        assertThat(builder(MEMBERS, NOTES, fails).build().status().spares())
                .isEqualTo(new SpareCounts(2, 1, 0, Optional.empty()));
    }

    @Test
    void theFirstSpareIsMigratedAlone() throws SQLException {
        filled(MEMBERS, NOTES);
        database.execute("CREATE SEQUENCE public.tries");
        Migration fails =
                Migration.of("20240105_fails", "SELECT nextval('public.tries'); SELECT pg_sleep(0.2); SELECT 1 / 0");

        builder(MEMBERS, NOTES, fails)
                .parallelism(3)
                .sharedObjects("tries")
                .build()
                .deployAll();

        // Sent twice: as one flight, then one by one to find the line.
        assertThat(database.value("SELECT last_value::text FROM public.tries")).isEqualTo("2");
        database.execute("DROP SEQUENCE public.tries");
    }

    @Test
    void aSpareThatCannotBeSearchedInTimeStaysBehindAndIsNotCalledUnfit() throws SQLException {
        filled(MEMBERS, NOTES);
        database.execute("INSERT INTO " + spare() + ".team_member (name) VALUES ('x')");
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("LOCK TABLE " + spare() + ".team_member");
            }
            FleetReport report = builder(MEMBERS, NOTES, FLAG)
                    .lockTimeout(Duration.ofMillis(50))
                    .build()
                    .deployAll();
            assertThat(report.of(TenantOutcome.Migrated.class)).hasSize(2);
            connection.rollback();
            connection.setAutoCommit(true);
        }
        TenantMigrator migrator = builder(MEMBERS, NOTES, FLAG).build();
        assertThat(migrator.status().spares()).isEqualTo(new SpareCounts(2, 1, 0, Optional.empty()));
        migrator.deployAll().throwIfFailed();
        assertThat(migrator.status().spares()).isEqualTo(new SpareCounts(3, 0, 0, Optional.empty()));
    }

    @Test
    void sparesThatSignUpsHoldAreNotWaitedFor() throws SQLException {
        filled(MEMBERS, NOTES);
        TenantMigrator old = builder(MEMBERS, NOTES).build();
        TenantMigrator renewed = builder(MEMBERS, NOTES, FLAG).build();
        List<String> taken = new ArrayList<>();
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < 3; i++) {
                taken.add(old.createTenant(connection, TenantName.forUser("c")).schema());
            }

            assertThat(renewed.deployAll().throwIfFailed().of(TenantOutcome.Migrated.class))
                    .hasSize(2);
            connection.commit();
            connection.setAutoCommit(true);
        }
        assertThat(renewed.spares()).isEmpty();
        assertThat(renewed.deployAll().throwIfFailed().of(TenantOutcome.Migrated.class))
                .extracting(TenantOutcome::schema)
                .containsExactlyInAnyOrderElementsOf(taken);
    }

    @Test
    void aSpareThatIsTakenBetweenThePlanAndItsTurnIsGone() {
        filled(MEMBERS, NOTES);
        TenantMigrator old = builder(MEMBERS, NOTES).build();
        // Reading the migrations' text comes before the first job; the sign-ups come in between.
        MigrationSource source = MigrationSource.of(MEMBERS, NOTES, FLAG);
        SchemaAdapter adapter = new SchemaAdapter() {
            @Override
            public TenantScript adapt(MigrationScript script, SharedObjects shared) {
                old.spares().forEach(spare -> old.createTenant(TenantName.forUser("c")));
                return SchemaAdapter.standard().adapt(script, shared);
            }
        };

        FleetReport report = TenantMigrator.builder(database.dataSource())
                .migrations(source)
                .schemaAdapter(adapter)
                .build()
                .deployAll();

        assertThat(report.throwIfFailed().of(TenantOutcome.Migrated.class)).hasSize(2);
        assertThat(old.spares()).isEmpty();
        assertThat(old.tenants()).hasSize(5);
    }

    @Test
    void aMigrationThatCommentsOnItsSchemaLosesNoSpareAndNoReasonToBeUnfit() {
        Migration comments = Migration.of("20240104_comments", "COMMENT ON SCHEMA public IS 'mine'");
        Migration names = Migration.of(
                "20240105_names",
                "DO $$BEGIN EXECUTE format('COMMENT ON SCHEMA %I IS %L', current_schema(), 'of ' || current_schema()); END$$");
        Migration later = Migration.of("20240106_later", "CREATE TABLE later (id int)");
        filled(MEMBERS, NOTES);

        builder(MEMBERS, NOTES, comments, later)
                .build()
                .deploy(
                        Tenants.all(),
                        DeployOptions.builder()
                                .targetVersion(comments.version())
                                .build())
                .throwIfFailed();
        TenantMigrator migrator = builder(MEMBERS, NOTES, comments, later).build();
        assertThat(migrator.spares()).hasSize(3);
        migrator.deployAll().throwIfFailed();
        assertThat(migrator.status().spares().ready()).isEqualTo(3);
        String schema = migrator.createTenant(TenantName.forUser("c")).schema();
        assertThat(database.value("SELECT obj_description(?::regnamespace, 'pg_namespace')", schema))
                .isEqualTo("mine");
        migrator.dropSpares();

        builder(MEMBERS, NOTES, comments, names).build().maintainSpares();
        TenantMigrator again = builder(MEMBERS, NOTES, comments, names, later).build();
        again.deployAll();
        assertThat(again.spares()).extracting(SpareTenant::state).containsOnly(SpareTenant.State.UNFIT);
    }

    @Test
    void onlyADeployToAllMigratesTheSpares() {
        filled(MEMBERS, NOTES);
        TenantMigrator migrator = builder(MEMBERS, NOTES, FLAG).build();

        migrator.deploy(Tenants.matching("ada_*")).throwIfFailed();
        assertThat(migrator.status().spares()).isEqualTo(new SpareCounts(0, 3, 0, Optional.empty()));
        migrator.deploy(
                        Tenants.all(),
                        DeployOptions.builder().targetVersion(NOTES.version()).build())
                .throwIfFailed();
        assertThat(migrator.status().spares()).isEqualTo(new SpareCounts(0, 3, 0, Optional.empty()));
        migrator.deployAll().throwIfFailed();
        migrator.rollback(Tenants.all(), FLAG.version()).throwIfFailed();
        assertThat(migrator.status().spares()).isEqualTo(new SpareCounts(3, 0, 0, Optional.empty()));
    }
}
