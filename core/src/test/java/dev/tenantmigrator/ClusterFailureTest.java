package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantOutcome.Failed;
import dev.tenantmigrator.report.TenantOutcome.Migrated;
import dev.tenantmigrator.report.TenantOutcome.UpToDate;
import dev.tenantmigrator.report.TenantStatus;
import dev.tenantmigrator.support.ClusterNodes;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A node that is down, or that does not let the role in: the tenants of other nodes go on, and each outcome says why. */
@PostgresTest
@Tag("cluster")
class ClusterFailureTest {

    private static final Migration FIRST = Migration.of(
            "1_first", "CREATE TABLE note (id SERIAL PRIMARY KEY, body TEXT); INSERT INTO note (body) VALUES ('a')");

    private static final Migration SECOND =
            Migration.of("2_second", "UPDATE note SET body = body || '!'; INSERT INTO note (body) VALUES ('b')");

    /** Needs all nodes, because Citus keeps the definition of each table on each of them. */
    private static final Migration COLUMN = Migration.of("3_column", "ALTER TABLE note ADD COLUMN flag BOOLEAN");

    private final TestDatabase database;
    private ClusterNodes nodes;
    private List<String> tenants = List.of();

    ClusterFailureTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void tenants() {
        nodes = ClusterNodes.of(database);
        tenants = IntStream.range(0, 6)
                .mapToObj(i -> Samples.create(database, "t" + i, FIRST))
                .toList();
        assertThat(tenants.stream().map(nodes::of).distinct()).hasSize(2);
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    private List<String> on(String worker) {
        return tenants.stream()
                .filter(schema -> nodes.of(schema).equals(worker))
                .toList();
    }

    private static List<String> schemas(FleetReport report, Class<? extends TenantOutcome> type) {
        return report.of(type).stream().map(TenantOutcome::schema).toList();
    }

    @Test
    void aWorkerThatIsDownKeepsItsOwnTenantsOnly() {
        String worker = nodes.of(tenants.get(0));
        List<String> down = on(worker);
        List<String> healthy = on(nodes.otherThan(worker));
        TenantMigrator migrator = Samples.with(database, FIRST, SECOND);
        try (ClusterNodes.Stoppable stopped = nodes.stoppable(worker)) {
            stopped.stop();
            StatusReport status = migrator.status();
            assertThat(status.tenants()).extracting(TenantStatus::schema).containsExactlyElementsOf(tenants);
            assertThat(status.tenants())
                    .filteredOn(tenant -> healthy.contains(tenant.schema()))
                    .allMatch(TenantStatus::onlyPending)
                    .extracting(tenant -> tenant.node().orElseThrow())
                    .containsOnly(nodes.otherThan(worker));
            assertThat(status.tenants())
                    .filteredOn(tenant -> down.contains(tenant.schema()))
                    .noneMatch(TenantStatus::onlyPending)
                    .noneMatch(TenantStatus::healthy);

            FleetReport report = migrator.deployAll();
            assertThat(schemas(report, Migrated.class)).containsExactlyElementsOf(healthy);
            assertThat(schemas(report, Failed.class)).containsExactlyElementsOf(down);
            assertThat(report.of(Failed.class))
                    .allSatisfy(failed ->
                            assertThat(failed.failure().message()).contains(worker.replace("localhost:", "")));
            assertThat(migrator.verify(Tenants.named(healthy.get(0))).successful())
                    .isTrue();

            FleetReport structure =
                    Samples.with(database, FIRST, SECOND, COLUMN).deployAll();
            assertThat(schemas(structure, Failed.class)).containsExactlyElementsOf(tenants);
            assertThat(structure.of(Failed.class))
                    .allSatisfy(
                            failed -> assertThat(failed.failure().sqlState()).contains("08006"));

            TenantName name = TenantName.exactly("later");
            assertThatExceptionOfType(MigrationFailedException.class)
                    .isThrownBy(() -> migrator.createTenant(name))
                    .withMessageContaining("08006");
            assertThat(migrator.exists("later")).isFalse();

            stopped.start();
            migrator.createTenant(name);
            migrator.dropTenant("later");
        }
        FleetReport again = migrator.deployAll().throwIfFailed();
        assertThat(schemas(again, Migrated.class)).containsExactlyElementsOf(down);
        assertThat(schemas(again, UpToDate.class)).containsExactlyElementsOf(healthy);
        assertEachMigratedOnce();
    }

    @Test
    void aWorkerThatStopsBetweenTwoTenantsKeepsItsOwnTenantsOnly() {
        String worker = nodes.of(tenants.get(0));
        List<String> down = on(worker);
        List<String> healthy = on(nodes.otherThan(worker));
        try (ClusterNodes.Stoppable stopped = nodes.stoppable(worker)) {
            AtomicBoolean first = new AtomicBoolean(true);
            FleetReport report = Samples.migrator(database, FIRST, SECOND)
                    .listener(event -> {
                        if (event instanceof TenantEvent.MigrationApplied && first.getAndSet(false)) {
                            stopped.stop();
                        }
                    })
                    .build()
                    .deployAll();
            assertThat(report.outcomes()).hasSize(tenants.size());
            assertThat(schemas(report, Migrated.class)).containsAll(healthy);
            assertThat(down).containsAll(schemas(report, Failed.class));
            assertThat(report.of(Failed.class)).hasSizeGreaterThanOrEqualTo(down.size() - 1);
        }
        Samples.with(database, FIRST, SECOND).deployAll().throwIfFailed();
        assertEachMigratedOnce();
    }

    /** The script waits on its worker for a lock, and the worker stops. */
    @Test
    void aWorkerThatStopsInTheMidstOfAMigrationLeavesItsTenantAsItWas() throws Exception {
        String tenant = tenants.get(0);
        String worker = nodes.of(tenant);
        List<String> onWorker = on(worker);
        List<String> healthy = on(nodes.otherThan(worker));
        TenantMigrator migrator = Samples.with(database, FIRST, SECOND);
        CompletableFuture<FleetReport> deploy;
        try (ClusterNodes.Stoppable stopped = nodes.stoppable(worker);
                Connection connection = nodes.connect(worker);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SET LOCAL citus.enable_manual_changes_to_shards TO on; UPDATE "
                    + nodes.shardOf(tenant, "note") + " SET body = 'lost'");
            deploy = CompletableFuture.supplyAsync(migrator::deployAll);
            database.awaitRow("SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                    + " AND pid <> pg_backend_pid() AND state = 'active' AND query LIKE '%UPDATE%note%SET body%'");
            stopped.stop();
            FleetReport report = deploy.join();
            // Tenants of the worker that had their turn before are migrated.
            assertThat(schemas(report, Migrated.class)).containsAll(healthy).doesNotContain(tenant);
            assertThat(schemas(report, Failed.class)).contains(tenant).isSubsetOf(onWorker);
        }
        assertThat(migrator.status(Tenants.named(tenant)).tenants().get(0).pending())
                .containsExactly("2_second");
        migrator.deployAll().throwIfFailed();
        assertEachMigratedOnce();
    }

    private void assertEachMigratedOnce() {
        assertThat(tenants).allSatisfy(schema -> {
            assertThat(database.values("SELECT body FROM " + schema + ".note ORDER BY body"))
                    .containsExactly("a!", "b");
            assertThat(database.values("SELECT version FROM " + schema + ".schema_migrations ORDER BY id"))
                    .containsExactly("1_first", "2_second");
        });
        TenantMigrator migrator = Samples.with(database, FIRST, SECOND);
        assertThat(migrator.verify().successful()).isTrue();
        assertThat(migrator.drift(Tenants.all(), DriftOptions.defaults()).successful())
                .isTrue();
    }

    /** The first error is the reason; later ones, of the aborted transaction, are not. */
    @Test
    void aRoleThatANodeDoesNotLetInIsTheReason() throws SQLException {
        String role = database.name() + "_unknown";
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE " + role + " LOGIN PASSWORD 'secret'");
            try {
                statement.execute("GRANT CREATE ON DATABASE " + database.name() + " TO " + role);
                nodes.workers()
                        .forEach(worker -> nodes.run(
                                worker, "SET citus.enable_ddl_propagation TO off; ALTER ROLE " + role + " NOLOGIN"));
                database.execute("CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\"");
                TenantMigrator migrator = TenantMigrator.builder(database.dataSourceOf(role, "secret"))
                        .migrations(MigrationSource.of(FIRST))
                        .build();
                TenantName name = TenantName.forUser("unknown");
                assertThatExceptionOfType(TenantMigratorException.class)
                        .isThrownBy(() -> migrator.createTenant(name))
                        .withMessageContaining("is not permitted to log in")
                        .withMessageNotContaining("25P02");
            } finally {
                statement.execute("DROP OWNED BY " + role + " CASCADE");
                statement.execute("DROP ROLE " + role);
            }
        }
        assertThat(Samples.with(database, FIRST).tenants()).containsExactlyElementsOf(tenants);
    }
}
