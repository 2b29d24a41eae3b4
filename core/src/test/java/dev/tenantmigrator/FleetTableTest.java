package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.internal.tracking.store.FleetTrackingStore;
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

/** The fleet's tracking table before the first tenant, its creation, and what of a fleet is read from it. */
@PostgresTest
class FleetTableTest extends FleetTable {

    FleetTableTest(TestDatabase database) {
        super(database);
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

    @Test
    void throwawaysAreTracked() {
        try (TenantMigrator migrator = with(MEMBERS);
                ThrowawayTenant tenant = migrator.throwaway()) {
            assertThat(migrator.tenants()).containsExactly(tenant.schema());
        }
        assertThat(with(MEMBERS).tenants()).isEmpty();
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
