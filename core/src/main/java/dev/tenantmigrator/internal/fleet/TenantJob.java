package dev.tenantmigrator.internal.fleet;

import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.TenantOutcome;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Work on one tenant, which keeps what it has done between tries. Only one thread at a time has it. */
public interface TenantJob {

    /** What came of a try. */
    sealed interface Attempt {

        /** It is done, or failed. */
        record Over(TenantOutcome outcome) implements Attempt {}

        /** Another session holds the tenant. */
        record Held() implements Attempt {}

        /** Nothing was kept, and the same may succeed after a pause. */
        record Again(Duration pause) implements Attempt {}

        /** The connection went; what became of the work is to be asked on another, before anything else. */
        record Lost() implements Attempt {}

        /** The outcome; empty when the tenant has another turn. */
        default Optional<TenantOutcome> result() {
            return this instanceof Over over ? Optional.of(over.outcome) : Optional.empty();
        }

        /** What work under the tenant's lock came to; empty when another session holds it. */
        static Attempt ofFree(Optional<TenantOutcome> outcome) {
            return outcome.<Attempt>map(Over::new).orElseGet(Held::new);
        }
    }

    /** The tenant. */
    String schema();

    /**
     * Works until done or until it can not go on now.
     *
     * @throws SQLException when PostgreSQL refused something; the tenant failed
     */
    Attempt tryOn(Session session) throws SQLException;

    /** Whether the last try found that another instance had worked on the tenant since it was read. */
    default boolean foundOthersWork() {
        return false;
    }

    /**
     * Decides anew, because the tenant was read again before its turn.
     *
     * @return the outcome when nothing is to do any more
     */
    default Optional<TenantOutcome> decide(List<RecordedVersion> rows) {
        return Optional.empty();
    }

    /** What was committed already, for the report of a failure. */
    default List<TenantOutcome.Step> done() {
        return List.of();
    }

    /** What is reported when the run ended before it was done. */
    default TenantOutcome ended(String reason) {
        return new TenantOutcome.Skipped(schema(), reason);
    }

    /** What is reported when no connection can be borrowed any more. */
    default Failure withoutConnection(Failure reason) {
        return reason.withMessage(reason.message() + "; nothing was changed in this tenant; run it again");
    }

    /** The failure as an outcome. */
    default TenantOutcome.Failed failed(Failure failure) {
        return new TenantOutcome.Failed(schema(), done(), failure.inTenant(schema()));
    }
}
