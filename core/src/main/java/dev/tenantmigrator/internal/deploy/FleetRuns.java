package dev.tenantmigrator.internal.deploy;

import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.Rollout;
import dev.tenantmigrator.ScriptFile;
import dev.tenantmigrator.internal.Config;
import dev.tenantmigrator.internal.containment.Allowed;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.jdbc.DirectConnection;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.recording.Recording;
import dev.tenantmigrator.internal.run.RunContext;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.sql.rules.HiddenEffects;
import dev.tenantmigrator.internal.tracking.FleetReader;
import dev.tenantmigrator.internal.tracking.Reading;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.internal.tracking.TenantStates;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
    interface Planner {
        /** Reads what it needs; changes nothing of a tenant. */
        Plan plan(Session session, FleetReader.Fleet<RecordedVersion> fleet) throws SQLException;
    }

    /** What was decided: outcomes of tenants with nothing to do, work for the others. */
    record Plan(List<TenantOutcome> decided, List<TenantWork> works) {

        Plan() {
            this(new ArrayList<>(), new ArrayList<>());
        }

        void decide(TenantOutcome outcome) {
            decided.add(outcome);
        }

        void work(TenantWork work) {
            works.add(work);
        }
    }

    /** Runs. */
    static FleetReport run(Config config, String name, Reading reading, Rollout rollout, Planner planner)
            throws SQLException {
        return Recording.run(name, () -> {
            long start = System.nanoTime();
            FleetReader reader = new FleetReader(config);
            FleetReader.Fleet<RecordedVersion> fleet = reader.histories(reading.only(rollout.tenants()));
            reader.refuseWrongStore(reading, fleet);
            return decideAndWork(config, name, fleet, rollout, planner, start);
        });
    }

    /** Runs also where all tenants are recorded in the other store by now. */
    static FleetReport runOnWhatIsLeft(Config config, String name, Planner planner) throws SQLException {
        return Recording.run(name, () -> {
            long start = System.nanoTime();
            FleetReader.Fleet<RecordedVersion> fleet = new FleetReader(config).histories(Reading.all());
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
        FleetReport report = new Course(config, name, rollout, start).run(plan(config, fleet, planner));
        LOG.info(
                "{}: {} tenants in {} ms: {}",
                name,
                report.outcomes().size(),
                report.duration().toMillis(),
                report.counts());
        return report;
    }

    private static Plan plan(Config config, FleetReader.Fleet<RecordedVersion> fleet, Planner planner)
            throws SQLException {
        // Closed before the work begins: with a pool of one, the work needs this connection.
        try (Session session = Session.openToRead(config.dataSource())) {
            Plan plan = planner.plan(session, fleet);
            fleet.failures()
                    .forEach((schema, failure) -> plan.decide(new TenantOutcome.Failed(schema, List.of(), failure)));
            return plan;
        }
    }

    /** Runs the migrations of each tenant in a direction. */
    public static FleetReport migrate(
            Config config, String name, Reading reading, MigrationCatalog catalog, Direction direction)
            throws SQLException {
        return run(config, name, reading, direction.rollout(), (session, fleet) -> {
            Plan plan = new Plan();
            List<TenantState> toMigrate = new ArrayList<>();
            Set<ScriptFile> scripts = new LinkedHashSet<>();
            TenantStates states = new TenantStates(catalog);
            fleet.rows().forEach((schema, rows) -> {
                TenantState state = states.of(schema, rows);
                Optional<TenantOutcome> outcome = direction.outcome(state, List.of());
                if (outcome.isPresent()) {
                    plan.decide(outcome.get());
                } else {
                    toMigrate.add(state);
                    direction.next(state).forEach(migration -> scripts.add(direction.script(migration)));
                }
            });
            if (!toMigrate.isEmpty()) {
                if (direction.rollout().asynchronousCommit()) {
                    DirectConnection.checkAsynchronousCommit(session);
                }
                Containment containment = Containment.ofRun(
                        Allowed.of(config, direction.sharedSchemaChanges()),
                        toMigrate.stream().map(TenantState::schema).toList(),
                        hidesCode(catalog, toMigrate),
                        session.connection());
                RunContext run = RunContext.load(config, direction.rollout(), catalog, session.connection(), scripts);
                if (!scripts.stream().allMatch(run::isTransactional)) {
                    DirectConnection.check(session, config.dataSource(), config.directDataSource());
                }
                toMigrate.forEach(state -> plan.work(new MigrationSteps(run, direction, containment, state)));
            }
            return plan;
        });
    }

    /** Whether a script that ran in one of the tenants hides what it did. */
    private static boolean hidesCode(MigrationCatalog catalog, List<TenantState> tenants) {
        // Most tenants share one list.
        Set<List<RecordedVersion>> histories = Collections.newSetFromMap(new IdentityHashMap<>());
        tenants.forEach(tenant -> histories.add(tenant.rows()));
        Set<String> recorded = new HashSet<>();
        histories.forEach(rows -> rows.forEach(row -> recorded.add(row.version())));
        return catalog.migrations().stream()
                .anyMatch(migration -> (recorded.contains(migration.version()) && HiddenEffects.in(migration.up()))
                        // What was rolled back is recorded no more.
                        || migration.down().filter(HiddenEffects::in).isPresent());
    }
}
