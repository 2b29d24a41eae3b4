package dev.tenantmigrator.internal.fleet;

import dev.tenantmigrator.Spares;
import dev.tenantmigrator.event.SpareEvent;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.config.Events;
import dev.tenantmigrator.internal.jdbc.PassingErrors;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.TenantOutcome;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Migrates the spare tenants before any tenant: a migration that fails in one would most likely fail in every tenant. */
final class SpareRollout {

    private static final Logger LOG = LoggerFactory.getLogger(SpareRollout.class);

    /** Classes of errors that say nothing of a migration: connection, resources, operator's intervention, system (PostgreSQL documentation, "PostgreSQL Error Codes"). */
    private static final Set<String> OTHER_CAUSES = Set.of("08", "53", "57", "58");

    private final Config config;
    private final StopSignal stopSignal;
    private final AtomicInteger migrated = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private volatile boolean stopped;

    SpareRollout(Config config, StopSignal stopSignal) {
        this.config = config;
        this.stopSignal = stopSignal;
    }

    /** Runs the jobs: the first spare alone, then the others. */
    void run(List<TenantJob> spares, int parallelism) {
        if (spares.isEmpty() || stopSignal.isDue()) {
            return;
        }
        pool(spares.subList(0, 1)).run(1);
        List<TenantJob> others = spares.subList(1, spares.size());
        if (!others.isEmpty() && !stopSignal.isDue()) {
            pool(others).run(Math.min(parallelism, others.size()));
        }
        Events.publish(config, new SpareEvent.SparesMigrated(migrated.get(), spares.size() - done.get()));
    }

    /** Whether a migration failed, so that the run is to end; also one that has nothing to do in any tenant. */
    boolean stopped() {
        return stopped;
    }

    private WorkerPool pool(List<TenantJob> jobs) {
        return new WorkerPool(config.silent(), stopSignal, jobs, true, this::note);
    }

    private void note(TenantOutcome outcome) {
        if (!(outcome instanceof TenantOutcome.Failed failed)) {
            LOG.debug("Spare: {}", outcome);
            if (outcome instanceof TenantOutcome.Migrated) {
                migrated.incrementAndGet();
            }
            if (!(outcome instanceof TenantOutcome.Skipped)) {
                done.incrementAndGet();
            }
            return;
        }
        Failure failure = failed.failure();
        if (!isOfMigration(failure)) {
            LOG.info("A spare tenant stays behind: {}", failure);
            return;
        }
        LOG.warn("Failed in a spare tenant: {}", failure);
        Events.publish(config, new SpareEvent.MigrationFailed(failure));
        if (config.onFailedSpare() == Spares.OnFailure.STOP) {
            stopped = true;
            stopSignal.because(
                    "the rollout stopped before the first tenant, because a migration failed in a spare tenant ("
                            + failure
                            + "); correct the migration and run it again; if only the spares are at fault, drop them"
                            + " (spares drop) first");
        }
    }

    private static boolean isOfMigration(Failure failure) {
        String state = failure.sqlState().orElse("");
        return failure.version().isPresent()
                && failure.file().isPresent()
                && !PassingErrors.mayPass(state)
                && OTHER_CAUSES.stream().noneMatch(state::startsWith);
    }
}
