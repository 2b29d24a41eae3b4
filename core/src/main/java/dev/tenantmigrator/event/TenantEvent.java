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
     * A migration or rollback could not be done for a reason that passes, nothing of it was kept, and it is tried again.
     *
     * @param schema the tenant
     * @param version the migration
     * @param tries how often it was tried by now
     * @param failure the reason
     * @param pause how long it waits at least
     */
    record MigrationRetried(String schema, String version, int tries, Failure failure, Duration pause)
            implements TenantEvent {}

    /**
     * Another instance worked on the tenant; the run went on with others meanwhile, and is now at it.
     *
     * @param schema the tenant
     * @param duration since it was first found held
     */
    record TenantWaitedFor(String schema, Duration duration) implements TenantEvent {}

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
