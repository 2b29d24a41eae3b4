package dev.tenantmigrator.spring;

import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.RunEvent.RunStarted;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEvent.TenantFailed;
import dev.tenantmigrator.event.TenantEvent.TenantFinished;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the tenants of a run, and logs the counts at regular times, also while no tenant is finished. */
final class DeployProgress implements TenantEventListener {

    private static final Logger LOG = LoggerFactory.getLogger(DeployProgress.class);

    private final AtomicInteger toDo = new AtomicInteger();
    private final AtomicInteger migrated = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();

    @Override
    public void onRun(RunEvent event) {
        if (event instanceof RunStarted started) {
            toDo.set(started.toDo());
            migrated.set(0);
            failed.set(0);
        }
    }

    @Override
    public void onEvent(TenantEvent event) {
        if (event instanceof TenantFailed) {
            failed.incrementAndGet();
        } else if (event instanceof TenantFinished finished && finished.outcome() instanceof TenantOutcome.Migrated) {
            migrated.incrementAndGet();
        }
    }

    FleetReport logEvery(Duration interval, Supplier<FleetReport> deploy) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, line -> {
            Thread thread = new Thread(line, "tenant-migrator-progress");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Future<?> unused =
                    timer.scheduleAtFixedRate(this::log, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
            return deploy.get();
        } finally {
            timer.shutdownNow();
        }
    }

    private void log() {
        LOG.info("Migrating tenants: {} of {} done, {} failed", migrated.get(), toDo.get(), failed.get());
    }
}
