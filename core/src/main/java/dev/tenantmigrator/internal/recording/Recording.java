package dev.tenantmigrator.internal.recording;

import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * Shows JDK Flight Recorder what runs, and for how long. The one place that knows that a runtime may have no module
 * {@code jdk.jfr}: then work runs as it does otherwise. Without a recording this costs an object for each piece of work.
 */
public final class Recording {

    private static final boolean AVAILABLE =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private Recording() {}

    /** Work that is recorded, also when it throws. */
    @FunctionalInterface
    public interface Work<T, X extends Exception> {
        /** Does it. */
        T run() throws X;
    }

    /** Records a run over the fleet. */
    public static <X extends Exception> FleetReport run(String name, Work<FleetReport, X> work) throws X {
        return AVAILABLE ? JfrEvents.run(name, work) : work.run();
    }

    /**
     * Records one turn of a run at a tenant.
     *
     * @param outcome what came of it; empty when the tenant has another turn
     */
    public static <T, X extends Exception> T tenant(
            String schema, Work<T, X> work, Function<T, Optional<TenantOutcome>> outcome) throws X {
        return AVAILABLE ? JfrEvents.tenant(schema, work, outcome) : work.run();
    }

    /**
     * Records one try of a migration or rollback.
     *
     * @param tries how often it was tried before
     * @param work its result's name is what came of it
     */
    public static <R extends Enum<R>, X extends Exception> R migration(
            String schema, String version, int tries, Work<R, X> work) throws X {
        return AVAILABLE ? JfrEvents.migration(schema, version, tries, work) : work.run();
    }

    /** Records a creation, in whoever's transaction. */
    public static <X extends Exception> CreatedTenant creation(Work<CreatedTenant, X> work) throws X {
        return AVAILABLE ? JfrEvents.creation(work) : work.run();
    }

    /**
     * Records that a migration will be tried again.
     *
     * @param tries how often it was tried by now
     */
    public static void retry(String schema, String version, int tries, Failure failure, Duration pause) {
        if (AVAILABLE) {
            JfrEvents.retry(schema, version, tries, failure, pause);
        }
    }

    /**
     * Records a wait for a tenant that another instance holds.
     *
     * @return to be run, on any thread, when the wait is over
     */
    public static Runnable lockWait(String schema) {
        return AVAILABLE ? JfrEvents.lockWait(schema) : () -> {};
    }
}
