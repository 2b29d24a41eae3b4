package dev.tenantmigrator.internal.fleet;

import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.recording.Recording;
import dev.tenantmigrator.internal.tracking.FleetReader;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.rollout.Rollout;
import java.sql.SQLException;
import java.util.List;

/**
 * The course of every run over the fleet: read, decide for each tenant, and only then work. What cannot be read or must not
 * run is refused before any tenant is touched.
 */
public final class FleetRuns {

    private FleetRuns() {}

    /** Decides what to do. */
    @FunctionalInterface
    public interface Planner {
        /** Reads what it needs; changes nothing of a tenant. */
        FleetPlan plan(Session session, FleetReader.Fleet<RecordedVersion> fleet) throws SQLException;
    }

    /**
     * Reads the tenants, decides for each, and works on those that need it.
     *
     * @param name names the run in the log and in events
     * @param planner decides
     * @return one outcome per tenant
     */
    public static FleetReport run(Config config, String name, Tenants tenants, Rollout rollout, Planner planner)
            throws SQLException {
        Recording.Span<FleetReport> span = Recording.run(name);
        try {
            RolloutRunner runner = new RolloutRunner(config, name, rollout);
            FleetReader reader = new FleetReader(config);
            FleetReader.Fleet<RecordedVersion> fleet = reader.histories(tenants);
            reader.refuseWrongStore(tenants, fleet);
            return span.done(runner.run(plan(config, fleet, planner)));
        } catch (Throwable e) {
            span.failed(e);
            throw e;
        }
    }

    /** Like {@link #run}, for all tenants, also when all of them are recorded in the other store by now. */
    public static FleetReport runOnWhatIsLeft(Config config, String name, Planner planner) throws SQLException {
        Recording.Span<FleetReport> span = Recording.run(name);
        try {
            RolloutRunner runner = new RolloutRunner(config, name, Rollout.defaults());
            FleetReader.Fleet<RecordedVersion> fleet = new FleetReader(config).histories(Tenants.all());
            return span.done(runner.run(plan(config, fleet, planner)));
        } catch (Throwable e) {
            span.failed(e);
            throw e;
        }
    }

    private static FleetPlan plan(Config config, FleetReader.Fleet<RecordedVersion> fleet, Planner planner)
            throws SQLException {
        // Closed before the work begins: with a pool of one, the work needs this connection.
        try (Session session = Session.openToRead(config.dataSource())) {
            FleetPlan plan = planner.plan(session, fleet);
            fleet.failures()
                    .forEach((schema, failure) -> plan.decide(new TenantOutcome.Failed(schema, List.of(), failure)));
            return plan;
        }
    }
}
