package dev.tenantmigrator.internal.recording;

import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * Records work in JDK Flight Recorder. A runtime may have no module {@code jdk.jfr}, and then the work runs without being recorded;
 * no other class knows of this. Without a recording it costs one object for each piece of work.
 */
public final class Recording {

    private static final boolean AVAILABLE =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private Recording() {}

    /** Work that is recorded, also when it throws. */
    @FunctionalInterface
    public interface Work<T, X extends Exception> {
        /** Runs the work. */
        T run() throws X;
    }

    /** Records a run over the fleet. */
    public static <X extends Exception> FleetReport run(String name, Work<FleetReport, X> work) throws X {
        return AVAILABLE ? JfrEvents.run(name, work) : work.run();
    }

    /**
     * Records one turn of a run at a tenant.
     *
     * @param outcome returns the tenant's outcome; empty when the tenant has another turn
     */
    public static <T, X extends Exception> T tenant(
            String schema, Work<T, X> work, Function<T, Optional<TenantOutcome>> outcome) throws X {
        return AVAILABLE ? JfrEvents.tenant(schema, work, outcome) : work.run();
    }

    /**
     * Records one attempt of a migration or rollback.
     *
     * @param tries the number of earlier attempts
     * @param work returns the outcome, whose name is recorded
     */
    public static <R extends Enum<R>, X extends Exception> R migration(
            String schema, String version, int tries, Work<R, X> work) throws X {
        return AVAILABLE ? JfrEvents.migration(schema, version, tries, work) : work.run();
    }

    /** Records a creation, in a transaction of the library's own or of the caller. */
    public static <X extends Exception> CreatedTenant creation(Work<CreatedTenant, X> work) throws X {
        return AVAILABLE ? JfrEvents.creation(work) : work.run();
    }

    /**
     * Records that a migration will be retried.
     *
     * @param tries the number of attempts by now
     */
    public static void retry(String schema, String version, int tries, Failure failure, Duration pause) {
        if (AVAILABLE) {
            JfrEvents.retry(schema, version, tries, failure, pause);
        }
    }

    /**
     * Records a wait for a tenant that another instance holds.
     *
     * @return run it, on any thread, when the wait is over
     */
    public static Runnable lockWait(String schema) {
        return AVAILABLE ? JfrEvents.lockWait(schema) : () -> {};
    }
}
