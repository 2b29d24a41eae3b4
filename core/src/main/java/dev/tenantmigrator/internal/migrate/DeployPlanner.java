package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.DeployOptions;
import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.SchemaAdapter.TenantScript;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.internal.script.PreparedScripts;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.tracking.FleetReader;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.PlanReport;
import dev.tenantmigrator.report.PlannedMigration;
import dev.tenantmigrator.report.ScriptNote;
import dev.tenantmigrator.report.TenantPlan;
import dev.tenantmigrator.rollout.Rollout;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Plans a deploy. Only reads the database; creates no extension either. */
public final class DeployPlanner {

    private final Config config;
    private final MigrationCatalog catalog;
    private final Direction direction;
    private final Map<MigrationScript, List<ScriptNote>> notes = new HashMap<>();

    /** Reads the migrations; an instance serves one plan. */
    public DeployPlanner(Config config) {
        this.config = config;
        this.catalog = MigrationCatalog.read(config.migrations());
        this.direction = new Deploy(DeployOptions.defaults(), catalog, config.recorder());
    }

    /** Plans the started and pending migrations of each tenant, or gives the reason why a deploy would refuse the tenant. */
    public PlanReport pending(Tenants tenants, DeployOptions options) throws SQLException {
        Deploy deploy = new Deploy(options, catalog, config.recorder());
        return plan(tenants, options.rollout(), deploy::next, deploy::refusal);
    }

    /** Plans one version in each tenant, whether it is applied or not. */
    public PlanReport version(Tenants tenants, String version) throws SQLException {
        Migration migration = catalog.get(version);
        return plan(tenants, Rollout.defaults(), state -> List.of(migration), state -> Optional.empty());
    }

    private interface Choice<T> {
        T of(TenantState state);
    }

    private PlanReport plan(
            Tenants tenants, Rollout rollout, Choice<List<Migration>> migrations, Choice<Optional<Failure>> refusal)
            throws SQLException {
        FleetReader.Fleet<RecordedVersion> fleet = new FleetReader(config).histories(tenants);
        try (Session session = Session.openToRead(config.dataSource())) {
            Map<String, TenantPlan> plans = new TreeMap<>();
            fleet.failures().forEach((schema, failure) -> plans.put(schema, refused(schema, failure)));
            List<TenantState> states = new ArrayList<>();
            Set<MigrationScript> scripts = new LinkedHashSet<>();
            fleet.rows().forEach((schema, rows) -> {
                TenantState state = TenantState.of(schema, rows, catalog);
                Optional<Failure> failure = refusal.of(state);
                if (failure.isPresent()) {
                    plans.put(schema, refused(schema, failure.get()));
                } else {
                    states.add(state);
                    migrations.of(state).forEach(migration -> scripts.add(migration.up()));
                }
            });
            PreparedScripts prepared = PreparedScripts.inspect(config, rollout, session.connection(), scripts);
            for (TenantState state : states) {
                plans.put(state.schema(), planned(session.connection(), prepared, state, migrations.of(state)));
            }
            return new PlanReport(
                    List.copyOf(plans.values()), scripts.isEmpty() ? Set.of() : prepared.missingExtensions());
        }
    }

    private TenantPlan planned(
            Connection connection, PreparedScripts prepared, TenantState state, List<Migration> migrations)
            throws SQLException {
        List<PlannedMigration> planned = new ArrayList<>();
        for (Migration migration : migrations) {
            // Throws where the script must not run in any tenant.
            prepared.get(migration.up());
            try {
                planned.add(planned(connection, prepared, state, migration));
            } catch (InvalidMigrationException e) {
                // Tenants differ in the parts of a started script that are done.
                return refused(state.schema(), e.failure());
            }
        }
        return new TenantPlan(state.schema(), planned, Optional.empty());
    }

    private static TenantPlan refused(String schema, Failure failure) {
        return new TenantPlan(schema, List.of(), Optional.of(failure));
    }

    private PlannedMigration planned(
            Connection connection, PreparedScripts prepared, TenantState state, Migration migration)
            throws SQLException {
        String schema = state.schema();
        PreparedScript whole = prepared.get(migration.up());
        TenantScript script = whole.adapted();
        boolean applied =
                state.rows().stream().anyMatch(row -> row.version().equals(migration.version()) && row.finished());
        List<ScriptNote> ofScript = notes.computeIfAbsent(migration.up(), file -> notes(script, schema));
        if (script.transactional()) {
            List<String> after =
                    new ArrayList<>(config.recorder().insert(schema, migration).statements());
            after.add("COMMIT");
            return new PlannedMigration(
                    migration.version(),
                    migration.up().location(),
                    applied,
                    true,
                    begin(prepared, whole, schema),
                    script.statements(schema),
                    after,
                    ofScript);
        }
        PlannedParts parts = new PlannedParts(
                connection,
                direction,
                config.recorder(),
                state,
                migration,
                whole,
                part -> begin(prepared, part, schema));
        return new PlannedMigration(
                migration.version(),
                migration.up().location(),
                applied,
                false,
                parts.before(),
                parts.statements(),
                parts.after(),
                parts.notes(ofScript));
    }

    private static List<String> begin(PreparedScripts prepared, PreparedScript script, String schema) {
        return List.of(
                Session.begin(script.adapted().isolationLevel()),
                prepared.path().sql(schema),
                script.settings().timeoutsSql());
    }

    private static List<ScriptNote> notes(TenantScript script, String schema) {
        List<ScriptNote> notes = new ArrayList<>(script.notes());
        boolean said = notes.stream().anyMatch(note -> note.kind() == ScriptNote.Kind.NOT_TRANSACTIONAL);
        if (!script.transactional() && !said) {
            int line = script.statements(schema).stream()
                    .findFirst()
                    .map(SqlStatement::line)
                    .orElse(1);
            notes.add(
                    0,
                    new ScriptNote(
                            ScriptNote.Kind.NOT_TRANSACTIONAL,
                            line,
                            "the script runs outside of a transaction, statement by statement; statements that completed"
                                    + " before a failure are kept, and the next deploy continues there"));
        }
        return List.copyOf(notes);
    }
}
