package dev.tenantmigrator.event;

import dev.tenantmigrator.event.RunEvent.RunFinished;
import dev.tenantmigrator.event.TenantEvent.MigrationApplied;
import dev.tenantmigrator.event.TenantEvent.MigrationRetried;
import dev.tenantmigrator.event.TenantEvent.MigrationRolledBack;
import dev.tenantmigrator.event.TenantEvent.TenantCreated;
import dev.tenantmigrator.event.TenantEvent.TenantFailed;
import dev.tenantmigrator.event.TenantEvent.TenantWaitedFor;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts events since its creation, for any metrics library to read. Pass an instance to {@link
 * dev.tenantmigrator.TenantMigratorBuilder#listener}, or pass events on to it from another listener. Thread-safe.
 */
public final class Totals implements TenantEventListener {

    private final LongAdder created = new LongAdder();
    private final LongAdder fromSpares = new LongAdder();
    private final LongAdder creationNanos = new LongAdder();
    private final LongAdder applied = new LongAdder();
    private final LongAdder rolledBack = new LongAdder();
    private final LongAdder migrationNanos = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final LongAdder waits = new LongAdder();
    private final LongAdder waitNanos = new LongAdder();
    private final LongAdder runs = new LongAdder();
    private final LongAdder runNanos = new LongAdder();
    private volatile Optional<LastRun> lastRun = Optional.empty();

    private record LastRun(Instant end, long behind, long failed) {

        static LastRun of(FleetReport report) {
            long behind = report.outcomes().stream()
                    .filter(outcome -> outcome instanceof TenantOutcome.Failed
                            || outcome instanceof TenantOutcome.Skipped
                            || outcome instanceof TenantOutcome.Unhealthy
                            || outcome instanceof TenantOutcome.Drifted
                            || outcome instanceof TenantOutcome.Pending)
                    .count();
            return new LastRun(Instant.now(), behind, report.failed().size());
        }
    }

    /** Totals that begin at zero. */
    public Totals() {}

    @Override
    public void onEvent(TenantEvent event) {
        if (event instanceof TenantCreated creation) {
            add(created, creationNanos, creation.duration());
            fromSpares.add(creation.fromSpare() ? 1 : 0);
        } else if (event instanceof MigrationApplied migration) {
            add(applied, migrationNanos, migration.duration());
        } else if (event instanceof MigrationRolledBack migration) {
            add(rolledBack, migrationNanos, migration.duration());
        } else if (event instanceof MigrationRetried) {
            retries.increment();
        } else if (event instanceof TenantWaitedFor wait) {
            add(waits, waitNanos, wait.duration());
        } else if (event instanceof TenantFailed) {
            failed.increment();
        }
    }

    @Override
    public void onRun(RunEvent event) {
        if (event instanceof RunFinished finished) {
            add(runs, runNanos, finished.report().duration());
            lastRun = Optional.of(LastRun.of(finished.report()));
        }
    }

    private static void add(LongAdder count, LongAdder nanos, Duration duration) {
        count.increment();
        nanos.add(duration.toNanos());
    }

    /**
     * Tenants that were created.
     *
     * @return their number
     */
    public long created() {
        return created.sum();
    }

    /**
     * Tenants that were created from a spare.
     *
     * @return their number, which {@link #created()} includes
     */
    public long createdFromSpares() {
        return fromSpares.sum();
    }

    /**
     * Time spent on creations.
     *
     * @return the sum of their durations
     */
    public Duration creationTime() {
        return Duration.ofNanos(creationNanos.sum());
    }

    /**
     * Migrations that were applied, without those of creations.
     *
     * @return their number, counted once for each tenant
     */
    public long applied() {
        return applied.sum();
    }

    /**
     * Migrations that were rolled back.
     *
     * @return their number, counted once for each tenant
     */
    public long rolledBack() {
        return rolledBack.sum();
    }

    /**
     * Time spent on applying and rolling back migrations.
     *
     * @return the sum of the durations, also of those that ran in parallel
     */
    public Duration migrationTime() {
        return Duration.ofNanos(migrationNanos.sum());
    }

    /**
     * Tenants that failed in a run.
     *
     * @return their number, counted once for each run
     */
    public long failed() {
        return failed.sum();
    }

    /**
     * Attempts at migrations that failed for a passing reason and were repeated.
     *
     * @return their number
     */
    public long retries() {
        return retries.sum();
    }

    /**
     * Tenants that a run waited for because another instance worked on them.
     *
     * @return their number, counted once for each run
     */
    public long waits() {
        return waits.sum();
    }

    /**
     * Time that tenants were waited for.
     *
     * @return the sum of the durations; a run works on other tenants meanwhile
     */
    public Duration waitTime() {
        return Duration.ofNanos(waitNanos.sum());
    }

    /**
     * Finished runs.
     *
     * @return their number
     */
    public long runs() {
        return runs.sum();
    }

    /**
     * Time spent on runs.
     *
     * @return the sum of their durations
     */
    public Duration runTime() {
        return Duration.ofNanos(runNanos.sum());
    }

    /**
     * The end of the last run.
     *
     * @return empty before the first one
     */
    public Optional<Instant> lastRun() {
        return lastRun.map(LastRun::end);
    }

    /**
     * Tenants that the last run left behind: failed, skipped, unhealthy or pending.
     *
     * @return their number; 0 before the first run
     */
    public long behindInLastRun() {
        return lastRun.map(LastRun::behind).orElse(0L);
    }

    /**
     * Tenants that failed in the last run.
     *
     * @return their number; 0 before the first run
     */
    public long failedInLastRun() {
        return lastRun.map(LastRun::failed).orElse(0L);
    }
}
