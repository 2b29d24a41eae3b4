package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.rollout.Cancellation;
import dev.tenantmigrator.rollout.FailurePolicy;
import dev.tenantmigrator.rollout.Rollout;
import dev.tenantmigrator.rollout.RolloutGroup;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A rollout ends early: at failures, at a check, when it is cancelled. */
@PostgresTest
class StoppedRolloutTest extends RolledOutFleet {

    private static final Migration FAILS_IN_BAD = Migration.of(
            "20240104_fails",
            "SELECT 1 / (CASE WHEN current_schema() LIKE 'bad%' AND to_regclass('repaired') IS NULL THEN 0 ELSE 1 END)");

    StoppedRolloutTest(TestDatabase database) {
        super(database);
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
