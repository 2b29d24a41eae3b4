package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantPlan;
import dev.tenantmigrator.rollout.Rollout;
import dev.tenantmigrator.rollout.RolloutGroup;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Which tenants have their turn, and when. */
@PostgresTest
class RolloutTest extends RolledOutFleet {

    RolloutTest(TestDatabase database) {
        super(database);
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
}
