package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.internal.tracking.store.FleetTrackingStore;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A migrator with one tracking table for the whole fleet. */
@PostgresTest
class FleetTableTest {

    private static final String TABLE = "tenant_migrator_fleet.schema_migrations";

    private final TestDatabase database;

    FleetTableTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        TenantMigrator migrator = with(MEMBERS);
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
        database.execute("DROP SCHEMA IF EXISTS tenant_migrator_fleet CASCADE");
        assertThat(schemas()).isEmpty();
        database.assertNoLeaks();
    }

    private TenantMigratorBuilder builder(Migration... migrations) {
        return Samples.migrator(database, migrations).trackingStore(TrackingStore.fleet());
    }

    private TenantMigrator with(Migration... migrations) {
        return builder(migrations).build();
    }

    private TenantMigrator withNotes(Migration... migrations) {
        return builder(migrations).requiredTables("notes").build();
    }

    private static String create(TenantMigrator migrator, String name) {
        return migrator.createTenant(TenantName.exactly(name)).schema();
    }

    private List<String> schemas() {
        return database.values(
                "SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$|^public$'");
    }

    /** The dates of the recorded versions, after {@code tenant} for the row that stands for the tenant itself. */
    private String rows(String schema) {
        return database.value(
                "SELECT coalesce(string_agg(CASE version WHEN '' THEN 'tenant' ELSE left(version, 8) END, ' ' ORDER BY id), 'none') FROM "
                        + TABLE + " WHERE tenant = ?",
                schema);
    }

    @Test
    void withoutTenantsNothingIsFound() {
        TenantMigrator migrator = with(MEMBERS);

        assertThat(migrator.tenants()).isEmpty();
        assertThat(migrator.exists("a")).isFalse();
        assertThat(migrator.status().tenants()).isEmpty();
        assertThat(migrator.verify().outcomes()).isEmpty();
        assertThat(migrator.plan(Tenants.all()).tenants()).isEmpty();
    }

    @Test
    void withoutTenantsADeployDoesNothing() {
        assertThat(with(MEMBERS).deployAll().outcomes()).isEmpty();
    }

    @Test
    void aDeployToAnUnknownTenantFails() {
        assertThat(with(MEMBERS).deploy(Tenants.named("a")).failed()).hasSize(1);
    }

    @Test
    void lookingForTenantsDoesNotCreateTheTable() {
        TenantMigrator migrator = with(MEMBERS);

        migrator.status();
        migrator.verify();
        migrator.plan(Tenants.all());
        migrator.deployAll();
        migrator.deploy(Tenants.named("a"));

        assertThat(schemas()).isEmpty();
    }

    @Test
    void theFirstSignUpsMayComeAtOnce() throws Exception {
        int signUps = 8;
        ExecutorService pool = Executors.newFixedThreadPool(signUps);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<String>> created = new ArrayList<>();
        for (int i = 0; i < signUps; i++) {
            String name = "first_" + i;
            TenantMigrator migrator = with(MEMBERS, NOTES);
            created.add(pool.submit(() -> {
                start.await();
                return create(migrator, name);
            }));
        }
        start.countDown();
        for (Future<String> one : created) {
            assertThat(one.get(1, TimeUnit.MINUTES)).startsWith("first_");
        }
        pool.shutdown();
        assertThat(with(MEMBERS, NOTES).deployAll().of(TenantOutcome.UpToDate.class))
                .hasSize(signUps);
    }

    @ParameterizedTest
    @ValueSource(strings = {"READ COMMITTED", "REPEATABLE READ"})
    void aCreationThatWaitedForTheTableFindsIt(String isolationLevel) throws Exception {
        try (Connection first = database.connection();
                Connection second = database.connection();
                Statement made = first.createStatement();
                Statement waiting = second.createStatement()) {
            made.execute("BEGIN");
            TrackingStore.fleet().prepare(first);
            waiting.execute("BEGIN ISOLATION LEVEL " + isolationLevel);
            CompletableFuture<Void> waited = CompletableFuture.runAsync(() -> {
                try {
                    TrackingStore.fleet().prepare(second);
                    TrackingStore.fleet().create(second, "a");
                    waiting.execute("COMMIT");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            database.awaitRow("SELECT pid FROM pg_stat_activity WHERE wait_event = 'advisory'"
                    + " AND datname = current_database()");
            made.execute("COMMIT");
            waited.get(1, TimeUnit.MINUTES);
        }
        assertThat(rows("a")).isEqualTo("tenant");
    }

    @Nested
    class WithARoleThatMayNotCreateSchemas {

        private static final String ROLE = "no_create_role";

        private TenantMigrator restricted = with(MEMBERS);

        @BeforeEach
        void createRoleAndSchema() throws SQLException {
            asSuperuser("DROP ROLE IF EXISTS " + ROLE + "; CREATE ROLE " + ROLE + " LOGIN PASSWORD 'x';"
                    + " CREATE SCHEMA old AUTHORIZATION " + ROLE);
            restricted = TenantMigrator.builder(database.dataSourceOf(ROLE, "x"))
                    .migrations(MigrationSource.of(MEMBERS))
                    .trackingStore(TrackingStore.fleet())
                    .extensions()
                    .build();
        }

        @AfterEach
        void dropRoleAndSchema() throws SQLException {
            asSuperuser("DROP SCHEMA IF EXISTS old; DROP OWNED BY " + ROLE + "; DROP ROLE " + ROLE);
        }

        @Test
        void anAdoptionFailsAndNamesTheRemedy() {
            assertThatThrownBy(() -> restricted.adopt("old", List.of()))
                    .hasMessageContaining("permission denied for database")
                    .hasMessageContaining("run prepare with a role that may");
        }

        @Test
        void preparationByAnotherRoleIsNoTenant() {
            with(MEMBERS).prepare();

            assertThat(with(MEMBERS).tenants()).isEmpty();
        }

        @Test
        void anAdoptionSucceedsInAPreparedTable() {
            with(MEMBERS).prepare();
            database.execute("GRANT USAGE ON SCHEMA tenant_migrator_fleet TO " + ROLE
                    + "; GRANT SELECT, INSERT, UPDATE, DELETE ON " + TABLE + " TO " + ROLE);

            restricted.adopt("old", List.of(MEMBERS.version()));

            assertThat(restricted.tenants()).containsExactly("old");
        }

        private void asSuperuser(String sql) throws SQLException {
            try (Connection connection = database.superuserDataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }

    @Nested
    class WithOneTenant {

        private static final String A = "a";

        private final TenantMigrator migrator = withNotes(MEMBERS, NOTES);

        @BeforeEach
        void createTenant() {
            create(migrator, A);
        }

        @Test
        void aCreationRecordsItsMigrations() {
            assertThat(rows(A)).isEqualTo("tenant 20240101 20240102");
            assertThat(migrator.tenants()).containsExactly(A);
        }

        @Test
        void aDeployOfTheSameMigrationsFindsItUpToDate() {
            assertThat(migrator.deployAll().outcomes()).containsExactly(new TenantOutcome.UpToDate(A));
        }

        @Test
        void aPlanNamesThePendingMigration() {
            assertThat(next().plan(Tenants.all()).tenants().get(0).migrations()).hasSize(1);
        }

        @Test
        void aDeployRecordsThePendingMigration() {
            next().deployAll().throwIfFailed();

            assertThat(rows(A)).isEqualTo("tenant 20240101 20240102 20240103");
            assertThat(next().verify().outcomes()).containsExactly(new TenantOutcome.Healthy(A, List.of()));
        }

        @Test
        void aStatusNamesTheRecordedMigrationsAsFinished() {
            next().deployAll().throwIfFailed();

            assertThat(next().status(Tenants.named(A)).tenants().get(0).applied())
                    .allMatch(AppliedMigration::finished)
                    .extracting(AppliedMigration::version)
                    .containsExactly(MEMBERS.version(), NOTES.version(), FLAG.version());
        }

        @Test
        void aRollbackRemovesTheRecord() {
            next().deployAll().throwIfFailed();

            next().rollback(Tenants.all(), FLAG.version(), RollbackOptions.defaults())
                    .throwIfFailed();

            assertThat(rows(A)).isEqualTo("tenant 20240101 20240102");
        }

        @Test
        void aBackfillCreatesAMissingTable() {
            database.execute("DROP TABLE a.notes");

            assertThat(migrator.backfill(Tenants.all()).of(TenantOutcome.Backfilled.class))
                    .hasSize(1);
        }

        @Test
        void aRepairRemovesARecord() {
            migrator.repair(Tenants.all(), new Repair.MarkNotApplied(NOTES.version()))
                    .throwIfFailed();

            assertThat(rows(A)).isEqualTo("tenant 20240101");
        }

        @Test
        void aRepairAddsARecord() {
            migrator.repair(Tenants.all(), new Repair.MarkNotApplied(NOTES.version()))
                    .throwIfFailed();

            migrator.repair(Tenants.all(), new Repair.MarkApplied(NOTES.version()))
                    .throwIfFailed();

            assertThat(rows(A)).isEqualTo("tenant 20240101 20240102");
            assertThat(migrator.verify().successful()).isTrue();
        }

        @Test
        void aRenameTakesTheRecordsAlong() {
            String b = migrator.rename(A, TenantName.exactly("b"));

            assertThat(rows(A)).isEqualTo("none");
            assertThat(migrator.status(Tenants.named(b)).tenants().get(0).applied())
                    .hasSize(2);
        }

        @Test
        void aDropRemovesTheRecords() {
            migrator.dropTenant(A);

            assertThat(database.value("SELECT count(*) FROM " + TABLE)).isEqualTo("0");
        }

        private TenantMigrator next() {
            return withNotes(MEMBERS, NOTES, FLAG);
        }
    }

    @Nested
    class OutsideOfATransaction {

        private final Migration index = Migration.of(
                "20240103_index",
                "CREATE INDEX CONCURRENTLY notes_body ON notes (body)",
                "DROP INDEX CONCURRENTLY notes_body");

        private String tenant = "";

        @BeforeEach
        void createTenant() {
            tenant = create(with(MEMBERS, NOTES), "a");
        }

        @Test
        void aMigrationIsRecorded() {
            with(MEMBERS, NOTES, index).deployAll().throwIfFailed();

            assertThat(rows(tenant)).isEqualTo("tenant 20240101 20240102 20240103");
        }

        @Test
        void aFailedMigrationIsNotRecorded() {
            Migration wrong = Migration.of("20240104_wrong", "CREATE INDEX CONCURRENTLY x ON notes (nothing)");

            assertThat(with(MEMBERS, NOTES, index, wrong).deployAll().failed()).hasSize(1);

            assertThat(rows(tenant)).isEqualTo("tenant 20240101 20240102 20240103");
        }

        @Test
        void aRollbackRemovesTheRecord() {
            with(MEMBERS, NOTES, index).deployAll().throwIfFailed();

            with(MEMBERS, NOTES, index)
                    .rollback(Tenants.named(tenant), index.version(), RollbackOptions.defaults())
                    .throwIfFailed();

            assertThat(rows(tenant)).isEqualTo("tenant 20240101 20240102");
        }
    }

    @Test
    void aCallersRollbackTakesTheRecordsBack() throws SQLException {
        TenantMigrator migrator = with(MEMBERS, NOTES);
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            migrator.createTenant(connection, TenantName.exactly("a"));
            connection.rollback();
            connection.setAutoCommit(true);
        }
        assertThat(migrator.tenants()).isEmpty();
    }

    @Test
    void aCallersTransactionMayCreateSeveralTenantsAfterARollback() throws SQLException {
        TenantMigrator migrator = with(MEMBERS, NOTES);
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            migrator.createTenant(connection, TenantName.exactly("a"));
            connection.rollback();
            migrator.createTenant(connection, TenantName.exactly("a"));
            migrator.createTenant(connection, TenantName.exactly("b"));
            connection.commit();
            connection.setAutoCommit(true);
        }
        assertThat(migrator.tenants()).containsExactly("a", "b");
        assertThat(migrator.deployAll().of(TenantOutcome.UpToDate.class)).hasSize(2);
    }

    @Nested
    class AfterASchemaWasDroppedByHand {

        private final TenantMigrator migrator = with(MEMBERS, NOTES);

        @BeforeEach
        void dropSchema() {
            create(migrator, "a");
            create(migrator, "b");
            database.execute("DROP SCHEMA a CASCADE");
        }

        @Test
        void itIsNoTenant() {
            assertThat(migrator.tenants()).containsExactly("b");
            assertThat(migrator.exists("a")).isFalse();
        }

        @Test
        void aDeployToItFails() {
            assertThat(migrator.deploy(Tenants.named("a")).failed()).hasSize(1);
        }

        @Test
        void aNewTenantOfItsNameInheritsNoRecord() {
            create(with(MEMBERS), "a");

            assertThat(rows("a")).isEqualTo("tenant 20240101");
        }

        @Test
        void aTenantThatIsRenamedToItsNameInheritsNoRecord() {
            create(with(MEMBERS), "a");
            database.execute("DROP SCHEMA a CASCADE");

            migrator.rename("b", TenantName.exactly("a"));

            assertThat(rows("a")).isEqualTo("tenant 20240101 20240102");
            assertThat(migrator.verify().successful()).isTrue();
        }
    }

    @Test
    void aSchemaThatWasRenamedByHandIsNoTenantUntilItHasItsNameAgain() {
        TenantMigrator migrator = with(MEMBERS);
        create(migrator, "a");
        database.execute("ALTER SCHEMA a RENAME TO b");
        assertThat(migrator.tenants()).isEmpty();
        database.execute("ALTER SCHEMA b RENAME TO a");
        assertThat(migrator.verify().outcomes()).containsExactly(new TenantOutcome.Healthy("a", List.of()));
    }

    @Test
    void aTenantThatVanishesBeforeItsTurnIsNeverMigratedElsewhere() {
        TenantMigrator migrator = with(MEMBERS);
        create(migrator, "a");
        create(migrator, "b");
        TenantMigrator vanishing = builder(MEMBERS, Migration.of("20240102_t", "CREATE TABLE t (id int)"))
                .listener(event -> database.execute("DROP SCHEMA IF EXISTS b CASCADE"))
                .build();

        FleetReport report = vanishing.deploy(
                Tenants.all(), DeployOptions.builder().sharedSchemaChanges(true).build());

        assertThat(report.failed()).extracting(TenantOutcome.Failed::schema).containsExactly("b");
        assertThat(report.failed().get(0).failure().message()).contains("the tenant is gone");
        assertThat(database.value("SELECT to_regclass('public.t')")).isNull();
    }

    @Test
    void anUnfinishedDropKeepsItsRowsApartFromTheNextTenantOfTheName() throws SQLException {
        database.execute("CREATE TABLE public.users (id int PRIMARY KEY)");
        Migration reference = Migration.of("20240106_ref", "CREATE TABLE ref (u int REFERENCES public.users)");
        TenantMigrator shared =
                builder(MEMBERS, reference).sharedObjects("users").build();
        create(shared, "a");
        try (Connection reader = database.rawDataSource().getConnection();
                Statement statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.execute("LOCK TABLE public.users IN ACCESS SHARE MODE");
            CompletableFuture<Void> drop = CompletableFuture.runAsync(() -> shared.dropTenant("a"));
            // Sooner than its lock timeout would end it.
            String waiting = database.awaitRow("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                    + " AND datname = current_database()");
            database.execute("SELECT pg_cancel_backend(?)", Integer.valueOf(waiting));
            assertThatThrownBy(() -> drop.get(1, TimeUnit.MINUTES)).hasMessageContaining("drop the tenant again");
            reader.rollback();
        }
        assertThat(shared.unfinishedDrops()).containsExactly("a");
        assertThat(shared.tenants()).isEmpty();
        create(with(MEMBERS), "a");

        assertThatThrownBy(() -> shared.dropTenant("a")).isInstanceOf(TenantExistsException.class);

        assertThat(shared.unfinishedDrops()).isEmpty();
        assertThat(database.values("SELECT DISTINCT tenant FROM " + TABLE)).containsExactly("a");
        assertThat(rows("a")).isEqualTo("tenant 20240101");
        database.execute("DROP TABLE public.users CASCADE");
    }

    @Nested
    class Adoption {

        @Test
        void takesASchemaWithAnotherToolsTable() {
            TenantMigrator migrator = adoptRails();

            assertThat(rows("rails")).isEqualTo("tenant 20240101");
            assertThat(migrator.tenants()).containsExactly("rails");
        }

        @Test
        void refusesATenantOfThisStore() {
            TenantMigrator migrator = adoptRails();

            assertThatThrownBy(() -> migrator.adopt("rails", List.of())).hasMessageContaining("see its status");
        }

        @Test
        void refusesATenantThatIsTrackedInItsSchema() {
            TenantMigrator inside = Samples.with(database, MEMBERS);
            create(inside, "inside");

            assertThatThrownBy(() -> with(MEMBERS, NOTES).adopt("inside", List.of()))
                    .hasMessageContaining("the other store");
            inside.dropTenant("inside");
        }

        @Test
        void ofTheSchemaStoreRefusesATenantOfTheFleetTable() {
            create(with(MEMBERS, NOTES), "outside");

            assertThatThrownBy(() -> Samples.with(database, MEMBERS).adopt("outside", List.of()))
                    .hasMessageContaining("the other store");
        }

        private TenantMigrator adoptRails() {
            database.execute("CREATE SCHEMA rails; CREATE TABLE rails.schema_migrations (version varchar PRIMARY KEY)");
            TenantMigrator migrator = with(MEMBERS, NOTES);
            migrator.adopt("rails", List.of(MEMBERS.version()));
            return migrator;
        }
    }

    @Test
    void throwawaysAreTracked() {
        TenantMigrator migrator = with(MEMBERS);
        try (ThrowawayTenant tenant = migrator.throwaway()) {
            assertThat(migrator.tenants()).containsExactly(tenant.schema());
        }
        assertThat(migrator.tenants()).isEmpty();
    }

    @Test
    void equalHistoriesAreReadOnce() throws SQLException {
        TenantMigrator migrator = with(MEMBERS, NOTES);
        create(migrator, "a");
        create(migrator, "b");
        try (Connection connection = database.connection()) {
            Map<String, List<RecordedVersion>> all =
                    FleetTrackingStore.INSTANCE.allHistories(connection).orElseThrow();
            assertThat(all.get("a")).hasSize(2).isSameAs(all.get("b"));
        }
    }
}
