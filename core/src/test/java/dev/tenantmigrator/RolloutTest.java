package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantPlan;
import dev.tenantmigrator.rollout.Cancellation;
import dev.tenantmigrator.rollout.FailurePolicy;
import dev.tenantmigrator.rollout.Rollout;
import dev.tenantmigrator.rollout.RolloutGroup;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which tenants have their turn, when, and what ends a rollout. */
@PostgresTest
class RolloutTest {

    private static final Migration FAILS_IN_BAD = Migration.of(
            "20240104_fails",
            "SELECT 1 / (CASE WHEN current_schema() LIKE 'bad%' AND to_regclass('repaired') IS NULL THEN 0 ELSE 1 END)");

    private final TestDatabase database;
    private final List<String> begun = Collections.synchronizedList(new ArrayList<>());
    private final List<String> runs = Collections.synchronizedList(new ArrayList<>());

    RolloutTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        TenantMigrator migrator = Samples.with(database, MEMBERS);
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
    }

    private void create(String... schemas) {
        for (String schema : schemas) {
            Samples.with(database, MEMBERS).createTenant(TenantName.exactly(schema));
        }
    }

    private TenantMigrator migrator(Migration... migrations) {
        return Samples.migrator(database, migrations)
                .listener(new TenantEventListener() {
                    @Override
                    public void onEvent(TenantEvent event) {
                        if (event instanceof TenantEvent.TenantStarted) {
                            begun.add(event.schema());
                        }
                    }

                    @Override
                    public void onRun(RunEvent event) {
                        runs.add(text(event));
                    }
                })
                .build();
    }

    private static String text(RunEvent event) {
        if (event instanceof RunEvent.RunStarted started) {
            return "started " + started.toDo() + " of " + started.tenants();
        }
        if (event instanceof RunEvent.GroupStarted group) {
            return "group " + group.group() + ": " + group.tenants();
        }
        return event instanceof RunEvent.RunStopped stopped ? "stopped: " + stopped.reason() : "finished";
    }

    private static DeployOptions with(Rollout.Builder rollout) {
        return DeployOptions.builder().rollout(rollout.build()).build();
    }

    @Test
    void noVersionNewerThanTheTargetIsApplied() {
        create("a");
        TenantMigrator migrator = migrator(MEMBERS, NOTES, FLAG);
        DeployOptions target =
                DeployOptions.builder().targetVersion(NOTES.version()).build();

        assertThat(migrator.plan(Tenants.all(), target).tenants().get(0).migrations())
                .extracting(planned -> planned.version())
                .containsExactly(NOTES.version());
        assertThat(migrator.deploy(Tenants.all(), target)
                        .of(TenantOutcome.Migrated.class)
                        .get(0)
                        .applied())
                .extracting(TenantOutcome.Step::version)
                .containsExactly(NOTES.version());
        assertThat(migrator.deploy(Tenants.all(), target).of(TenantOutcome.UpToDate.class))
                .hasSize(1);
        assertThat(migrator.deployAll().of(TenantOutcome.Migrated.class)).hasSize(1);
        // Newer than the target, and applied all the same: nothing is wrong.
        assertThat(migrator.deploy(Tenants.all(), target).of(TenantOutcome.UpToDate.class))
                .hasSize(1);
        assertThatThrownBy(() -> migrator.deploy(
                        Tenants.all(),
                        DeployOptions.builder().targetVersion("20240102_note").build()))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("20240102_note");
        assertThatThrownBy(() -> migrator.plan(
                        Tenants.all(),
                        DeployOptions.builder().targetVersion("20240102_note").build()))
                .isInstanceOf(InvalidMigrationException.class);
    }

    @Test
    void aTargetBelowAGapDoesNotStumbleOverIt() {
        create("a");
        migrator(MEMBERS, NOTES).deployAll().throwIfFailed();
        database.execute(
                "DELETE FROM a.schema_migrations; INSERT INTO a.schema_migrations (version) VALUES ('20240103_flag')");

        assertThat(migrator(MEMBERS, NOTES, FLAG)
                        .deploy(
                                Tenants.all(),
                                DeployOptions.builder()
                                        .targetVersion(MEMBERS.version())
                                        .build())
                        .failed()
                        .get(0)
                        .failure()
                        .version())
                .contains(MEMBERS.version());
    }

    @Test
    void tenantsThatAreNotSelectedAreNeitherWorkedOnNorReported() {
        create("a", "b");
        Tenants onlyB = Tenants.matching("b*");

        assertThat(migrator(MEMBERS, NOTES).plan(onlyB).tenants())
                .extracting(TenantPlan::schema)
                .containsExactly("b");
        FleetReport report = migrator(MEMBERS, NOTES).deploy(onlyB).throwIfFailed();

        assertThat(report.outcomes()).extracting(TenantOutcome::schema).containsExactly("b");
        assertThat(begun).containsExactly("b");
    }

    @Test
    void aConditionAlsoNarrowsTenantsThatAreNamed() {
        create("a", "b");
        Tenants named = Tenants.named("a", "b", "nobody").where(schema -> !schema.equals("a"));

        FleetReport report = migrator(MEMBERS, NOTES).deploy(named);

        assertThat(report.of(TenantOutcome.Migrated.class))
                .extracting(TenantOutcome::schema)
                .containsExactly("b");
        assertThat(report.failed()).extracting(TenantOutcome::schema).containsExactly("nobody");
    }

    @Test
    void tenantsAreBegunInTheOrderThatWasAskedFor() {
        create("a", "b", "c", "d", "e");

        migrator(MEMBERS, NOTES).deploy(Tenants.all(), with(Rollout.builder().order(Comparator.reverseOrder())));

        assertThat(begun).containsExactly("e", "d", "c", "b", "a");
    }

    @Test
    void groupsComeOneAfterTheOtherAndTheRestLast() {
        create("a", "b", "c", "d", "e", "f");
        List<Integer> checked = new ArrayList<>();

        migrator(MEMBERS, NOTES)
                .deploy(
                        Tenants.all(),
                        with(Rollout.builder()
                                .order(Comparator.naturalOrder())
                                .groups(RolloutGroup.of("d", "gone"), RolloutGroup.first(1), RolloutGroup.percent(34))
                                .check(report -> checked.add(
                                        report.of(TenantOutcome.Migrated.class).size()))))
                .throwIfFailed();

        assertThat(begun).containsExactly("d", "a", "b", "c", "e", "f");
        assertThat(runs)
                .containsExactly(
                        "started 6 of 6",
                        "group d,gone: 1",
                        "group 1: 1",
                        "group 34 %: 3",
                        "group rest: 1",
                        "finished");
        assertThat(checked).containsExactly(1, 2, 5);
    }

    @Test
    void aGroupInWhichNothingIsToDoCausesNoPauseAndNoCheck() {
        create("a", "b");
        migrator(MEMBERS, NOTES).deploy(Tenants.named("a")).throwIfFailed();

        migrator(MEMBERS, NOTES)
                .deploy(
                        Tenants.all(),
                        with(Rollout.builder()
                                .groups(RolloutGroup.of("a"))
                                .pause(Duration.ofDays(1))
                                .check(report -> false)))
                .throwIfFailed();
    }

    @Test
    void theFirstFailureInANamedGroupEndsTheRolloutAndTheNextRunGoesOn() {
        create("a", "bad_1", "c", "d");

        FleetReport report = migrator(MEMBERS, FAILS_IN_BAD)
                .deploy(
                        Tenants.all(),
                        with(Rollout.builder()
                                .order(Comparator.naturalOrder())
                                .groups(RolloutGroup.of("a"), RolloutGroup.of("bad_1"))));

        assertThat(report.of(TenantOutcome.Migrated.class))
                .extracting(TenantOutcome::schema)
                .containsExactly("a");
        assertThat(report.failed()).extracting(TenantOutcome::schema).containsExactly("bad_1");
        String reason = "the rollout stopped in group bad_1 after 1 of 1 tenants failed; fix the cause and run it again"
                + " to continue";
        assertThat(report.of(TenantOutcome.Skipped.class))
                .containsExactly(new TenantOutcome.Skipped("c", reason), new TenantOutcome.Skipped("d", reason));
        assertThat(runs).contains("stopped: " + reason).endsWith("finished");

        database.execute("CREATE TABLE bad_1.repaired (id int)");
        assertThat(migrator(MEMBERS, FAILS_IN_BAD).deployAll().throwIfFailed().of(TenantOutcome.Migrated.class))
                .hasSize(3);
    }

    @Test
    void aShareOfFailuresEndsTheRollout() {
        create("a", "b", "bad_1", "bad_2", "bad_3", "c");

        FleetReport report = migrator(MEMBERS, FAILS_IN_BAD)
                .deploy(
                        Tenants.all(),
                        with(Rollout.builder()
                                .order(Comparator.naturalOrder())
                                .onFailure(FailurePolicy.stopAfterPercent(30))));

        assertThat(begun).containsExactly("a", "b", "bad_1", "bad_2");
        assertThat(report.of(TenantOutcome.Skipped.class))
                .extracting(TenantOutcome.Skipped::reason)
                .containsOnly(
                        "the rollout stopped after 2 of 6 tenants failed; fix the cause and run it again to continue");
    }

    @Test
    void aCheckThatSaysNoOrFailsEndsTheRollout() {
        for (boolean fails : new boolean[] {false, true}) {
            dropAll();
            create("a", "b");
            FleetReport report = migrator(MEMBERS, NOTES)
                    .deploy(
                            Tenants.all(),
                            with(Rollout.builder().groups(RolloutGroup.first(1)).check(soFar -> {
                                if (fails) {
                                    throw new IllegalStateException("no metrics");
                                }
                                return false;
                            })));
            assertThat(report.of(TenantOutcome.Skipped.class)).singleElement().satisfies(skipped -> {
                assertThat(skipped.reason())
                        .startsWith("the rollout stopped before group rest because the check")
                        .endsWith("fix the cause and run it again to continue");
                assertThat(skipped.reason().contains("no metrics")).isEqualTo(fails);
            });
        }
    }

    @Test
    void aGroupHasAParallelismOfItsOwn() {
        create("a", "b", "c", "d");
        CountDownLatch both = new CountDownLatch(2);
        TenantMigrator migrator = Samples.migrator(database, MEMBERS, NOTES)
                .listener(event -> {
                    if (event instanceof TenantEvent.TenantStarted) {
                        both.countDown();
                        await(both);
                    }
                })
                .build();

        migrator.deploy(
                        Tenants.all(),
                        with(Rollout.builder()
                                .parallelism(1)
                                .groups(RolloutGroup.first(2).withParallelism(2))))
                .throwIfFailed();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aCancelledRunFinishesTheTenantInWorkAndBeginsNoOther() {
        create("a", "b", "c");
        Cancellation cancellation = new Cancellation();
        TenantMigrator migrator = Samples.migrator(database, MEMBERS, NOTES, FLAG)
                .listener(event -> cancellation.cancel())
                .build();

        FleetReport report =
                migrator.deploy(Tenants.all(), with(Rollout.builder().cancellation(cancellation)));

        assertThat(report.of(TenantOutcome.Migrated.class))
                .singleElement()
                .satisfies(migrated -> assertThat(migrated.applied()).hasSize(2));
        assertThat(report.of(TenantOutcome.Skipped.class))
                .hasSize(2)
                .extracting(TenantOutcome.Skipped::reason)
                .containsOnly("the run was cancelled; run it again to continue");
    }

    @Test
    void aCancelledRunDoesNotWaitForATenantThatAnotherInstanceHolds() throws Exception {
        create("a", "held");
        Cancellation cancellation = new Cancellation();
        TenantMigrator migrator = Samples.migrator(database, MEMBERS, NOTES)
                .listener(event -> {
                    if (event instanceof TenantEvent.TenantFinished) {
                        cancellation.cancel();
                    }
                })
                .build();
        try (Connection holder = database.rawDataSource().getConnection();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute(dev.tenantmigrator.internal.jdbc.TenantLock.trySql("held"));

            FleetReport report = migrator.deploy(
                    Tenants.all(),
                    with(Rollout.builder().cancellation(cancellation).order(Comparator.reverseOrder())));

            assertThat(report.of(TenantOutcome.Migrated.class))
                    .extracting(TenantOutcome::schema)
                    .containsExactly("a");
            assertThat(report.of(TenantOutcome.Skipped.class))
                    .extracting(TenantOutcome::schema)
                    .containsExactly("held");
            holder.rollback();
        }
    }

    @Test
    void aPauseBetweenGroupsEndsAtACancellationAndAtAnInterrupt() throws Exception {
        for (boolean interrupt : new boolean[] {false, true}) {
            dropAll();
            create("a", "b");
            Cancellation cancellation = new Cancellation();
            CountDownLatch first = new CountDownLatch(1);
            Thread[] runner = {null};
            TenantMigrator migrator = Samples.migrator(database, MEMBERS, NOTES)
                    .listener(event -> {
                        if (event instanceof TenantEvent.TenantFinished) {
                            first.countDown();
                        }
                    })
                    .build();
            CompletableFuture<FleetReport> run = CompletableFuture.supplyAsync(() -> {
                runner[0] = Thread.currentThread();
                FleetReport report = migrator.deploy(
                        Tenants.all(),
                        with(Rollout.builder()
                                .parallelism(2)
                                .groups(RolloutGroup.first(1))
                                .pause(Duration.ofDays(1))
                                .cancellation(cancellation)));
                assertThat(Thread.interrupted()).isEqualTo(interrupt);
                return report;
            });
            assertThat(first.await(1, TimeUnit.MINUTES)).isTrue();
            if (interrupt) {
                runner[0].interrupt();
            } else {
                cancellation.cancel();
            }
            assertThat(run.get().of(TenantOutcome.Skipped.class))
                    .singleElement()
                    .satisfies(skipped -> assertThat(skipped.reason())
                            .contains(interrupt ? "interrupted" : "cancelled")
                            .contains("group"));
        }
    }
}
