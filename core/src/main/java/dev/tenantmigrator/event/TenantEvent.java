package dev.tenantmigrator.event;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.TenantOutcome;
import java.time.Duration;

/** Something that happened to a tenant during a run. */
public sealed interface TenantEvent {

    /**
     * The tenant.
     *
     * @return its schema
     */
    String schema();

    /**
     * Work on a tenant begins. Tenants of which reading showed that nothing is to do have no such event.
     *
     * @param schema the tenant
     */
    record TenantStarted(String schema) implements TenantEvent {}

    /**
     * A migration was applied and committed. A creation has {@link TenantCreated} instead.
     *
     * @param schema the tenant
     * @param version the migration
     * @param duration of the migration
     */
    record MigrationApplied(String schema, String version, Duration duration) implements TenantEvent {}

    /**
     * A migration was rolled back and committed.
     *
     * @param schema the tenant
     * @param version the migration
     * @param duration of the rollback
     */
    record MigrationRolledBack(String schema, String version, Duration duration) implements TenantEvent {}

    /**
     * A tenant was created. In a caller's transaction: it is there when the caller commits.
     *
     * @param schema the tenant
     * @param duration of the creation
     */
    record TenantCreated(String schema, Duration duration) implements TenantEvent {}

    /**
     * A run is done with a tenant, whatever the outcome but failure.
     *
     * @param schema the tenant
     * @param outcome what was done
     */
    record TenantFinished(String schema, TenantOutcome outcome) implements TenantEvent {}

    /**
     * Work on a tenant failed in a run. A creation that failed throws instead.
     *
     * @param schema the tenant
     * @param failure what and where
     */
    record TenantFailed(String schema, Failure failure) implements TenantEvent {}
}
