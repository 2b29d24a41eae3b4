package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.internal.config.Events;
import dev.tenantmigrator.internal.fleet.Backoff;
import dev.tenantmigrator.internal.recording.Recording;
import dev.tenantmigrator.report.Failure;
import java.time.Duration;
import java.util.Optional;

/** How often one migration was tried in one tenant by now, and whether it may be once more. */
final class AttemptCounter {

    private int failed;
    private long first;

    /** A try begins. */
    void begin() {
        if (failed == 0) {
            first = System.nanoTime();
        }
    }

    /** The migration is done; the next begins anew. */
    void succeeded() {
        failed = 0;
    }

    /** How many failed; at least the one. */
    int count() {
        return Math.max(1, failed);
    }

    /** How many failed by now. */
    int failed() {
        return failed;
    }

    /** Since the first began. */
    Duration time() {
        return Duration.ofNanos(System.nanoTime() - first);
    }

    /**
     * Says that a try failed and nothing was kept.
     *
     * @param most how often it may be tried
     * @return the pause before the next try; empty when there is none, because the reason stays or it was the last one
     */
    Optional<Duration> afterFailure(MigrationRun run, Migration migration, Failure failure, String schema, int most) {
        boolean passes = failure.sqlState().filter(MigrationErrors::mayPass).isPresent();
        if (!passes || ++failed >= most) {
            return Optional.empty();
        }
        Duration pause = Backoff.FAILED.after(failed);
        Failure where = failure.inTenant(schema).ofVersion(migration.version());
        Recording.retry(schema, migration.version(), failed, failure, pause);
        Events.publish(
                run.config(), new TenantEvent.MigrationRetried(schema, migration.version(), failed, where, pause));
        return Optional.of(pause);
    }
}
