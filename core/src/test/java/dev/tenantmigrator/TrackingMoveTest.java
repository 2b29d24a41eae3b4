package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;

/** The record of each tenant is in exactly one store, whatever happens while it moves. */
@PostgresTest
class TrackingMoveTest {

    private static final int TENANTS = 200;
    private static final Migration SMALL = Migration.of("20240101_small", "CREATE TABLE t (id int)");
    private static final Migration NEXT = Migration.of("20240102_next", "ALTER TABLE t ADD COLUMN x int");

    private final TestDatabase database;
    private final TenantMigrator inside;
    private final TenantMigrator outside;

    TrackingMoveTest(TestDatabase database) {
        this.database = database;
        this.inside = builder(TrackingStore.perSchema()).build();
        this.outside = builder(TrackingStore.fleet()).build();
    }

    private TenantMigratorBuilder builder(TrackingStore store) {
        return Samples.migrator(database, SMALL, NEXT).trackingStore(store).parallelism(4);
    }

    @AfterEach
    void dropAll() {
        inside.tenants().parallelStream().forEach(schema -> inside.dropTenant(schema));
        outside.tenants().parallelStream().forEach(schema -> outside.dropTenant(schema));
        database.execute("DROP SCHEMA IF EXISTS tenant_migrator_fleet CASCADE");
        database.assertNoLeaks();
    }

    private void create(int tenants) {
        IntStream.range(0, tenants).parallel().forEach(i -> inside.createTenant(TenantName.exactly("t_" + i)));
    }

