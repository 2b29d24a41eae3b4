package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.internal.tracking.store.PipelinedStore;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A fleet of more tenants than are read in one statement, on several connections. */
@PostgresTest
class FleetReadingTest {

    private static final int TENANTS = 160;

    private final TestDatabase database;
    private final List<String> tenants = new ArrayList<>();

    FleetReadingTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void copyOneTenant() {
        Samples.migrator(database, MEMBERS, NOTES).build().createTenant(TenantName.exactly("t_000"));
        tenants.add("t_000");
        for (int i = 1; i < TENANTS; i++) {
            String schema = "t_%03d".formatted(i);
            tenants.add(schema);
            database.execute("CREATE SCHEMA " + schema);
            database.execute("CREATE TABLE " + schema + ".schema_migrations (LIKE t_000.schema_migrations)");
            // Their rows do not lie in the order of recording.
            database.execute("INSERT INTO " + schema
                    + ".schema_migrations SELECT * FROM t_000.schema_migrations ORDER BY id DESC");
        }
    }

    @AfterEach
    void nothingLeaks() {
        tenants.forEach(schema -> database.execute("DROP SCHEMA " + schema + " CASCADE"));
        database.assertNoLeaks();
    }

    @Test
    void aPoolOfOneSuffices() {
        try (HikariDataSource pool = Samples.pool(database, 1)) {
            TenantMigrator migrator = TenantMigrator.builder(pool)
                    .migrations(MigrationSource.of(MEMBERS, NOTES))
                    .parallelism(4)
                    .build();
            assertThat(migrator.tenants()).isEqualTo(tenants);
            assertThat(migrator.deployAll().of(TenantOutcome.UpToDate.class)).hasSize(TENANTS);
            assertThat(migrator.status().tenants())
                    .allSatisfy(tenant -> assertThat(tenant.findings()).isEmpty());
        }
    }

    @Test
    void oneForbiddenTenantHidesNoOther() {
        database.execute("REVOKE SELECT ON t_070.schema_migrations FROM " + database.user());
        FleetReport report = Samples.migrator(database, MEMBERS, NOTES)
                .parallelism(3)
                .build()
                .verify();
        assertThat(report.of(TenantOutcome.Healthy.class)).hasSize(TENANTS - 1);
        assertThat(report.of(TenantOutcome.Unhealthy.class))
                .singleElement()
                .satisfies(unreadable -> assertThat(unreadable.schema()).isEqualTo("t_070"));
    }

    @Test
    void anErrorOfTheJvmInAReadingThreadHidesNoTenant() {
        Thread caller = Thread.currentThread();
        CountDownLatch thrown = new CountDownLatch(1);
        TrackingStore store = (TrackingStore) Proxy.newProxyInstance(
                PipelinedStore.class.getClassLoader(),
                new Class<?>[] {PipelinedStore.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("histories") && Thread.currentThread() != caller) {
                        thrown.countDown();
                        throw new StackOverflowError();
                    }
                    if (method.getName().equals("histories")) {
                        assertThat(thrown.await(1, TimeUnit.MINUTES)).isTrue();
                    }
                    return method.invoke(TrackingStore.perSchema(), arguments);
                });
        TenantMigrator migrator = Samples.migrator(database, MEMBERS, NOTES)
                .trackingStore(store)
                .parallelism(3)
                .build();
        assertThatThrownBy(migrator::verify).isInstanceOf(StackOverflowError.class);
    }
}
