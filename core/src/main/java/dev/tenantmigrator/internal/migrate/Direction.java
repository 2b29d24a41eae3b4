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

/** What a run does to a tenant, step by step: {@link Deploy} goes up, {@link Rollback} down. */
public interface Direction {

    /** The outcome of a tenant in which nothing more is to run; empty when something is. */
    Optional<TenantOutcome> outcome(TenantState state, List<Step> done);

    /** The migrations to run for a tenant that has no outcome yet, in order; at least one. */
    List<Migration> next(TenantState state);

    /** The script of a migration in this direction. */
    MigrationScript script(Migration migration);

    /** The change of the record that commits together with the script. */
    Pipeline tracking(String schema, Migration migration);

    /** The change of the record before a script that cannot run in one transaction with it. */
    Pipeline start(String schema, Migration migration);

    /** The change of the record after such a script. */
    Pipeline end(String schema, Migration migration);

    /** The change of the record that takes {@link #start} back; empty when the earlier record is unknown. */
    Optional<Pipeline> cancel(String schema, Migration migration);

    /** What to do about a script that stopped outside of a transaction. */
    String goOn();

    /** How the run goes through the fleet. */
    Rollout rollout();

    /** Whether the scripts may change the shared schema. */
    boolean sharedSchemaChanges();

    /** The rows after a migration was run. */
    List<RecordedVersion> after(List<RecordedVersion> rows, Migration migration);

    /** What the listener is told after a migration was run. */
    TenantEvent event(String schema, String version, Duration duration);
}
