package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantOutcome.Step;
import dev.tenantmigrator.rollout.Rollout;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The steps of a run in a tenant: {@link Deploy} applies migrations, {@link Rollback} rolls them back. */
public interface Direction {

    /** The outcome of a tenant in which nothing is left to run; empty when a migration is. */
    Optional<TenantOutcome> outcome(TenantState state, List<Step> done);

    /** The migrations to run in a tenant without an outcome, in order; at least one. */
    List<Migration> next(TenantState state);

    /** The script of a migration in this direction. */
    MigrationScript script(Migration migration);

    /** The change of the record that commits together with the script. */
    Pipeline recordChange(String schema, Migration migration);

    /** The change of the record when a script begins that cannot run in one transaction with it. */
    Pipeline start(String schema, Migration migration, String description);

    /** The change of the record after such a script. */
    Pipeline end(String schema, Migration migration);

    /** The change of the record that takes {@link #start} back; empty when the earlier record is unknown. */
    Optional<Pipeline> cancel(String schema, Migration migration);

    /** Whether the scripts are rollbacks. */
    boolean isRollback();

    /** The advice for a script that stopped outside of a transaction, as the end of a message. */
    String continuation();

    /** The rollout of the run. */
    Rollout rollout();

    /** Whether the scripts may change the shared schema. */
    boolean sharedSchemaChanges();

    /** The rows after a migration was run. */
    List<RecordedVersion> rowsAfter(List<RecordedVersion> rows, Migration migration);

    /** The event to publish after a migration was run. */
    TenantEvent event(String schema, String version, Duration duration);
}
