package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.Totals;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

@PostgresTest
class TotalsTest {

    private final TestDatabase database;
    private final Totals totals = new Totals();

    TotalsTest(TestDatabase database) {
        this.database = database;
    }

    private TenantMigrator migrator(Migration... migrations) {
        return Samples.migrator(database, migrations)
                .listener(totals)
                .parallelism(3)
                .build();
    }

    @Test
    void whatRunsDoIsCounted() {
        for (String user : List.of("a", "b", "c")) {
            migrator(MEMBERS).createTenant(TenantName.forUser(user));
        }
        migrator(MEMBERS, NOTES, FLAG).deployAll();
        migrator(MEMBERS, NOTES, FLAG).rollback(Tenants.all(), FLAG.version(), RollbackOptions.defaults());
        migrator(MEMBERS, NOTES, Migration.of(FLAG.version(), "SELECT 1/0")).deployAll();

        assertThat(totals.created()).isEqualTo(3);
        assertThat(totals.creationTime()).isPositive();
        assertThat(totals.applied()).isEqualTo(6);
        assertThat(totals.rolledBack()).isEqualTo(3);
        assertThat(totals.migrationTime()).isPositive();
        assertThat(totals.failed()).isEqualTo(3);
    }

    @Test
    void theLastRunIsTheOneThatCounts() {
        Failure failure = Failure.of("no");
        List<TenantOutcome> bad = List.of(
                new TenantOutcome.Failed("a", List.of(), failure),
                new TenantOutcome.Skipped("b", "stopped"),
                new TenantOutcome.Pending("d", List.of()),
                new TenantOutcome.UpToDate("c"));
        assertThat(totals.lastRun()).isEmpty();

        totals.onRun(new RunEvent.RunFinished("deploy", new FleetReport(bad, Duration.ofSeconds(2))));
        assertThat(totals.behindInLastRun()).isEqualTo(3);
        assertThat(totals.failedInLastRun()).isEqualTo(1);
        totals.onRun(new RunEvent.RunFinished("deploy", new FleetReport(List.of(), Duration.ofSeconds(3))));

        assertThat(totals.runs()).isEqualTo(2);
        assertThat(totals.runTime()).isEqualTo(Duration.ofSeconds(5));
        assertThat(totals.behindInLastRun()).isZero();
        assertThat(totals.failedInLastRun()).isZero();
        assertThat(totals.lastRun().orElseThrow()).isBetween(Instant.now().minusSeconds(60), Instant.now());
    }

    @Test
    void retriesAndWaitsAreCounted() {
        totals.onEvent(new TenantEvent.MigrationRetried("a", "1", 1, Failure.of("no"), Duration.ZERO));
        totals.onEvent(new TenantEvent.TenantWaitedFor("a", Duration.ofSeconds(4)));

        assertThat(totals.retries()).isEqualTo(1);
        assertThat(totals.waits()).isEqualTo(1);
        assertThat(totals.waitTime()).isEqualTo(Duration.ofSeconds(4));
    }
}
