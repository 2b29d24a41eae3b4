package dev.tenantmigrator.internal.fleet;

import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jfr.FlightRecording;
import dev.tenantmigrator.internal.tracking.FleetReader;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.rollout.Rollout;
import java.sql.SQLException;
import java.util.List;

/**
 * The sequence of every run over the fleet: read all tenants, decide for each, and only then change any. Scripts that cannot be
 * read or must not run are refused before any tenant is touched; so is a run that writes where nothing may be written.
 */
public final class FleetRuns {

    private FleetRuns() {}

    /** Decides for each tenant what a run does in it. */
    @FunctionalInterface
    public interface Planner {
        /** Makes the plan; changes nothing in a tenant. */
        FleetPlan plan(Session session, FleetReader.Fleet<RecordedVersion> fleet) throws SQLException;
    }

    /**
     * Runs a plan over tenants.
     *
     * @param writes whether it may write; a run that only reads also works on a standby
     * @throws dev.tenantmigrator.TenantMigratorException when this store has no tenants and the other one has some
     */
    public static FleetReport run(
            Config config, String name, Tenants tenants, Rollout rollout, boolean writes, Planner planner)
            throws SQLException {
        FlightRecording.Span<FleetReport> span = FlightRecording.run(name);
        try {
            RolloutRunner runner = new RolloutRunner(config, name, rollout, writes);
            FleetReader reader = new FleetReader(config);
            FleetReader.Fleet<RecordedVersion> fleet = reader.histories(tenants);
            reader.refuseWrongStore(tenants, fleet);
            return span.done(runner.run(plan(config, fleet, writes, planner)));
        } catch (Throwable e) {
            span.failed(e);
            throw e;
        }
    }

    /** Plans a run that reads no records before its jobs begin. */
    @FunctionalInterface
    public interface SessionPlanner {
        /** Makes the plan; changes nothing in a tenant. */
        FleetPlan plan(Session session) throws SQLException;
    }

    /** Runs a plan that reads the tenants itself. There may be none, because all were moved to the other store. */
    public static FleetReport runOnWhatIsLeft(Config config, String name, SessionPlanner planner) throws SQLException {
        FlightRecording.Span<FleetReport> span = FlightRecording.run(name);
        try {
            RolloutRunner runner = new RolloutRunner(config, name, Rollout.defaults(), true);
            return span.done(runner.run(plan(config, true, planner)));
        } catch (Throwable e) {
            span.failed(e);
            throw e;
        }
    }

    private static FleetPlan plan(
            Config config, FleetReader.Fleet<RecordedVersion> fleet, boolean writes, Planner planner)
            throws SQLException {
        FleetPlan plan = plan(config, writes, session -> planner.plan(session, fleet));
        fleet.failures()
                .forEach((schema, failure) -> plan.decide(new TenantOutcome.Failed(schema, List.of(), failure)));
        return plan;
    }

    private static FleetPlan plan(Config config, boolean writes, SessionPlanner planner) throws SQLException {
        // Closed before the jobs begin: with a pool of one, they need this connection.
        try (Session session = Session.openToRead(config.dataSource())) {
            if (writes) {
                session.requireWritable();
            }
            return planner.plan(session);
        }
    }
}
