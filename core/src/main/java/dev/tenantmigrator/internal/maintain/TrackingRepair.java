package dev.tenantmigrator.internal.maintain;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.Repair;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.containment.ForeignObjectsException;
import dev.tenantmigrator.internal.fleet.FleetPlan;
import dev.tenantmigrator.internal.fleet.FleetRuns;
import dev.tenantmigrator.internal.fleet.TenantJob;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.script.SessionLeftovers;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.rollout.Rollout;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Corrects tracking rows; runs no script. */
public final class TrackingRepair {

    private final Config config;
    private final Recorder recorder;
    private final MigrationCatalog catalog;
    private final Repair repair;
    private final Containment containment;

    /**
     * Reads the migrations; an instance serves one run.
     *
     * @throws dev.tenantmigrator.InvalidMigrationException when the repair needs a version that has no file
     */
    public TrackingRepair(Config config, Repair repair) {
        this.config = config;
        this.recorder = config.recorder();
        this.catalog = MigrationCatalog.read(config.migrations());
        this.repair = repair;
        this.containment = new Containment(config);
        if (repair instanceof Repair.AcceptChecksum accept) {
            catalog.get(accept.version());
        } else if (repair instanceof Repair.MarkApplied mark) {
            catalog.get(mark.version());
        } else if (repair instanceof Repair.MarkNotApplied mark && !Migration.isVersion(mark.version())) {
            catalog.get(mark.version());
        }
    }

    /** Corrects the records of tenants. */
    public FleetReport repair(Tenants tenants) throws SQLException {
        return FleetRuns.run(config, "repair", tenants, Rollout.defaults(), true, (session, fleet) -> {
            FleetPlan plan = new FleetPlan();
            fleet.rows().keySet().forEach(schema -> plan.add(new TenantRepair(schema)));
            return plan;
        });
    }

    /** The changes that a tenant's record needs, by version. */
    private Map<String, Pipeline> changes(String schema, List<RecordedVersion> rows) {
        Map<String, Pipeline> changes = new LinkedHashMap<>();
        if (repair instanceof Repair.MarkApplied mark) {
            markApplied(schema, rows, catalog.get(mark.version()), changes);
            return changes;
        }
        for (RecordedVersion row : rows) {
            Optional<Migration> migration = catalog.find(row.version());
            String recorded = row.checksum().orElse("");
            if (repair instanceof Repair.MarkNotApplied mark && mark.version().equals(row.version())) {
                changes.put(row.version(), recorder.delete(schema, row.version()));
            } else if (repair instanceof Repair.AcceptChecksum accept
                    && accept.version().equals(row.version())) {
                migration
                        .filter(file -> !file.up().matches(recorded))
                        .ifPresent(file -> changes.put(row.version(), checksum(schema, file)));
            } else if (repair instanceof Repair.FillChecksums && !TenantState.isOwnChecksum(recorded)) {
                migration.ifPresent(file -> changes.put(row.version(), checksum(schema, file)));
            }
        }
        return changes;
    }

    private void markApplied(
            String schema, List<RecordedVersion> rows, Migration migration, Map<String, Pipeline> changes) {
        Optional<RecordedVersion> row = rows.stream()
                .filter(candidate -> candidate.version().equals(migration.version()))
                .findFirst();
        if (row.isEmpty()) {
            changes.put(migration.version(), recorder.insert(schema, migration));
        } else if (!row.get().finished()) {
            changes.put(
                    migration.version(),
                    recorder.delete(schema, migration.version()).addAll(recorder.insert(schema, migration)));
        }
    }

    private Pipeline checksum(String schema, Migration migration) {
        return recorder.updateChecksum(
                schema, migration.version(), migration.up().checksum());
    }

    private final class TenantRepair implements TenantJob {

        private final String schema;
        private List<String> versions = List.of();

        TenantRepair(String schema) {
            this.schema = schema;
        }

        @Override
        public String schema() {
            return schema;
        }

        @Override
        public Result tryOn(Session session) throws SQLException {
            try {
                return Result.finishedOrLocked(tryIn(session));
            } catch (SQLException e) {
                Optional<ForeignObjectsException> foreign = ForeignObjectsException.find(e);
                if (foreign.isEmpty()) {
                    throw e;
                }
                Failure failure =
                        Failure.of(foreign.get().describeOfRecord(session.connection()) + "; nothing was changed");
                throw new TenantMigratorException(versions.size() == 1 ? failure.ofVersion(versions.get(0)) : failure);
            }
        }

        private Optional<TenantOutcome> tryIn(Session session) throws SQLException {
            return session.inTransactionIfFree(schema, connection -> {
                Map<String, Pipeline> changes =
                        changes(schema, recorder.readingWithin(connection, reader -> recorder.history(reader, schema)));
                versions = List.copyOf(changes.keySet());
                if (changes.isEmpty()) {
                    return repair instanceof Repair.MarkNotApplied
                            ? new TenantOutcome.NotApplied(schema)
                            : new TenantOutcome.UpToDate(schema);
                }
                Pipeline pipeline = new Pipeline().add(Containment.LIBRARY_SETTINGS);
                changes.values().forEach(pipeline::addAll);
                if (recorder.recordsInside()) {
                    pipeline.addAll(containment.start(connection, schema).afterRecord())
                            .add(SessionLeftovers.removeSql(session.settings()));
                }
                pipeline.send(connection);
                return new TenantOutcome.Repaired(schema, versions);
            });
        }
    }
}
