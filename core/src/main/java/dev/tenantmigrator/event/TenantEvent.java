package dev.tenantmigrator.event;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.TenantOutcome;
import java.time.Duration;

/** An event of one tenant. */
public sealed interface TenantEvent {

    /**
     * The tenant.
     *
     * @return its schema
     */
    String schema();

    /**
     * Work on a tenant begins. There is no such event for a tenant without work.
     *
     * @param schema the tenant
     */
    record TenantStarted(String schema) implements TenantEvent {}

    /**
     * A migration was applied and committed. A creation has {@link TenantCreated} instead.
     *
     * @param schema the tenant
     * @param version the migration
     * @param duration the duration of the migration
     */
    record MigrationApplied(String schema, String version, Duration duration) implements TenantEvent {}

    /**
     * A migration was rolled back and committed.
     *
     * @param schema the tenant
     * @param version the migration
     * @param duration the duration of the rollback
     */
    record MigrationRolledBack(String schema, String version, Duration duration) implements TenantEvent {}

    /**
     * An attempt at a migration or rollback failed for a passing reason, such as a lock timeout. Nothing of it was kept, and there will be
     * another attempt.
     *
     * @param schema the tenant
     * @param version the migration
     * @param tries the number of attempts so far
     * @param failure the reason
     * @param pause the shortest time until the next attempt
     */
    record MigrationRetried(String schema, String version, int tries, Failure failure, Duration pause)
            implements TenantEvent {}

    /**
     * A tenant that another instance had locked is free now. The run worked on other tenants meanwhile.
     *
     * @param schema the tenant
     * @param duration the time since it was first found locked
     */
    record TenantWaitedFor(String schema, Duration duration) implements TenantEvent {}

    /**
     * A tenant was created. In a caller's transaction it is not committed yet, and exists once the caller commits.
     *
     * @param schema the tenant
     * @param duration the duration of the creation
     * @param fromSpare whether it was made from a spare, see {@link dev.tenantmigrator.Spares}
     */
    record TenantCreated(String schema, Duration duration, boolean fromSpare) implements TenantEvent {}

    /**
     * A run has finished a tenant with any outcome but failure.
     *
     * @param schema the tenant
     * @param outcome the outcome
     */
    record TenantFinished(String schema, TenantOutcome outcome) implements TenantEvent {}

    /**
     * A tenant failed in a run. A failed creation has no event; it throws.
     *
     * @param schema the tenant
     * @param failure the problem with its coordinates
     */
    record TenantFailed(String schema, Failure failure) implements TenantEvent {}
}
