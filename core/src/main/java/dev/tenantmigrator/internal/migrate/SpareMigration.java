package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.fleet.TenantJob;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.spare.Spare;
import dev.tenantmigrator.internal.spare.SpareMarking;
import dev.tenantmigrator.internal.tracking.FleetReader;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.internal.tracking.TenantStates;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantOutcome.Step;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Migrates a spare tenant, and marks it for its new record. A spare that is taken meanwhile is gone; no tenant's migration is done here. */
final class SpareMigration implements TenantJob {

    private static final Logger LOG = LoggerFactory.getLogger(SpareMigration.class);

    private final Config config;
    private final Due spare;
    private final TenantMigration migration;

    /**
     * A spare that is to be migrated, or only to be marked.
     *
     * @param digest of the record that it is to have
     */
    record Due(TenantState state, boolean complete, String digest) {

        /** Its next migrations. */
        List<Migration> next(Direction direction) {
            return complete ? List.of() : direction.next(state);
        }
    }

    /**
     * @param config hears of a spare that is not fit
     * @param run publishes no events, which would be those of a tenant
     */
    SpareMigration(Config config, MigrationRun run, Due spare) {
        this.config = config;
        this.spare = spare;
        this.migration = new TenantMigration(run, spare.state());
    }

    /** The spares that a run migrates. One with an unusual history is left alone until it is replaced, and so is another role's. */
    static List<Due> due(
            Config config, Session session, Direction direction, TenantStates states, MigrationCatalog catalog)
            throws SQLException {
        String digest = TenantState.digestOf(catalog);
        List<String> schemas = Spare.read(session.connection()).stream()
                .filter(spare -> spare.owned() && !spare.has(digest))
                .map(Spare::schema)
                .toList();
        List<Due> due = new ArrayList<>();
        for (int from = 0; from < schemas.size(); from += FleetReader.MOST_AGAIN) {
            List<String> some = schemas.subList(from, Math.min(from + FleetReader.MOST_AGAIN, schemas.size()));
            Map<String, List<RecordedVersion>> rows = new FleetReader(config)
                    .histories(session.connection(), some)
                    .rows();
            rows.forEach((schema, recorded) -> {
                TenantState state = states.of(schema, recorded);
                Optional<TenantOutcome> outcome = direction.outcome(state, List.of());
                if (outcome.isEmpty() || outcome.get() instanceof TenantOutcome.UpToDate) {
                    due.add(new Due(state, outcome.isPresent(), digest));
                }
            });
        }
        return due;
    }

    @Override
    public String schema() {
        return spare.state().schema();
    }

    @Override
    public List<Step> done() {
        return migration.done();
    }

    @Override
    public TenantOutcome ended(String reason) {
        return migration.ended(reason);
    }

    @Override
    public Failure withoutConnection(Failure reason) {
        return migration.withoutConnection(reason);
    }

    @Override
    public Result tryOn(Session session) throws SQLException {
        Result result = migration.tryOn(session);
        if (result instanceof Result.Locked) {
            // A sign-up has taken it, and may keep its transaction open for long; or another instance migrates it.
            return new Result.Finished(new TenantOutcome.Skipped(schema(), "another session works on it"));
        }
        boolean complete = result.finalOutcome()
                .filter(outcome ->
                        outcome instanceof TenantOutcome.Migrated || outcome instanceof TenantOutcome.UpToDate)
                .isPresent();
        if (complete) {
            mark(session);
        }
        return result;
    }

    private void mark(Session session) {
        try {
            session.inTransactionIfFree(schema(), connection -> {
                // The search reads every table, and the tenants wait for it.
                Jdbc.execute(
                        connection,
                        "SET LOCAL lock_timeout TO '" + config.lockTimeout().toMillis() + "ms'");
                SpareMarking.mark(config, connection, schema(), spare.digest());
                return schema();
            });
        } catch (SQLException e) {
            // E.g. a target version: the record is not yet that of all migrations; or a table that another session
            // locks.
            LOG.debug("{} stays behind", schema(), SqlErrors.withoutDetail(e));
        }
    }
}
