package dev.tenantmigrator.internal.maintain;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.fleet.FleetPlan;
import dev.tenantmigrator.internal.fleet.FleetRuns;
import dev.tenantmigrator.internal.fleet.TenantJob;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.tracking.FleetReader;
import dev.tenantmigrator.internal.tracking.LostRecords;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Moves tenants' records from one store to another. At every moment exactly one of the stores has a tenant's record. */
public final class TrackingMove {

    private static final String DIFFERENT =
            SqlErrors.marker("the rows that were moved differ from those that were read");

    private final Config config;
    private final Recorder source;
    private final Recorder target;

    /**
     * @param config the configuration, with the store to move from
     * @param target the store to move to
     */
    public TrackingMove(Config config, TrackingStore target) {
        this.config = config;
        this.source = config.recorder();
        this.target = Recorder.of(target, config.lockTimeout());
    }

    /**
     * Moves the records of all tenants that the source store still has. Only their names are read before: another move may take a
     * record at any moment, so each is read under its tenant's lock.
     */
    public FleetReport move() throws SQLException {
        return FleetRuns.runOnWhatIsLeft(config, "move of the tracking", session -> {
            FleetPlan plan = new FleetPlan();
            new FleetReader(config).tenants(session.connection()).forEach(schema -> plan.add(new TenantMove(schema)));
            Pipeline shared = target.prepare();
            if (!shared.isEmpty() && !plan.jobs().isEmpty()) {
                // Before the workers begin; otherwise each would wait for the first one's transaction.
                session.sendInTransaction(shared.add(Containment.FLUSH_COUNTERS));
            }
            return plan;
        });
    }

    private final class TenantMove implements TenantJob {

        private final String schema;

        TenantMove(String schema) {
            this.schema = schema;
        }

        @Override
        public String schema() {
            return schema;
        }

        @Override
        public Result tryOn(Session session) throws SQLException {
            return Result.finishedOrLocked(session.inTransactionIfFree(schema, this::move));
        }

        private TenantOutcome move(Connection connection) throws SQLException {
            boolean moved = target.isTracked(connection, schema);
            if (!source.isTracked(connection, schema)) {
                if (moved) {
                    return new TenantOutcome.UpToDate(schema);
                }
                throw new TenantNotFoundException(LostRecords.notFoundWithin(config, connection, schema));
            }
            if (moved) {
                throw new TenantMigratorException(Failure.of(
                        "both stores have a record of this tenant; find out which one is right and remove the other"
                                + " (drop the tenant's tracking table, or delete its rows from the table of all tenants);"
                                + " nothing was changed"));
            }
            List<AppliedMigration> rows = source.readingWithin(connection, reader -> source.rows(reader, schema));
            new Pipeline()
                    .add(Containment.LIBRARY_SETTINGS)
                    .addAll(target.create(schema))
                    .addAll(target.restoreAll(schema, rows))
                    .addAll(target.assertRecorded(
                            schema,
                            rows.stream().map(AppliedMigration::recorded).toList(),
                            DIFFERENT))
                    .addAll(source.forget(schema))
                    .add(Containment.FLUSH_COUNTERS)
                    .send(connection);
            return new TenantOutcome.Moved(
                    schema, rows.stream().map(AppliedMigration::version).toList());
        }
    }
}
