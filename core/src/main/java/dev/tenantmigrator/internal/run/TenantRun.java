package dev.tenantmigrator.internal.run;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.RunOptions;
import dev.tenantmigrator.ScriptRows;
import dev.tenantmigrator.TenantWork;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.fleet.FleetPlan;
import dev.tenantmigrator.internal.fleet.FleetRuns;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.internal.script.PreparedScripts;
import dev.tenantmigrator.report.FleetReport;
import java.sql.SQLException;
import java.util.List;

/** Runs a script, or the host's own work, once in every tenant, without recording it. */
public final class TenantRun {

    /** Gives the host's own work the settings that a script would have. */
    private static final MigrationScript NO_SCRIPT = MigrationScript.of("", "");

    private final Config config;
    private final RunOptions options;
    private final Containment containment;

    /** For one run. */
    public TenantRun(Config config, RunOptions options) {
        this.config = config;
        this.options = options;
        this.containment = new Containment(config);
    }

    /** Runs the host's own work. */
    public FleetReport work(Tenants tenants, TenantWork work) throws SQLException {
        return run(tenants, NO_SCRIPT, (prepared, schema) -> new HostBody(config, schema, work));
    }

    /**
     * Runs a script.
     *
     * @throws InvalidMigrationException when the script must not run; nothing was changed
     */
    public FleetReport script(Tenants tenants, MigrationScript script, ScriptRows rows) throws SQLException {
        return run(tenants, script, (prepared, schema) -> new ScriptBody(config, prepared, schema, rows));
    }

    private interface Bodies {
        TenantBody of(PreparedScript prepared, String schema);
    }

    private FleetReport run(Tenants tenants, MigrationScript script, Bodies bodies) throws SQLException {
        return FleetRuns.run(config, "run", tenants, options.rollout(), options.writes(), (session, fleet) -> {
            PreparedScripts scripts = prepare(session, script);
            PreparedScript prepared = scripts.get(script);
            if (!prepared.isTransactional()) {
                throw new InvalidMigrationException(
                        "the script has a statement that PostgreSQL does not run in a transaction; put it into a migration",
                        script.location());
            }
            FleetPlan plan = new FleetPlan();
            fleet.rows()
                    .keySet()
                    .forEach(schema -> plan.add(new TenantRunJob(
                            config,
                            options,
                            containment,
                            scripts.path(),
                            prepared,
                            bodies.of(prepared, schema),
                            schema)));
            return plan;
        });
    }

    private PreparedScripts prepare(Session session, MigrationScript script) throws SQLException {
        return options.writes()
                ? PreparedScripts.prepare(config, options.rollout(), session.connection(), List.of(script))
                : PreparedScripts.inspect(config, options.rollout(), session.connection(), List.of(script));
    }
}
