package dev.tenantmigrator.spring.actuate;

import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.SpareEvent;
import dev.tenantmigrator.event.SpareEvent.NoSpare;
import dev.tenantmigrator.event.SpareEvent.RefillFailed;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.event.Totals;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Counts the events of the migrator in Micrometer: {@code tenants.*}. */
final class TenantMeters implements TenantEventListener, MeterBinder {

    private final Totals totals = new Totals();
    private final LongAdder noSpare = new LongAdder();
    private final LongAdder refillFailures = new LongAdder();

    @Override
    public void onEvent(TenantEvent event) {
        totals.onEvent(event);
    }

    @Override
    public void onRun(RunEvent event) {
        totals.onRun(event);
    }

    @Override
    public void onSpares(SpareEvent event) {
        if (event instanceof NoSpare) {
            noSpare.increment();
        } else if (event instanceof RefillFailed) {
            refillFailures.increment();
        }
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        FunctionCounter.builder("tenants.created", totals, Totals::created)
                .description("Tenants that were created")
                .register(registry);
        FunctionCounter.builder("tenants.created.from.spares", totals, Totals::createdFromSpares)
                .description("Tenants that were created from a spare")
                .register(registry);
        FunctionCounter.builder("tenants.failed", totals, Totals::failed)
                .description("Tenants that failed in a run, counted once for each run")
                .register(registry);
        FunctionCounter.builder("tenants.migrations", totals, Totals::applied)
                .description("Migrations that were applied, counted once for each tenant")
                .register(registry);
        FunctionCounter.builder("tenants.retries", totals, Totals::retries)
                .description("Attempts at migrations that failed for a passing reason and were repeated")
                .register(registry);
        FunctionCounter.builder("tenants.spares.missed", noSpare, LongAdder::sum)
                .description("Sign-ups that found no spare tenant that fits")
                .register(registry);
        FunctionCounter.builder("tenants.spares.refill.failures", refillFailures, LongAdder::sum)
                .description("Attempts at refilling the stock of spare tenants that failed")
                .register(registry);
        FunctionTimer.builder(
                        "tenants.creation",
                        totals,
                        Totals::created,
                        total -> total.creationTime().toNanos(),
                        TimeUnit.NANOSECONDS)
                .description("Time spent on creating tenants")
                .register(registry);
        FunctionTimer.builder(
                        "tenants.migration",
                        totals,
                        total -> total.applied() + total.rolledBack(),
                        total -> total.migrationTime().toNanos(),
                        TimeUnit.NANOSECONDS)
                .description("Time spent on applying and rolling back migrations")
                .register(registry);
        Gauge.builder("tenants.behind", totals, Totals::behindInLastRun)
                .description("Tenants that the last run left behind")
                .register(registry);
    }
}
