package dev.tenantmigrator.report;

import java.util.List;
import java.util.Optional;

/**
 * The migrations that would run in one tenant.
 *
 * @param schema the tenant
 * @param migrations the migrations in the order in which they would run; none when there is nothing to do
 * @param failure the reason why a deploy would refuse the tenant; there are no migrations then
 */
public record TenantPlan(String schema, List<PlannedMigration> migrations, Optional<Failure> failure) {

    /** Takes a copy of the list. */
    public TenantPlan {
        migrations = List.copyOf(migrations);
    }
}
