package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.fleet.FleetPlan;
import dev.tenantmigrator.internal.fleet.FleetRuns;
import dev.tenantmigrator.internal.jdbc.DirectConnection;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.internal.script.PreparedScripts;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.sql.rules.HiddenEffects;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.internal.tracking.TenantStates;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.ScriptNote;
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

/** Runs migrations in the tenants of a run: refuses scripts that must not run, then makes a job for each tenant with work. */
public final class FleetMigration {

    private static final Logger LOG = LoggerFactory.getLogger(FleetMigration.class);

    private FleetMigration() {}

    /** Runs the migrations of each tenant in a direction. */
    public static FleetReport run(
            Config config, String name, Tenants tenants, MigrationCatalog catalog, Direction direction)
            throws SQLException {
        return FleetRuns.run(config, name, tenants, direction.rollout(), true, (session, fleet) -> {
            FleetPlan plan = new FleetPlan();
            List<TenantState> toMigrate = new ArrayList<>();
            Set<MigrationScript> scripts = new LinkedHashSet<>();
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
            // Narrower selections are for certain tenants only; a rollback leaves the spares to be replaced.
            List<SpareMigration.Due> spares = direction.isRollback() || !tenants.equals(Tenants.all())
                    ? List.of()
                    : SpareMigration.due(config, session, direction, states, catalog);
            spares.forEach(
                    spare -> spare.next(direction).forEach(migration -> scripts.add(direction.script(migration))));
            List<TenantState> all = new ArrayList<>(toMigrate);
            spares.forEach(spare -> all.add(spare.state()));
            if (!all.isEmpty()) {
                Containment containment = Containment.ofRun(
                        config,
                        direction.sharedSchemaChanges(),
                        all.stream().map(TenantState::schema).toList(),
                        hidesEffects(catalog, all),
                        session.connection());
                PreparedScripts prepared =
                        PreparedScripts.prepare(config, direction.rollout(), session.connection(), scripts);
                scripts.forEach(script -> warnOfUncertainTexts(prepared.get(script)));
                if (!prepared.all().stream().allMatch(PreparedScript::isTransactional)) {
                    DirectConnection.check(session, config.dataSource(), config.directDataSource());
                }
                MigrationRun run = new MigrationRun(config, direction, states, prepared, containment);
                toMigrate.forEach(state -> plan.add(new TenantMigration(run, state)));
                MigrationRun silent = new MigrationRun(config.silent(), direction, states, prepared, containment);
                spares.forEach(spare -> plan.addSpare(new SpareMigration(config, silent, spare)));
            }
            return plan;
        });
    }

    private static void warnOfUncertainTexts(PreparedScript script) {
        for (ScriptNote note : script.uncertainTexts()) {
            LOG.warn("{}:{}: {}", script.file().location(), note.line(), note.message());
        }
    }

    /** Whether a script that ran in one of the tenants hides its effects. */
    private static boolean hidesEffects(MigrationCatalog catalog, List<TenantState> tenants) {
        // Most tenants share one list of rows, so identity removes most of the work.
        Set<List<RecordedVersion>> histories = Collections.newSetFromMap(new IdentityHashMap<>());
        tenants.forEach(tenant -> histories.add(tenant.rows()));
        Set<String> recorded = new HashSet<>();
        histories.forEach(rows -> rows.forEach(row -> recorded.add(row.version())));
        return catalog.migrations().stream()
                .anyMatch(migration -> (recorded.contains(migration.version()) && HiddenEffects.in(migration.up()))
                        // A rolled-back version leaves no row, so every rollback script counts.
                        || migration.down().filter(HiddenEffects::in).isPresent());
    }
}
