package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several moves at once: each tenant is moved by one of them, and none reports a failure. */
@PostgresTest
class ConcurrentTrackingMovesTest {

    private static final Migration SMALL = Migration.of("20240101_small", "CREATE TABLE t (id int)");
    private static final Migration NEXT = Migration.of("20240102_next", "ALTER TABLE t ADD COLUMN x int");

    private final TestDatabase database;
    private final TenantMigrator inside;
    private final TenantMigrator outside;

    ConcurrentTrackingMovesTest(TestDatabase database) {
        this.database = database;
        this.inside = builder(database.dataSource(), TrackingStore.perSchema()).build();
        this.outside = builder(database.dataSource(), TrackingStore.fleet()).build();
    }

    private static TenantMigratorBuilder builder(DataSource dataSource, TrackingStore store) {
        return TenantMigrator.builder(dataSource)
                .migrations(MigrationSource.of(SMALL, NEXT))
                .trackingStore(store)
                .parallelism(4);
    }

    @AfterEach
    void dropAll() {
        inside.tenants().forEach(schema -> inside.dropTenant(schema));
        outside.tenants().forEach(schema -> outside.dropTenant(schema));
    }

    private void create(int tenants) {
        TenantMigrator migrator = Samples.with(database, SMALL);
        IntStream.range(0, tenants).forEach(i -> migrator.createTenant(TenantName.exactly("t_" + i)));
    }

    /** Does something before each connection that it lends. */
    private DataSource before(Runnable work) {
        return (DataSource) Proxy.newProxyInstance(
                ConcurrentTrackingMovesTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> {
                    work.run();
                    return database.connection();
                });
    }

    /**
     * Another move comes at each moment at which this one holds no tenant's lock: before a connection is lent, and after a tenant is
     * finished.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTenantThatAnotherMoveTookMeanwhileIsNoFailure(boolean toFleet) {
        TrackingStore from = toFleet ? TrackingStore.perSchema() : TrackingStore.fleet();
        TrackingStore to = toFleet ? TrackingStore.fleet() : TrackingStore.perSchema();
        TenantMigrator before = toFleet ? inside : outside;
        TenantMigrator after = toFleet ? outside : inside;
        create(3);
        if (!toFleet) {
            inside.moveTracking(from).throwIfFailed();
        }
        List<Integer> movedByOther = new ArrayList<>();
        for (int moment = 1; movedByOther.size() == moment - 1; moment++) {
            AtomicInteger left = new AtomicInteger(moment);
            Runnable mayBeTheMoment = () -> {
                if (left.decrementAndGet() == 0) {
                    movedByOther.add(moved(before.moveTracking(to).throwIfFailed()));
                }
            };

            FleetReport report = builder(before(mayBeTheMoment), from)
                    .parallelism(1)
                    .listener(event -> {
                        if (event instanceof TenantEvent.TenantFinished) {
                            mayBeTheMoment.run();
                        }
                    })
                    .build()
                    .moveTracking(to);

            assertThat(report.failed()).as("at moment %s", moment).isEmpty();
            int byOther = left.get() > 0 ? 0 : movedByOther.get(moment - 1);
            assertThat(moved(report)).as("at moment %s", moment).isEqualTo(3 - byOther);
            assertThat(before.tenants()).isEmpty();
            assertThat(after.tenants()).hasSize(3);
            after.moveTracking(from).throwIfFailed();
        }
        assertThat(movedByOther).startsWith(3, 3).endsWith(2, 1, 0);
    }

    private static int moved(FleetReport report) {
        return report.of(TenantOutcome.Moved.class).size();
    }

    private static FleetReport deployWhatIsLeft(TenantMigrator migrator) {
        try {
            return migrator.deployAll();
        } catch (TenantMigratorException e) {
            assertThat(e).hasMessageContaining("in the other store");
            return new FleetReport(List.of(), Duration.ZERO);
        }
    }

    @Test
    void severalMayMoveAndDeployAtOnce() {
        create(60);
        List<CompletableFuture<FleetReport>> runs = List.of(
                CompletableFuture.supplyAsync(() -> inside.moveTracking(TrackingStore.fleet())),
                CompletableFuture.supplyAsync(() -> inside.moveTracking(TrackingStore.fleet())),
                CompletableFuture.supplyAsync(() -> deployWhatIsLeft(inside)));
        runs.forEach(CompletableFuture::join);

        assertThat(runs.get(0).join().successful()).isTrue();
        assertThat(runs.get(1).join().successful()).isTrue();
        assertThat(runs.get(2).join().failed())
                .allSatisfy(failed -> assertThat(failed.failure().message())
                        .containsAnyOf(
                                "there is no such tenant", "the tenant is gone", "schema_migrations\" does not exist"));
        assertThat(inside.tenants()).isEmpty();
        outside.deployAll().throwIfFailed();
        assertThat(outside.tenants()).hasSize(60);
        assertThat(outside.verify().successful()).isTrue();
    }
}
