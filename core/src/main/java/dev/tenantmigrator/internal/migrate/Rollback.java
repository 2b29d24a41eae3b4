package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.RollbackOptions;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.internal.tracking.Unfinished;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantOutcome.Step;
import dev.tenantmigrator.rollout.Rollout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Rolls back a version, and on request the later ones before it. */
public record Rollback(Migration target, RollbackOptions options, MigrationCatalog catalog, Recorder recorder)
        implements Direction {

    @Override
    public Optional<TenantOutcome> outcome(TenantState state, List<Step> done) {
        if (!state.has(target.version())) {
            return Optional.of(
                    done.isEmpty()
                            ? new TenantOutcome.NotApplied(state.schema())
                            : new TenantOutcome.RolledBack(state.schema(), done, List.of()));
        }
        List<String> versions = versionsToRollBack(state);
        if (versions.size() > 1 && !options.laterVersions()) {
            String later = versions.stream()
                    .filter(version -> !version.equals(target.version()))
                    .sorted(catalog.order())
                    .collect(Collectors.joining(", "));
            return Optional.of(refused(
                    state,
                    done,
                    target.version(),
                    "later versions are applied: " + later
                            + "; roll them back first, or roll them back together with this one (--with-later)"));
        }
        return versions.stream()
                .flatMap(version -> refusal(state, version).stream())
                .findFirst()
                .map(finding -> refused(
                        state,
                        done,
                        finding.version().orElse(target.version()),
                        TenantState.messageBesideVersion(finding)));
    }

    @Override
    public List<Migration> next(TenantState state) {
        return versionsToRollBack(state).stream().map(catalog::get).toList();
    }

    /** Newest first by the order of application, which differs from the order of versions after merging two branches. */
    private List<String> versionsToRollBack(TenantState state) {
        List<String> versions =
                state.rows().stream().map(RecordedVersion::version).toList();
        List<String> newestFirst =
                new ArrayList<>(versions.subList(versions.indexOf(target.version()), versions.size()));
        Collections.reverse(newestFirst);
        return newestFirst;
    }

    /** The finding that forbids a rollback: without the file that was applied, no rollback script is known to fit. */
    private Optional<Finding> refusal(TenantState state, String version) {
        return state.findings().stream()
                .filter(finding -> finding.version().equals(Optional.of(version)))
                .filter(finding -> switch (finding.kind()) {
                    case UNFINISHED ->
                        !Unfinished.of(state.row(version), catalog.find(version))
                                .rollbackContinues();
                    case FILE_MISSING, CHECKSUM_MISMATCH, AHEAD -> true;
                    default -> false;
                })
                .findFirst();
    }

    private static TenantOutcome refused(TenantState state, List<Step> done, String version, String message) {
        Failure failure = Failure.of(message + "; nothing was changed")
                .inTenant(state.schema())
                .ofVersion(version);
        return new TenantOutcome.Failed(state.schema(), done, failure);
    }

    @Override
    public MigrationScript script(Migration migration) {
        return migration.down().orElseThrow(() -> noRollback(migration));
    }

    /** The exception for a migration without a rollback script. */
    public static InvalidMigrationException noRollback(Migration migration) {
        return new InvalidMigrationException(
                Failure.of("the migration has no rollback.sql; add one beside its migration.sql; nothing was changed")
                        .ofVersion(migration.version())
                        .inFile(migration.up().location()));
    }

    @Override
    public Pipeline recordChange(String schema, Migration migration) {
        return recorder.delete(schema, migration.version());
    }

    @Override
    public Pipeline start(String schema, Migration migration, String description) {
        return recorder.reopen(schema, migration.version(), description);
    }

    @Override
    public Pipeline end(String schema, Migration migration) {
        return recorder.delete(schema, migration.version());
    }

    @Override
    public Optional<Pipeline> cancel(String schema, Migration migration) {
        return Optional.empty();
    }

    @Override
    public boolean isRollback() {
        return true;
    }

    @Override
    public String continuation() {
        return "run the rollback again to continue; a deploy would apply the migration again";
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
        return rows.stream()
                .filter(row -> !row.version().equals(migration.version()))
                .toList();
    }

    @Override
    public TenantEvent event(String schema, String version, Duration duration) {
        return new TenantEvent.MigrationRolledBack(schema, version, duration);
    }
}
