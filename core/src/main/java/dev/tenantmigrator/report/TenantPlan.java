package dev.tenantmigrator.report;

import java.util.List;
import java.util.Optional;

/**
 * What would run in one tenant.
 *
 * @param schema the tenant
 * @param migrations in the order in which they would run; none when there is nothing to do
 * @param failure why a deploy would refuse the tenant before anything ran; there are no migrations then
 */
public record TenantPlan(String schema, List<PlannedMigration> migrations, Optional<Failure> failure) {

    /** Copies its arguments. */
    public TenantPlan {
        migrations = List.copyOf(migrations);
    }
}
