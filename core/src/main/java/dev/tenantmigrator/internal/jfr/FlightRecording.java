package dev.tenantmigrator.internal.jfr;

import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import java.time.Duration;
import java.util.Optional;

/**
 * Records work in JDK Flight Recorder. A runtime may have no module {@code jdk.jfr}, and then the work runs without being recorded;
 * no other class knows of this. Without a recording it costs two objects for each piece of work.
 */
public final class FlightRecording {

    private static final boolean AVAILABLE =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private FlightRecording() {}

    /**
     * Work that is being recorded. It ends with exactly one call of {@link #done} or {@link #failed}.
     *
     * @param <T> the result
     */
    public interface Span<T> {
        /** The work returned a result, which is returned here too. */
        T done(T result);

        /** The work threw. */
        void failed(Throwable reason);
    }

    private static final class Unrecorded<T> implements Span<T> {
        @Override
        public T done(T result) {
            return result;
        }

        @Override
        public void failed(Throwable reason) {}
    }

    /** Begins a run over the fleet. */
    public static Span<FleetReport> run(String name) {
        return AVAILABLE ? JfrEvents.run(name) : new Unrecorded<>();
    }

    /** Begins one turn of a run at a tenant. It ends with the outcome, empty when the tenant has another turn. */
    public static Span<Optional<TenantOutcome>> tenant(String schema) {
        return AVAILABLE ? JfrEvents.tenant(schema) : new Unrecorded<>();
    }

    /**
     * Begins one attempt of a migration or rollback. It ends with a result whose name is recorded.
     *
     * @param tries the number of earlier attempts
     */
    public static <R extends Enum<R>> Span<R> migration(String schema, String version, int tries) {
        return AVAILABLE ? JfrEvents.migration(schema, version, tries) : new Unrecorded<>();
    }

    /** Begins a creation, in a transaction of the library's own or of the caller. */
    public static Span<CreatedTenant> creation() {
        return AVAILABLE ? JfrEvents.creation() : new Unrecorded<>();
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
