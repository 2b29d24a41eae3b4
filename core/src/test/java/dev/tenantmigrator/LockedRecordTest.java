package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.log.TestLog;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A lock on a record, as {@code VACUUM FULL} or a forgotten transaction holds it, delays nothing without limit and hides no other tenant. */
@PostgresTest
@Timeout(30)
class LockedRecordTest {

    private static final Duration LIMIT = Duration.ofMillis(400);

    private final TestDatabase database;

    LockedRecordTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
        database.execute("DROP SCHEMA IF EXISTS tenant_migrator_fleet CASCADE");
        database.assertNoLeaks();
    }

    /** An operation that reads records, with what it says of one tenant. */
    private interface Operation {
        Object run(TenantMigrator migrator, Tenants tenant);
    }

    private static Named<Operation> named(String name, Operation operation) {
        return Named.of(name, operation);
    }

    static Stream<Named<Operation>> operations() {
        return Stream.of(
                named("deploy", (migrator, tenant) -> migrator.deploy(tenant).outcomes()),
                named(
                        "rollback",
                        (migrator, tenant) ->
                                migrator.rollback(tenant, NOTES.version()).outcomes()),
                named(
                        "backfill",
                        (migrator, tenant) -> migrator.backfill(tenant).outcomes()),
                named("verify", (migrator, tenant) -> migrator.verify(tenant).outcomes()),
                named(
                        "repair",
                        (migrator, tenant) -> migrator.repair(tenant, new Repair.AcceptChecksum(MEMBERS.version()))
                                .outcomes()),
                named("plan", TenantMigrator::plan),
                named("status", TenantMigrator::status),
                named("drift", (migrator, tenant) -> migrator.drift(tenant, DriftOptions.defaults())));
    }

    private TenantMigratorBuilder migrator(Migration... migrations) {
        return Samples.migrator(database, migrations).lockTimeout(LIMIT);
    }

    private void whileLocked(String table, Work work) throws SQLException {
        try (Connection holder = database.rawDataSource().getConnection();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
            work.run();
            holder.rollback();
        }
    }

    private interface Work {
        void run() throws SQLException;
    }

    @ParameterizedTest
    @MethodSource("operations")
    void eachOperationSaysWhoHoldsTheLock(Operation operation) throws SQLException {
        String tenant = Samples.create(database, "ada", MEMBERS, NOTES);
        TenantMigrator migrator = migrator(MEMBERS, NOTES, FLAG).build();

        whileLocked(
                tenant + ".schema_migrations",
                () -> assertThat(answer(operation, migrator, tenant))
                        .contains("lock timeout", "server process", "pg_terminate_backend", tenant));

        assertThat(answer(operation, migrator, tenant)).doesNotContain("lock timeout");
    }

    private static String answer(Operation operation, TenantMigrator migrator, String tenant) {
        try {
            return operation.run(migrator, Tenants.named(tenant)).toString();
        } catch (TenantMigratorException e) {
            return e.getMessage();
        }
    }

    /** With 40 others in its chunk: the lock is waited for once, and then no longer than to find whose it is. */
    @Test
    void oneLockedTenantDelaysAFleetOnce() throws SQLException {
        TenantMigrator migrator = migrator(MEMBERS, NOTES).parallelism(1).build();
        List<String> tenants = List.copyOf(IntStream.range(0, 40)
                .mapToObj(i -> migrator.createTenant(TenantName.exactly("t_%02d".formatted(i)))
                        .schema())
                .toList());
        Duration limit = LIMIT.plusSeconds(2);

        whileLocked("t_17.schema_migrations", () -> {
            assertThat(timed(limit, migrator::status).tenants())
                    .filteredOn(status -> status.toString().contains("lock timeout"))
                    .singleElement()
                    .satisfies(status -> assertThat(status.toString()).contains("t_17", "server process"));
            FleetReport report = timed(limit.plus(LIMIT.multipliedBy(4)), migrator::deployAll);
            assertThat(report.outcomes()).hasSize(tenants.size());
            assertThat(report.outcomes())
                    .filteredOn(TenantOutcome.Failed.class::isInstance)
                    .extracting(TenantOutcome::schema)
                    .containsExactly("t_17");
        });
        migrator.deployAll().throwIfFailed();
    }

    /** A lock on a view, whose definition a comparison reads. */
    @Test
    void oneLockedViewDelaysAComparisonOnce() throws SQLException {
        Migration view = Migration.of("20240104_view", "CREATE VIEW bodies AS SELECT body FROM notes");
        TenantMigrator migrator = migrator(MEMBERS, NOTES, view).parallelism(1).build();
        for (int i = 0; i < 20; i++) {
            migrator.createTenant(TenantName.exactly("t_%02d".formatted(i)));
        }

        whileLocked(
                "t_07.bodies",
                () -> assertThat(timed(
                                        LIMIT.plusSeconds(3),
                                        () -> migrator.drift(Tenants.all(), DriftOptions.defaults()))
                                .unknown())
                        .hasEntrySatisfying(
                                "t_07",
                                failure -> assertThat(failure.message())
                                        .contains("the structure cannot be read", "lock timeout", "server process"))
                        .hasSize(1));
    }

    /** Otherwise an operator sees nothing for as long as all chunks wait. */
    @Test
    void aWaitOfMoreThanASecondIsLoggedWithTenantAndHolder() throws Exception {
        List<String> tenants = Stream.of("a", "b", "c")
                .map(name -> Samples.create(database, name, MEMBERS))
                .toList();
        TenantMigrator patient =
                migrator(MEMBERS).lockTimeout(Duration.ofMillis(1500)).build();
        for (ThrowingCallable operation : List.<ThrowingCallable>of(
                patient::status, () -> patient.drift(Tenants.all(), DriftOptions.defaults()), patient::verify)) {
            whileLocked(
                    tenants.get(1) + ".schema_migrations",
                    () -> assertThat(waits(operation))
                            .singleElement()
                            .satisfies(line -> assertThat(line)
                                    .startsWith(
                                            "Waiting up to 0.5 s more for a lock in tenant " + tenants.get(1) + ". ")
                                    .contains("held by server process", "pg_terminate_backend")));
        }
        whileLocked(
                tenants.get(1) + ".schema_migrations",
                () -> assertThat(waits(migrator(MEMBERS).build()::status))
                        .as("a short wait")
                        .isEmpty());
    }

    private static List<String> waits(ThrowingCallable operation) throws SQLException {
        try {
            return TestLog.during(() -> {
                        try {
                            operation.call();
                        } catch (Throwable e) {
                            throw new IllegalStateException(e);
                        }
                    })
                    .stream()
                    .map(TestLog.Line::text)
                    .filter(line -> line.startsWith("Waiting"))
                    .toList();
        } catch (Exception e) {
            throw new SQLException(e);
        }
    }

    @Test
    void theTableOfAFleetIsNotWaitedForWithoutLimit() throws SQLException {
        TenantMigrator migrator =
                migrator(MEMBERS).trackingStore(TrackingStore.fleet()).build();
        migrator.prepare();
        String tenant = migrator.createTenant(TenantName.forUser("ada")).schema();
        try {
            whileLocked(FleetTable.TABLE, () -> {
                List<ThrowingCallable> operations = List.of(
                        migrator::status,
                        migrator::deployAll,
                        migrator::tenants,
                        () -> migrator.exists(tenant),
                        () -> migrator.dropTenant(tenant),
                        () -> migrator.deploy(Tenants.named(tenant)));
                operations.forEach(operation -> assertThatThrownBy(operation)
                        .isInstanceOf(TenantMigratorException.class)
                        .hasMessageContainingAll(
                                "the tracking table cannot be read", "lock timeout", "server process"));
            });
        } finally {
            migrator.dropTenant(tenant);
        }
    }

    private static <T> T timed(Duration limit, Supplier<T> work) {
        long start = System.nanoTime();
        T result = work.get();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(limit);
        return result;
    }
}
