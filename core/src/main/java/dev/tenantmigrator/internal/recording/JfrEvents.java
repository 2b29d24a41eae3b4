package dev.tenantmigrator.internal.recording;

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
import java.util.function.Function;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The JDK Flight Recorder events of {@link Recording}. They hold names, numbers and error codes, and no messages. */
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

    static <X extends Exception> FleetReport run(String name, Recording.Work<FleetReport, X> work) throws X {
        Run event = new Run();
        event.run = name;
        return record(event, work, (recorded, report) -> {
            recorded.tenants = report.outcomes().size();
            recorded.failed = report.failed().size();
            recorded.outcome = report.counts().toString();
        });
    }

    static <T, X extends Exception> T tenant(
            String schema, Recording.Work<T, X> work, Function<T, Optional<TenantOutcome>> result) throws X {
        Tenant event = new Tenant();
        event.tenant = schema;
        return record(event, work, (recorded, value) -> {
            Optional<TenantOutcome> outcome = result.apply(value);
            recorded.outcome =
                    outcome.map(known -> known.getClass().getSimpleName()).orElse("Later");
            if (outcome.isPresent() && outcome.get() instanceof TenantOutcome.Failed failed) {
                recorded.version = failed.failure().version().orElse("");
                recorded.sqlState = failed.failure().sqlState().orElse("");
            }
        });
    }

    static <R extends Enum<R>, X extends Exception> R migration(
            String schema, String version, int tries, Recording.Work<R, X> work) throws X {
        Migration event = new Migration();
        event.tenant = schema;
        event.version = version;
        event.tries = tries + 1;
        return record(event, work, (recorded, result) -> recorded.outcome = result.name());
    }

    static <X extends Exception> CreatedTenant creation(Recording.Work<CreatedTenant, X> work) throws X {
        return record(new Creation(), work, (recorded, created) -> {
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

    private static <E extends Work, T, X extends Exception> T record(
            E event, Recording.Work<T, X> work, BiConsumer<E, T> result) throws X {
        event.begin();
        try {
            T value = work.run();
            event.end();
            if (event.shouldCommit()) {
                result.accept(event, value);
            }
            return value;
        } catch (Throwable e) {
            event.end();
            event.outcome = FAILED;
            event.sqlState = sqlState(e);
            throw e;
        } finally {
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
