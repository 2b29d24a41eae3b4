package dev.tenantmigrator.internal.jfr;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The JDK Flight Recorder events of {@link FlightRecording}. They hold names, numbers and error codes, and no messages. */
final class JfrEvents {

    private static final String FAILED = "Failed";

    private JfrEvents() {}

    /** The fields of all events that have a duration. */
    @Category("Tenant Migrator")
    @StackTrace(false)
    abstract static class Work extends Event {

        @Label("Outcome")
        String outcome = "";

        @Label("SQLState")
        @Description("PostgreSQL's error code, when it failed")
        String sqlState = "";
    }

    @Name("dev.tenantmigrator.Run")
    @Label("Run")
    @Description("A deploy, rollback, backfill, repair or verification of tenants")
    static final class Run extends Work {

        @Label("Run")
        String run = "";

        @Label("Tenants")
        int tenants;

        @Label("Failed tenants")
        int failed;
    }

    @Name("dev.tenantmigrator.Tenant")
    @Label("Tenant")
    @Description("A turn at one tenant; there are several when another instance holds it or a migration is retried")
    static final class Tenant extends Work {

        @Label("Tenant")
        String tenant = "";

        @Label("Failed version")
        String version = "";
    }

    @Name("dev.tenantmigrator.Migration")
    @Label("Migration")
    @Description("One attempt of a migration or rollback in one tenant")
    static final class Migration extends Work {

        @Label("Tenant")
        String tenant = "";

        @Label("Version")
        String version = "";

        @Label("Try")
        int tries;
    }

    @Name("dev.tenantmigrator.Creation")
    @Label("Creation")
    @Description("The creation of one tenant")
    static final class Creation extends Work {

        @Label("Tenant")
        String tenant = "";

        @Label("Migrations")
        int migrations;
    }

    @Name("dev.tenantmigrator.Retry")
    @Label("Retry")
    @Description("A migration failed for a temporary reason and will be retried")
    @Category("Tenant Migrator")
    @StackTrace(false)
    static final class Retry extends Event {

        @Label("Tenant")
        String tenant = "";

        @Label("Version")
        String version = "";

        @Label("Tries")
        int tries;

        @Label("SQLState")
        String sqlState = "";

        @Label("Pause")
        @Timespan(Timespan.MILLISECONDS)
        long pause;
    }

    @Name("dev.tenantmigrator.LockWait")
    @Label("Lock Wait")
    @Description("From when a tenant was found held by another instance until it was free")
    @Category("Tenant Migrator")
    @StackTrace(false)
    static final class LockWait extends Event {

        @Label("Tenant")
        String tenant = "";
    }

    static FlightRecording.Span<FleetReport> run(String name) {
        Run event = new Run();
        event.run = name;
        return begin(event, (recorded, report) -> {
            recorded.tenants = report.outcomes().size();
            recorded.failed = report.failed().size();
            recorded.outcome = report.counts().toString();
        });
    }

    static FlightRecording.Span<Optional<TenantOutcome>> tenant(String schema) {
        Tenant event = new Tenant();
        event.tenant = schema;
        return begin(event, (recorded, outcome) -> {
            recorded.outcome =
                    outcome.map(known -> known.getClass().getSimpleName()).orElse("Later");
            if (outcome.isPresent() && outcome.get() instanceof TenantOutcome.Failed failed) {
                recorded.version = failed.failure().version().orElse("");
                recorded.sqlState = failed.failure().sqlState().orElse("");
            }
        });
    }

    static <R extends Enum<R>> FlightRecording.Span<R> migration(String schema, String version, int tries) {
        Migration event = new Migration();
        event.tenant = schema;
        event.version = version;
        event.tries = tries + 1;
        return begin(event, (recorded, result) -> recorded.outcome = result.name());
    }

    static FlightRecording.Span<CreatedTenant> creation() {
        return begin(new Creation(), (recorded, created) -> {
            recorded.tenant = created.schema();
            recorded.migrations = created.versions().size();
            recorded.outcome = "Created";
        });
    }

    static void retry(String schema, String version, int tries, Failure failure, Duration pause) {
        Retry event = new Retry();
        event.tenant = schema;
        event.version = version;
        event.tries = tries;
        event.sqlState = failure.sqlState().orElse("");
        event.pause = pause.toMillis();
        event.commit();
    }

    static Runnable lockWait(String schema) {
        LockWait event = new LockWait();
        event.tenant = schema;
        event.begin();
        return event::commit;
    }

    private static <E extends Work, T> FlightRecording.Span<T> begin(E event, BiConsumer<E, T> describe) {
        event.begin();
        return new Span<>(event, describe);
    }

    private record Span<E extends Work, T>(E event, BiConsumer<E, T> describe) implements FlightRecording.Span<T> {

        @Override
        public T done(T result) {
            event.end();
            if (event.shouldCommit()) {
                describe.accept(event, result);
                event.commit();
            }
            return result;
        }

        @Override
        public void failed(Throwable reason) {
            event.end();
            event.outcome = FAILED;
            event.sqlState = sqlState(reason);
            event.commit();
        }
    }

    private static String sqlState(Throwable e) {
        if (e instanceof TenantMigratorException failed) {
            return failed.failure().sqlState().orElse("");
        }
        return e instanceof SQLException sql ? SqlErrors.state(sql) : "";
    }
}
