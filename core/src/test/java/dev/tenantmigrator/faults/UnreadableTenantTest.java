package dev.tenantmigrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.PlanReport;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Many tenants are read in one statement: one that cannot be read fails alone. */
@PostgresTest
class UnreadableTenantTest {

    private static final Logger LOG = LoggerFactory.getLogger(UnreadableTenantTest.class);
    private static final int TENANTS = 45;
    private static final String BAD = "fleet017";

    private final TestDatabase database;
    private final MigrationSource migrations = CountedFleet.migrations(2);

    UnreadableTenantTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void create() {
        CountedFleet.create(database.dataSource(), "fleet", TENANTS);
    }

    @AfterEach
    void drop() {
        TenantMigrator migrator = migrator(database.dataSource());
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
    }

    private TenantMigrator migrator(DataSource dataSource) {
        return TenantMigrator.builder(dataSource).migrations(migrations).build();
    }

    @Test
    void oneThatIsForbiddenFailsAlone() {
        database.execute("REVOKE SELECT ON " + BAD + ".schema_migrations FROM " + database.user());
        AtomicInteger reads = new AtomicInteger();
        TenantMigrator migrator = migrator(reading(statement -> {
            if (statement.contains(" UNION ALL ")) {
                reads.incrementAndGet();
            }
        }));

        StatusReport status = migrator.status();
        int statements = reads.get();
        FleetReport verified = migrator.verify();
        PlanReport plan = migrator.plan(Tenants.all());
        FleetReport deployed = migrator.deployAll();

        LOG.warn("FIGURES one forbidden tenant among {}: {} statements of more than one tenant", TENANTS, statements);
        assertThat(statements).isBetween(1, 12);
        assertThat(status.tenants()).hasSize(TENANTS);
        assertThat(status.tenants())
                .filteredOn(tenant -> tenant.applied().isEmpty())
                .singleElement()
                .satisfies(tenant -> assertThat(tenant.schema()).isEqualTo(BAD));
        assertThat(verified.of(TenantOutcome.Pending.class)).hasSize(TENANTS - 1);
        assertThat(verified.of(TenantOutcome.Unhealthy.class)).singleElement().satisfies(unreadable -> {
            assertThat(unreadable.schema()).isEqualTo(BAD);
            assertThat(unreadable.findings()).extracting(Finding::kind).containsExactly(Finding.Kind.UNREADABLE);
        });
        assertThat(plan.toString()).contains(BAD);
        assertThat(deployed.of(TenantOutcome.Migrated.class)).hasSize(TENANTS - 1);
        assertThat(deployed.failed()).singleElement().satisfies(UnreadableTenantTest::assertForbidden);
        database.execute("GRANT SELECT ON " + BAD + ".schema_migrations TO " + database.user());
    }

    private static void assertForbidden(TenantOutcome.Failed failed) {
        assertThat(failed.schema()).isEqualTo(BAD);
        assertThat(failed.failure().sqlState()).contains("42501");
        assertThat(failed.failure().message()).startsWith("the tracking table cannot be read: ");
    }

    @Test
    void oneThatIsDroppedBetweenFindingAndReadingIsGoneAlone() {
        AtomicBoolean dropped = new AtomicBoolean();
        TenantMigrator migrator = migrator(reading(statement -> {
            if (statement.contains(BAD) && dropped.compareAndSet(false, true)) {
                database.execute("DROP SCHEMA " + BAD + " CASCADE");
            }
        }));

        FleetReport report = migrator.deployAll();

        assertThat(report.of(TenantOutcome.Migrated.class)).hasSize(TENANTS - 1);
        assertThat(report.failed()).singleElement().satisfies(failed -> {
            assertThat(failed.schema()).isEqualTo(BAD);
            assertThat(failed.failure().message()).contains("dropped or renamed");
        });
        assertThat(database.value("SELECT count(*) FROM pg_namespace WHERE nspname = ?", BAD))
                .isEqualTo("0");
        assertThat(migrator.deployAll().throwIfFailed().outcomes()).hasSize(TENANTS - 1);
    }

    private interface Seen {
        void sends(String statement);
    }

    /** Tells of each query before it is sent. */
    private DataSource reading(Seen seen) {
        return (DataSource) proxy(DataSource.class, database.dataSource(), seen);
    }

    private static Object proxy(Class<?> type, Object target, Seen seen) {
        return Proxy.newProxyInstance(
                UnreadableTenantTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getName().equals("executeQuery") && arguments != null) {
                        seen.sends((String) arguments[0]);
                    }
                    try {
                        Object result = method.invoke(target, arguments);
                        return List.of("getConnection", "createStatement").contains(method.getName())
                                ? proxy(method.getReturnType(), result, seen)
                                : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
