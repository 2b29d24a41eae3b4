package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long a migration waits, how often it is tried, and that nobody else waits for it. */
@PostgresTest
class RetryTest {

    private static final Migration ALTERS = Migration.of(
            "20240105_alters", "SELECT 1;\nALTER TABLE public.team_member ADD COLUMN IF NOT EXISTS age int");

    private final TestDatabase database;
    private final List<TenantEvent> events = new CopyOnWriteArrayList<>();

    RetryTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        TenantMigrator migrator = Samples.with(database, MEMBERS);
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema, schema));
        database.assertNoLeaks();
    }

    private TenantMigrator migrator(Migration... migrations) {
        return Samples.migrator(database, migrations).listener(events::add).build();
    }

    private static DeployOptions with(Rollout.Builder rollout) {
        return DeployOptions.defaults().withRollout(rollout.build());
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

    @Test
    void aTableThatIsReadForLongFailsItsTenantAloneAndTheApplicationIsNotBlockedForLong() throws Exception {
        String busy = create("busy");
        for (int i = 0; i < 5; i++) {
            create("free" + i);
        }
        Duration lockTimeout = Duration.ofMillis(200);
        try (Connection reader = reader(busy)) {
            CompletableFuture<FleetReport> run = CompletableFuture.supplyAsync(() -> migrator(MEMBERS, ALTERS)
                    .deployAll(with(Rollout.builder().lockTimeout(lockTimeout).tries(4))));
            // The application goes on meanwhile, behind whatever waits for the table.
            long longest = 0;
            while (!run.isDone()) {
                long start = System.nanoTime();
                database.value("SELECT count(*) FROM " + busy + ".team_member");
                longest = Math.max(longest, System.nanoTime() - start);
            }
            FleetReport report = run.get();

            assertThat(report.of(TenantOutcome.Migrated.class)).hasSize(5);
            Failure failure = report.failed().get(0).failure();
            assertThat(failure.tenant()).contains(busy);
            assertThat(failure.sqlState()).contains("55P03");
            assertThat(failure.line()).hasValue(2);
            String process;
            try (Statement statement = reader.createStatement();
                    var rows = statement.executeQuery("SELECT pg_backend_pid()")) {
                rows.next();
                process = rows.getString(1);
            }
            assertThat(failure.message())
                    .contains("4 times for 200ms within ")
                    .containsPattern("server process (\\d+, )*" + process);
            // Generous, for a machine that is busy: 200 ms and not the whole run of more than 800.
            assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofMillis(600));
            reader.rollback();
        }
        assertThat(retried()).hasSize(3).allSatisfy(event -> {
            assertThat(event.schema()).isEqualTo(busy);
            assertThat(event.version()).isEqualTo(ALTERS.version());
            assertThat(event.failure().sqlState()).contains("55P03");
        });
        assertThat(retried()).extracting(TenantEvent.MigrationRetried::tries).containsExactly(1, 2, 3);
        // Each is waited for longer than the one before, and the jitter takes away a half at most.
        assertThat(retried().get(2).pause()).isGreaterThanOrEqualTo(Duration.ofMillis(200));
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
    void theScriptsFirstCommentGoesBeforeTheRunAndTheRunBeforeTheMigrator() throws Exception {
        String busy = create("busy");
        String text = ALTERS.up().text();
        Migration twice = Migration.of(ALTERS.version(), "-- tenant-migrator: tries=2 lock_timeout=10ms\n" + text);
        try (Connection reader = reader(busy)) {
            DeployOptions options =
                    with(Rollout.builder().lockTimeout(Duration.ofMillis(20)).tries(1));
            assertThat(migrator(MEMBERS, twice)
                            .deployAll(options)
                            .failed()
                            .get(0)
                            .failure()
                            .message())
                    .contains("2 times for 10ms");
            assertThat(retried()).hasSize(1);
            assertThat(migrator(MEMBERS, ALTERS)
                            .deployAll(options)
                            .failed()
                            .get(0)
                            .failure()
                            .message())
                    .contains("once for 20ms");
            assertThat(retried()).hasSize(1);
            reader.rollback();
        }
        Migration sees = Migration.of(
                "20240106_sees",
                "CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS l, current_setting('statement_timeout') AS s");
        migrator(MEMBERS, sees)
                .deployAll(with(
                        Rollout.builder().lockTimeout(Duration.ofSeconds(7)).statementTimeout(Duration.ofMinutes(3))))
                .throwIfFailed();
        assertThat(database.query("SELECT l, s FROM " + busy + ".seen").get(0)).containsExactly("7s", "3min");
    }

    @Test
    void outsideOfATransactionTheRunsTimeoutsHoldToo() {
        String a = create("a");
        Migration code = Migration.of("20240106_code", """
                -- tenant-migrator: no-transaction statement_timeout=5min
                DO $$ BEGIN CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS l,
                    current_setting('statement_timeout') AS s; COMMIT; END $$""");

        migrator(MEMBERS, code)
                .deployAll(with(
                        Rollout.builder().lockTimeout(Duration.ofSeconds(7)).statementTimeout(Duration.ofMinutes(3))))
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
    void aTenantThatAnotherInstanceHeldIsSaidToHaveBeenWaitedFor() throws Exception {
        String held = create("held");
        create("free");
        CompletableFuture<FleetReport> run;
        try (Connection holder = database.rawDataSource().getConnection()) {
            holder.setAutoCommit(false);
            try (Statement statement = holder.createStatement()) {
                statement.execute(dev.tenantmigrator.internal.jdbc.TenantLock.trySql(held));
            }
            run = CompletableFuture.supplyAsync(() ->
                    migrator(MEMBERS, NOTES).deployAll(with(Rollout.builder().order(Comparator.reverseOrder()))));
            while (events.stream().noneMatch(TenantEvent.TenantFinished.class::isInstance)) {
                Thread.onSpinWait();
            }
            holder.rollback();
        }
        run.get().throwIfFailed();
        assertThat(events.stream().filter(event -> event.schema().equals(held)))
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly("TenantStarted", "TenantWaitedFor", "MigrationApplied", "TenantFinished");
    }
}
