package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.internal.config.Events;
import dev.tenantmigrator.internal.fleet.Backoff;
import dev.tenantmigrator.internal.jdbc.PassingErrors;
import dev.tenantmigrator.internal.jfr.FlightRecording;
import dev.tenantmigrator.report.Failure;
import java.time.Duration;
import java.util.Optional;

/** Counts the attempts at one migration in one tenant, and decides whether there is another one. */
final class AttemptCounter {

    private int failed;
    private long first;

    /** Records that an attempt begins. */
    void begin() {
        if (failed == 0) {
            first = System.nanoTime();
        }
    }

    /** Records that the migration is done; counting begins again for the next one. */
    void succeeded() {
        failed = 0;
    }

    /** Failed attempts, the current one included. */
    int count() {
        return Math.max(1, failed);
    }

    /** Failed attempts before the current one. */
    int failed() {
        return failed;
    }

    /** The time since the first attempt began. */
    Duration time() {
        return Duration.ofNanos(System.nanoTime() - first);
    }

    /**
     * Records that an attempt failed and nothing of it was kept.
     *
     * @param most the number of attempts allowed
     * @return the pause before the next attempt; empty when there is none, because the cause is permanent or it was the last one
     */
    Optional<Duration> afterFailure(MigrationRun run, Migration migration, Failure failure, String schema, int most) {
        boolean passes = failure.sqlState().filter(PassingErrors::mayPass).isPresent();
        if (!passes || ++failed >= most) {
            return Optional.empty();
        }
        Duration pause = Backoff.AFTER_FAILURE.after(failed);
        Failure where = failure.inTenant(schema).ofVersion(migration.version());
        FlightRecording.retry(schema, migration.version(), failed, failure, pause);
        Events.publish(
                run.config(), new TenantEvent.MigrationRetried(schema, migration.version(), failed, where, pause));
        return Optional.of(pause);
    }
}
