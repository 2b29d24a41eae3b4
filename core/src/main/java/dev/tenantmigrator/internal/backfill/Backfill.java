package dev.tenantmigrator.internal.backfill;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.containment.ForeignObjectsException;
import dev.tenantmigrator.internal.fleet.FleetPlan;
import dev.tenantmigrator.internal.fleet.FleetRuns;
import dev.tenantmigrator.internal.fleet.TenantJob;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.Queries;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SessionSettings;
import dev.tenantmigrator.internal.script.PreparedScripts;
import dev.tenantmigrator.internal.script.ScratchSchema;
import dev.tenantmigrator.internal.script.SessionLeftovers;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
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

/** Recreates missing required tables in tenants, as each tenant's applied migrations define them. */
public final class Backfill {

    private final Config config;
    private final MigrationCatalog catalog;
    private final Containment containment;

    /** By versions: equal migrations make an equal structure, so it is read once for all tenants of a run. */
    private final Map<List<String>, Reference> references = new HashMap<>();

    /** The structure that migrations make, and the columns of its tables. */
    private record Reference(StructureReference structure, Map<String, String> columns) {}

    /** For one run. Reads all migrations at once. */
    public Backfill(Config config) {
        this.config = config;
        this.catalog = MigrationCatalog.read(config.migrations());
        this.containment = new Containment(config);
    }

    /** Recreates the missing tables of some or all tenants. */
    public FleetReport backfill(Tenants tenants) throws SQLException {
        return FleetRuns.run(config, "backfill", tenants, Rollout.defaults(), true, (session, fleet) -> {
            FleetPlan plan = new FleetPlan();
            List<TenantState> incomplete = new ArrayList<>();
            Set<MigrationScript> scripts = new LinkedHashSet<>();
            Map<String, Set<String>> present =
                    Queries.presentTables(session.connection(), fleet.rows().keySet(), config.requiredTables());
            fleet.rows().forEach((schema, rows) -> {
                TenantState state = TenantState.of(schema, rows, catalog);
                // An edited or missing file would define other tables than the tenant had.
                Optional<Failure> refusal = state.refusal(true, catalog);
                if (present.getOrDefault(schema, Set.of()).containsAll(config.requiredTables())) {
                    plan.decide(new TenantOutcome.UpToDate(schema));
                } else if (refusal.isPresent()) {
                    plan.decide(new TenantOutcome.Failed(schema, List.of(), refusal.get()));
                } else {
                    incomplete.add(state);
                    applied(rows).forEach(migration -> scripts.add(migration.up()));
                }
            });
            if (!incomplete.isEmpty()) {
                PreparedScripts prepared =
                        PreparedScripts.prepare(config, Rollout.defaults(), session.connection(), scripts);
                incomplete.forEach(state -> plan.add(new TenantBackfill(prepared, state.schema())));
            }
            return plan;
        });
    }

    /** The recorded migrations that have a file, in the order in which they ran. */
    private List<Migration> applied(List<RecordedVersion> rows) {
        return rows.stream()
                .flatMap(row -> catalog.find(row.version()).stream())
                .toList();
    }

    private synchronized Reference reference(Session session, PreparedScripts scripts, List<Migration> migrations)
            throws SQLException {
        List<String> versions = migrations.stream().map(Migration::version).toList();
        Reference known = references.get(versions);
        if (known != null) {
            return known;
        }
        PreparedScripts creation =
                scripts.forCreation(migrations.stream().map(Migration::up).toList());
        Reference read = ScratchSchema.use(session, config, containment, creation, scratch -> {
            for (Migration migration : migrations) {
                scratch.apply(migration);
            }
            return new Reference(
                    StructureReference.read(scratch.connection(), scratch.schema()),
                    RenamedTables.columns(scratch.connection(), scratch.schema()));
        });
        references.put(versions, read);
        return read;
    }

    private final class TenantBackfill implements TenantJob {

        private final PreparedScripts scripts;
        private final String schema;

        TenantBackfill(PreparedScripts scripts, String schema) {
            this.scripts = scripts;
            this.schema = schema;
        }

        @Override
        public String schema() {
            return schema;
        }

        @Override
        public Result tryOn(Session session) throws SQLException {
            List<RecordedVersion> rows = config.recorder().reading(session.connection(), this::rows);
            Reference reference = reference(session, scripts, applied(rows));
            try {
                return Result.finishedOrLocked(session.inTransactionIfFree(schema, connection -> {
                    if (!config.recorder().readingWithin(connection, this::rows).equals(rows)) {
                        throw new TenantMigratorException(
                                Failure.of("its recorded versions changed meanwhile; nothing was changed, run again"));
                    }
                    return make(connection, reference, session.settings());
                }));
            } catch (SQLException e) {
                Optional<ForeignObjectsException> foreign = ForeignObjectsException.find(e);
                if (foreign.isEmpty()) {
                    throw e;
                }
                throw new TenantMigratorException(
                        Failure.of(containment.describe(foreign.get(), session.connection())));
            }
        }

        private List<RecordedVersion> rows(Connection connection) throws SQLException {
            return config.recorder().history(connection, schema);
        }

        private TenantOutcome make(Connection connection, Reference known, SessionSettings settings)
                throws SQLException {
            StructureReference reference = known.structure();
            TenantObjects tenant = TenantObjects.read(connection, schema);
            List<String> missing = config.requiredTables().stream()
                    .filter(table -> !tenant.tables().contains(table))
                    .toList();
            if (missing.isEmpty()) {
                return new TenantOutcome.UpToDate(schema);
            }
            List<String> unknown = missing.stream()
                    .filter(table -> !reference.tables().contains(table))
                    .toList();
            if (!unknown.isEmpty()) {
                throw new TenantMigratorException(Failure.of("no migration that is applied here creates "
                        + String.join(", ", unknown)
                        + "; deploy what is pending, or correct the list of required tables; nothing was changed"));
            }
            RenamedTables.refuse(connection, schema, known.columns(), missing);
            Containment.Checked checked = containment.start(connection, schema);
            Pipeline pipeline = scripts.cluster().begin();
            reference.statements(tenant, missing).forEach(pipeline::add);
            pipeline.add("SET CONSTRAINTS ALL IMMEDIATE")
                    .add(Containment.LIBRARY_SETTINGS)
                    .add(checked.sql(true))
                    .addAll(checked.onNode())
                    .add(SessionLeftovers.removeSql(settings))
                    .sendOneByOne(connection);
            List<Finding> findings = reference.lostForeignKeys(tenant, missing).stream()
                    .map(key -> Finding.of(
                            Finding.Kind.MISSING_FOREIGN_KEY,
                            Finding.Severity.WARNING,
                            "the foreign key " + key.constraint() + " of " + key.table()
                                    + " was lost with the dropped table; once its rows refer to rows that exist, run: "
                                    + key.addStatement()))
                    .toList();
            return new TenantOutcome.Backfilled(schema, missing, findings);
        }
    }
}
