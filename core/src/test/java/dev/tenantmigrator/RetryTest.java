package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.rollout.Rollout;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lock timeouts and retries of migrations, and an application that works meanwhile. */
@PostgresTest
class RetryTest {

    private static final Migration ALTERS = Migration.of(
            "20240105_alters", "SELECT 1;\nALTER TABLE public.team_member ADD COLUMN IF NOT EXISTS age int");

    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final DeployOptions ONCE_FOR_20_MS =
            with(Rollout.builder().lockTimeout(Duration.ofMillis(20)).tries(1));

    private final TestDatabase database;
    private final List<TenantEvent> events = new CopyOnWriteArrayList<>();

    RetryTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
        database.assertNoLeaks();
    }

    private TenantMigrator migrator(Migration... migrations) {
        return Samples.migrator(database, migrations).listener(events::add).build();
    }

    private static DeployOptions with(Rollout.Builder rollout) {
        return DeployOptions.builder().rollout(rollout.build()).build();
    }

    private List<TenantEvent.MigrationRetried> retried() {
        return events.stream()
                .filter(TenantEvent.MigrationRetried.class::isInstance)
                .map(TenantEvent.MigrationRetried.class::cast)
                .toList();
    }

    private String create(String user) {
        return Samples.create(database, user, MEMBERS);
    }

    /** An application's transaction that has read a table of a tenant, and stays open. */
    private Connection reader(String schema) throws SQLException {
        Connection reader = database.rawDataSource().getConnection();
        reader.setAutoCommit(false);
        try (Statement statement = reader.createStatement()) {
            statement.execute("SELECT count(*) FROM " + schema + ".team_member");
        }
        return reader;
    }

    private FleetReport deployToBusyTenant(Duration lockTimeout) {
        return migrator(MEMBERS, ALTERS)
                .deploy(
                        Tenants.all(),
                        with(Rollout.builder().lockTimeout(lockTimeout).tries(4)));
    }

    /** The application reads the table in a transaction of its own; it fails if it waits for half a minute. */
    private void readAsApplication(String schema) {
        try (Connection application = database.rawDataSource().getConnection();
                Statement statement = application.createStatement()) {
            statement.setQueryTimeout(30);
            statement.execute("SELECT count(*) FROM " + schema + ".team_member");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aTableThatIsReadForLongFailsItsTenantAlone() throws Exception {
        String busy = create("busy");
        for (int i = 0; i < 5; i++) {
            create("free" + i);
        }
        try (Connection reader = reader(busy)) {
            FleetReport report = deployToBusyTenant(SHORT);

            assertThat(report.of(TenantOutcome.Migrated.class)).hasSize(5);
            assertThat(report.failed()).extracting(TenantOutcome.Failed::schema).containsExactly(busy);
            reader.rollback();
        }
    }

    @Test
    void theFailureNamesPlaceTriesTimeoutAndTheSessionInTheWay() throws Exception {
        String busy = create("busy");
        try (Connection reader = reader(busy)) {
            String process;
            try (Statement statement = reader.createStatement();
                    var rows = statement.executeQuery("SELECT pg_backend_pid()")) {
                rows.next();
                process = rows.getString(1);
            }

            Failure failure =
                    deployToBusyTenant(Duration.ofMillis(200)).failed().get(0).failure();

            assertThat(failure.tenant()).contains(busy);
            assertThat(failure.sqlState()).contains(LOCK_NOT_AVAILABLE);
            assertThat(failure.line()).hasValue(2);
            assertThat(failure.message())
                    .contains("4 times for 200ms within ")
                    .containsPattern("server process (\\d+, )*" + process);
            reader.rollback();
        }
    }

    @Test
    void eachFurtherTryIsAnEventAndIsWaitedForLonger() throws Exception {
        String busy = create("busy");
        try (Connection reader = reader(busy)) {
            assertThat(deployToBusyTenant(SHORT).failed()).hasSize(1);
            reader.rollback();
        }
        assertThat(retried()).hasSize(3).allSatisfy(event -> {
            assertThat(event.schema()).isEqualTo(busy);
            assertThat(event.version()).isEqualTo(ALTERS.version());
            assertThat(event.failure().sqlState()).contains(LOCK_NOT_AVAILABLE);
        });
        assertThat(retried()).extracting(TenantEvent.MigrationRetried::tries).containsExactly(1, 2, 3);
        // The jitter takes away a half at most.
        assertThat(retried().get(2).pause()).isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }

    @Test
    void theApplicationReadsBetweenTheTries() throws Exception {
        String busy = create("busy");
        AtomicInteger reads = new AtomicInteger();
        TenantMigrator migrator = Samples.migrator(database, MEMBERS, ALTERS)
                .listener(event -> {
                    if (event instanceof TenantEvent.MigrationRetried) {
                        readAsApplication(busy);
                        reads.incrementAndGet();
                    }
                })
                .build();
        try (Connection reader = reader(busy)) {
            migrator.deploy(
                    Tenants.all(), with(Rollout.builder().lockTimeout(SHORT).tries(4)));
            reader.rollback();
        }
        assertThat(reads).hasValue(3);
    }

    /** A read that comes behind a waiting migration is let through when that gives up, not at the end of the run. */
    @Test
    void noReadOfTheApplicationWaitsThroughTheWholeRun() throws Exception {
        String busy = create("busy");
        int mostTriesBehindOneRead = 0;
        try (Connection reader = reader(busy)) {
            CompletableFuture<FleetReport> run =
                    CompletableFuture.supplyAsync(() -> deployToBusyTenant(Duration.ofMillis(200)));
            while (!run.isDone()) {
                int before = retried().size();
                readAsApplication(busy);
                mostTriesBehindOneRead =
                        Math.max(mostTriesBehindOneRead, retried().size() - before);
            }
            assertThat(run.get().failed()).hasSize(1);
            reader.rollback();
        }
        assertThat(retried()).hasSize(3);
        assertThat(mostTriesBehindOneRead).isLessThan(3);
    }

    @Test
    void theNextRunMigratesTheTenantThatWasBusy() throws Exception {
        String busy = create("busy");
        try (Connection reader = reader(busy)) {
            assertThat(deployToBusyTenant(SHORT).failed()).hasSize(1);
            reader.rollback();
        }

        migrator(MEMBERS, ALTERS).deployAll().throwIfFailed();
    }

    @Test
    void aTenantWhoseLockIsFreeAgainIsDone() throws Exception {
        String busy = create("busy");
        try (Connection reader = reader(busy)) {
            TenantMigrator migrator = Samples.migrator(database, MEMBERS, ALTERS)
                    .lockTimeout(Duration.ofMillis(20))
                    .listener(event -> {
                        if (event instanceof TenantEvent.MigrationRetried) {
                            rollback(reader);
                        }
                    })
                    .build();
            migrator.deployAll().throwIfFailed();
        }
    }

    private static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theScriptsFirstCommentGoesBeforeTheRun() throws Exception {
        String busy = create("busy");
        Migration twice = Migration.of(
                ALTERS.version(),
                "-- tenant-migrator: tries=2 lock_timeout=10ms\n" + ALTERS.up().text());
        try (Connection reader = reader(busy)) {
            FleetReport report = migrator(MEMBERS, twice).deploy(Tenants.all(), ONCE_FOR_20_MS);

            assertThat(report.failed().get(0).failure().message()).contains("2 times for 10ms");
            assertThat(retried()).hasSize(1);
            reader.rollback();
        }
    }

    @Test
    void theRunGoesBeforeTheMigrator() throws Exception {
        String busy = create("busy");
        try (Connection reader = reader(busy)) {
            FleetReport report = migrator(MEMBERS, ALTERS).deploy(Tenants.all(), ONCE_FOR_20_MS);

            assertThat(report.failed().get(0).failure().message()).contains("once for 20ms");
            assertThat(retried()).isEmpty();
            reader.rollback();
        }
    }

    @Test
    void theRunsTimeoutsHoldInAMigration() {
        String a = create("a");
        Migration sees = Migration.of(
                "20240106_sees",
                "CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS l, current_setting('statement_timeout') AS s");

        migrator(MEMBERS, sees)
                .deploy(
                        Tenants.all(),
                        with(Rollout.builder()
                                .lockTimeout(Duration.ofSeconds(7))
                                .statementTimeout(Duration.ofMinutes(3))))
                .throwIfFailed();

        assertThat(database.query("SELECT l, s FROM " + a + ".seen").get(0)).containsExactly("7s", "3min");
    }

    @Test
    void outsideOfATransactionTheRunsTimeoutsHoldToo() {
        String a = create("a");
        Migration code = Migration.of("20240106_code", """
                -- tenant-migrator: no-transaction statement_timeout=5min
                DO $$ BEGIN CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS l,
                    current_setting('statement_timeout') AS s; COMMIT; END $$""");

        migrator(MEMBERS, code)
                .deploy(
                        Tenants.all(),
                        with(Rollout.builder()
                                .lockTimeout(Duration.ofSeconds(7))
                                .statementTimeout(Duration.ofMinutes(3))))
                .throwIfFailed();

        assertThat(database.query("SELECT l, s FROM " + a + ".seen").get(0)).containsExactly("7s", "5min");
    }

    @Test
    void codeOutsideOfATransactionIsNotTriedAgain() throws Exception {
        String busy = create("busy");
        Migration code = Migration.of("20240106_code", """
                -- tenant-migrator: no-transaction lock_timeout=10ms
                DO $$ BEGIN CREATE TABLE once (id int); COMMIT; END $$;
                VACUUM FULL team_member""");
        try (Connection reader = reader(busy)) {
            assertThat(migrator(MEMBERS, code).deployAll().failed()).hasSize(1);
            assertThat(retried()).isEmpty();
            reader.rollback();
        }
    }

    @Test
    void aSerializationFailureIsTriedAgain() {
        database.execute("CREATE SEQUENCE " + create("a") + ".tries");
        Migration second = Migration.of("20240106_second", """
                DO $$ BEGIN IF nextval('tries') < 3 THEN RAISE 'not now' USING ERRCODE = '40001'; END IF; END $$""");

        migrator(MEMBERS, second).deployAll().throwIfFailed();

        assertThat(retried())
                .hasSize(2)
                .allSatisfy(event -> assertThat(event.failure().sqlState()).contains("40001"));
    }

    @Test
    void aCommentWithNonsenseAsTriesIsRefused() {
        create("a");
        for (String tries : List.of("tries=0", "tries=many", "tries=-1")) {
            assertThatThrownBy(() -> migrator(
                                    MEMBERS, Migration.of("20240106_x", "-- tenant-migrator: " + tries + "\nSELECT 1"))
                            .deployAll())
                    .isInstanceOf(InvalidMigrationException.class)
                    .hasMessageContaining("tries=…");
        }
    }

    @Test
    void aTenantThatAnotherInstanceHoldsIsReportedAsWaitedFor() throws Exception {
        String held = create("held");
        create("free");
        CountDownLatch otherIsDone = new CountDownLatch(1);
        CompletableFuture<FleetReport> run;
        try (Connection holder = database.rawDataSource().getConnection()) {
            holder.setAutoCommit(false);
            try (Statement statement = holder.createStatement()) {
                statement.execute(dev.tenantmigrator.internal.jdbc.TenantLock.trySql(held));
            }
            TenantMigrator migrator = Samples.migrator(database, MEMBERS, NOTES)
                    .listener(event -> {
                        events.add(event);
                        if (event instanceof TenantEvent.TenantFinished) {
                            otherIsDone.countDown();
                        }
                    })
                    .build();
            run = CompletableFuture.supplyAsync(
                    () -> migrator.deploy(Tenants.all(), with(Rollout.builder().order(Comparator.reverseOrder()))));
            assertThat(otherIsDone.await(1, TimeUnit.MINUTES)).isTrue();
            holder.rollback();
        }
        run.get(1, TimeUnit.MINUTES).throwIfFailed();
        assertThat(events.stream().filter(event -> event.schema().equals(held)))
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly("TenantStarted", "TenantWaitedFor", "MigrationApplied", "TenantFinished");
    }
}