    private Map<String, List<AppliedMigration>> recorded(TenantMigrator migrator, TrackingStore store) {
        try (Connection connection = database.connection()) {
            return store.read(connection, migrator.tenants());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void thereAndBackNothingIsLost() {
        create(TENANTS);
        database.execute(
                "UPDATE t_1.schema_migrations SET checksum = NULL, description = NULL;"
                        + " UPDATE t_2.schema_migrations SET applied_at = NULL WHERE version = '20240102_next';"
                        + " UPDATE t_3.schema_migrations SET id = 7 WHERE version = '20240101_small';"
                        + " DELETE FROM t_4.schema_migrations; UPDATE t_5.schema_migrations SET applied_at = '2024-12-18 01:02:03'");
        Map<String, List<AppliedMigration>> before = recorded(inside, TrackingStore.perSchema());

        FleetReport there = inside.moveTracking(TrackingStore.fleet()).throwIfFailed();

        assertThat(there.of(TenantOutcome.Moved.class)).hasSize(TENANTS);
        assertThat(there.outcomes()).contains(new TenantOutcome.Moved("t_4", List.of()));
        assertThat(inside.tenants()).isEmpty();
        assertThat(database.values("SELECT relname FROM pg_class WHERE relname = 'schema_migrations'"))
                .hasSize(1);
        assertThat(recorded(outside, TrackingStore.fleet())).isEqualTo(before);
        assertThat(inside.moveTracking(TrackingStore.fleet()).outcomes()).isEmpty();

        assertThat(outside.moveTracking(TrackingStore.perSchema()).of(TenantOutcome.Moved.class))
                .hasSize(TENANTS);
        assertThat(recorded(inside, TrackingStore.perSchema())).isEqualTo(before);
        assertThat(database.value("SELECT count(*) FROM tenant_migrator_fleet.schema_migrations"))
                .isEqualTo("0");
    }

    @Test
    void aMoveToTheSameStoreIsAMistake() {
        assertThatThrownBy(() -> inside.moveTracking(TrackingStore.perSchema()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> outside.moveTracking(TrackingStore.fleet()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whenConnectionsDieEachTenantIsInOneStoreAndTheNextMoveGoesOn() {
        create(60);
        Map<String, List<AppliedMigration>> before = recorded(inside, TrackingStore.perSchema());
        AtomicInteger moved = new AtomicInteger();
        TenantMigrator killed = builder(TrackingStore.perSchema())
                .listener(event -> {
                    if (event instanceof TenantEvent.TenantFinished && moved.incrementAndGet() % 20 == 0) {
                        database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                + " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                                + " AND query LIKE '%schema_migrations%'");
                    }
                })
                .build();

        FleetReport report = killed.moveTracking(TrackingStore.fleet());

        assertThat(report.outcomes()).hasSize(60);
        assertThat(inside.tenants().size() + outside.tenants().size()).isEqualTo(60);
        inside.moveTracking(TrackingStore.fleet()).throwIfFailed();
        assertThat(recorded(outside, TrackingStore.fleet())).isEqualTo(before);
    }

    @Test
    void aKilledProcessLeavesEachTenantInOneStoreAndTheNextMoveGoesOn() throws IOException, InterruptedException {
        create(TENANTS);
        Map<String, List<AppliedMigration>> before = recorded(inside, TrackingStore.perSchema());
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        classPath(TenantMigrator.class, Mover.class, PGSimpleDataSource.class, Logger.class),
                        Mover.class.getName(),
                        database.jdbcUrl(),
                        database.user(),
                        database.password())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        while (process.isAlive() && outside.tenants().size() < TENANTS / 4) {
            Thread.onSpinWait();
        }
        process.destroyForcibly().waitFor();

        int moved = outside.tenants().size();
        assertThat(moved).isGreaterThanOrEqualTo(TENANTS / 4).isLessThan(TENANTS);
        // A server's process may still be at its last transaction.
        database.awaitRow("SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'mover')");
        assertThat(inside.tenants().size() + outside.tenants().size()).isEqualTo(TENANTS);
        inside.moveTracking(TrackingStore.fleet()).throwIfFailed();
        assertThat(recorded(outside, TrackingStore.fleet())).isEqualTo(before);
    }

    /** Where classes are; the property is the launcher's, which has a class loader of its own. */
    private static String classPath(Class<?>... classes) {
        return Stream.of(classes)
                .map(type -> Path.of(type.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath())
                        .toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** A process of its own that moves. */
    static final class Mover {
        private Mover() {}

        public static void main(String... args) {
            PGSimpleDataSource source = new PGSimpleDataSource();
            source.setUrl(args[0]);
            source.setUser(args[1]);
            source.setPassword(args[2]);
            source.setApplicationName("mover");
            TenantMigrator.builder(source)
                    .migrations(MigrationSource.of(SMALL, NEXT))
                    .build()
                    .moveTracking(TrackingStore.fleet());
        }
    }

    @Test
    void whoLooksIntoTheWrongStoreIsTold() {
        Samples.with(database, SMALL).createTenant(TenantName.exactly("t_1"));
        inside.moveTracking(TrackingStore.fleet()).throwIfFailed();

        for (Runnable look : List.<Runnable>of(inside::deployAll, inside::status, inside::verify)) {
            assertThatThrownBy(look::run)
                    .isInstanceOf(TenantMigratorException.class)
                    .hasMessageContaining("1 in the other store; use that store (--tracking fleet)");
        }
        assertThat(inside.moveTracking(TrackingStore.fleet()).outcomes()).isEmpty();
    }

    @Test
    void whatCannotBeMovedStaysWhereItIs() throws SQLException {
        create(3);
        database.execute("CREATE VIEW t_0.v AS SELECT version FROM t_0.schema_migrations");
        try (Connection connection = database.connection()) {
            TrackingStore.fleet().prepare(connection);
            TrackingStore.fleet().create(connection, "t_1");
        }

        FleetReport report = inside.moveTracking(TrackingStore.fleet());

        assertThat(report.failed()).extracting(TenantOutcome.Failed::schema).containsExactly("t_0", "t_1");
        assertThat(report.failed().get(0).failure().message()).contains("other objects depend on it");
        assertThat(report.failed().get(1).failure().message()).contains("both stores have a record");
        assertThat(inside.tenants()).containsExactly("t_0", "t_1");
        database.execute("DROP VIEW t_0.v; DELETE FROM tenant_migrator_fleet.schema_migrations WHERE tenant = 't_1'");
        inside.moveTracking(TrackingStore.fleet()).throwIfFailed();
        assertThat(outside.tenants()).hasSize(3);

        database.execute("CREATE TABLE t_2.schema_migrations (version text)");
        assertThat(outside.moveTracking(TrackingStore.perSchema()).failed())
                .singleElement()
                .satisfies(failed -> assertThat(failed.failure().message()).contains("already exists"));
    }
}
