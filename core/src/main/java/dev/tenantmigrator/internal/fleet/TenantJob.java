package dev.tenantmigrator.internal.fleet;

import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.TenantOutcome;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The work of a run on one tenant. It keeps its progress between attempts. Used by one thread at a time. */
public interface TenantJob {

    /** The result of one attempt. */
    sealed interface Result {

        /** The job is done, or has failed. */
        record Finished(TenantOutcome outcome) implements Result {}

        /** Another session has locked the tenant. */
        record Locked() implements Result {}

        /** Nothing was kept, and another attempt may succeed after a pause. */
        record RetryLater(Duration pause) implements Result {}

        /** The connection was lost. The next attempt, on another one, first finds out whether the work was committed. */
        record ConnectionLost() implements Result {}

        /** The outcome; empty when there will be another attempt. */
        default Optional<TenantOutcome> finalOutcome() {
            return this instanceof Finished finished ? Optional.of(finished.outcome) : Optional.empty();
        }

        /** The result of work under the tenant's lock, whose outcome is empty when another session has the lock. */
        static Result finishedOrLocked(Optional<TenantOutcome> outcome) {
            return outcome.<Result>map(Finished::new).orElseGet(Locked::new);
        }
    }

    /** The tenant's schema. */
    String schema();

    /**
     * Works until the job is done or cannot continue now.
     *
     * @throws SQLException when PostgreSQL refused a statement; the tenant has failed
     */
    Result tryOn(Session session) throws SQLException;

    /** Whether the last attempt found that another instance had changed the tenant since it was read. */
    default boolean foundOthersWork() {
        return false;
    }

    /**
     * Decides again, from rows that were read before the first attempt.
     *
     * @return the outcome when nothing is left to do
     */
    default Optional<TenantOutcome> decide(List<RecordedVersion> rows) {
        return Optional.empty();
    }

    /** The steps that are committed, for the report of a failure. */
    default List<TenantOutcome.Step> done() {
        return List.of();
    }

    /** The outcome to report when the run ended before the job was done. */
    default TenantOutcome ended(String reason) {
        return new TenantOutcome.Skipped(schema(), reason);
    }

    /** The failure to report when no connection can be borrowed any more. */
    default Failure withoutConnection(Failure reason) {
        return reason.withMessage(reason.message() + "; nothing was changed in this tenant; run it again");
    }

    /** The outcome for a failure. */
    default TenantOutcome.Failed failed(Failure failure) {
        return new TenantOutcome.Failed(schema(), done(), failure.inTenant(schema()));
    }
}
