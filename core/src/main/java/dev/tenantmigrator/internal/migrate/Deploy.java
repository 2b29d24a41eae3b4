package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.DeployOptions;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantOutcome.Step;
import dev.tenantmigrator.rollout.Rollout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Applies pending migrations. */
public record Deploy(DeployOptions options, MigrationCatalog catalog, Recorder recorder) implements Direction {

    /**
     * A deploy with options.
     *
     * @throws dev.tenantmigrator.InvalidMigrationException when there is no migration of the target version
     */
    public Deploy {
        options.targetVersion().ifPresent(catalog::get);
    }

    @Override
    public Optional<TenantOutcome> outcome(TenantState state, List<Step> done) {
        Optional<Failure> refusal = refusal(state);
        if (refusal.isPresent()) {
            return Optional.of(new TenantOutcome.Failed(state.schema(), done, refusal.get()));
        }
        if (!next(state).isEmpty()) {
            return Optional.empty();
        }
        if (!done.isEmpty()) {
            return Optional.of(new TenantOutcome.Migrated(state.schema(), done));
        }
        List<String> ahead = state.ahead();
        return Optional.of(
                ahead.isEmpty()
                        ? new TenantOutcome.UpToDate(state.schema())
                        : new TenantOutcome.Ahead(state.schema(), ahead));
    }

    @Override
    public List<Migration> next(TenantState state) {
        return upToTarget(state).due();
    }

    /** The reason why nothing may be applied to a tenant; empty when migrations may. */
    Optional<Failure> refusal(TenantState state) {
        return upToTarget(state).refusal(options.outOfOrder(), catalog);
    }

    private TenantState upToTarget(TenantState state) {
        return options.targetVersion()
                .map(target -> state.upTo(target, catalog))
                .orElse(state);
    }

    @Override
    public MigrationScript script(Migration migration) {
        return migration.up();
    }

    @Override
    public Pipeline recordChange(String schema, Migration migration) {
        return recorder.insert(schema, migration);
    }

    @Override
    public Pipeline start(String schema, Migration migration, String description) {
        return recorder.start(schema, migration, description);
    }

    @Override
    public Pipeline end(String schema, Migration migration) {
        return recorder.finish(schema, migration);
    }

    @Override
    public Optional<Pipeline> cancel(String schema, Migration migration) {
        return Optional.of(recorder.delete(schema, migration.version()));
    }

    @Override
    public boolean isRollback() {
        return false;
    }

    @Override
    public String continuation() {
        return "the next deploy continues with it";
    }

    @Override
    public Rollout rollout() {
        return options.rollout();
    }

    @Override
    public boolean sharedSchemaChanges() {
        return options.sharedSchemaChanges();
    }

    @Override
    public List<RecordedVersion> rowsAfter(List<RecordedVersion> rows, Migration migration) {
        List<RecordedVersion> after = new ArrayList<>(rows);
        after.removeIf(row -> row.version().equals(migration.version()));
        after.add(TenantState.rowOf(migration));
        return after;
    }

    @Override
    public TenantEvent event(String schema, String version, Duration duration) {
        return new TenantEvent.MigrationApplied(schema, version, duration);
    }
}
