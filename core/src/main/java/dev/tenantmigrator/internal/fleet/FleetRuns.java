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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The course of every run over the fleet: read, decide for each tenant, and only then work. What cannot be read or must not
 * run is refused before any tenant is touched.
 */
public final class FleetRuns {

    private static final Logger LOG = LoggerFactory.getLogger(FleetRuns.class);

    private FleetRuns() {}

    /** Decides what to do. */
    @FunctionalInterface
    public interface Planner {
        /** Reads what it needs; changes nothing of a tenant. */
        FleetPlan plan(Session session, FleetReader.Fleet<RecordedVersion> fleet) throws SQLException;
    }

    /** Runs. */
    public static FleetReport run(Config config, String name, Tenants tenants, Rollout rollout, Planner planner)
            throws SQLException {
        return Recording.run(name, () -> {
            long start = System.nanoTime();
            FleetReader reader = new FleetReader(config);
            FleetReader.Fleet<RecordedVersion> fleet = reader.histories(tenants);
            reader.refuseWrongStore(tenants, fleet);
            return decideAndWork(config, name, fleet, rollout, planner, start);
        });
    }

    /** Runs also where all tenants are recorded in the other store by now. */
    public static FleetReport runOnWhatIsLeft(Config config, String name, Planner planner) throws SQLException {
        return Recording.run(name, () -> {
            long start = System.nanoTime();
            FleetReader.Fleet<RecordedVersion> fleet = new FleetReader(config).histories(Tenants.all());
            return decideAndWork(config, name, fleet, Rollout.defaults(), planner, start);
        });
    }

    private static FleetReport decideAndWork(
            Config config,
            String name,
            FleetReader.Fleet<RecordedVersion> fleet,
            Rollout rollout,
            Planner planner,
            long start)
            throws SQLException {
        FleetReport report = new RolloutRunner(config, name, rollout, start).run(plan(config, fleet, planner));
        LOG.info(
                "{}: {} tenants in {} ms: {}",
                name,
                report.outcomes().size(),
                report.duration().toMillis(),
                report.counts());
        return report;
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
