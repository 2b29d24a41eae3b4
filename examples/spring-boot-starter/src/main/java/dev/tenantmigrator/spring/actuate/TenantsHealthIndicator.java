package dev.tenantmigrator.spring.actuate;

import dev.tenantmigrator.report.TenantStatus;
import dev.tenantmigrator.spring.actuate.FleetView.Snapshot;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * The health {@code tenants}: the tenants by state, as a detail. Up whatever the state of single tenants, unless it was chosen otherwise:
 * an instance that is taken out of service helps no tenant. It never waits for the database.
 */
final class TenantsHealthIndicator implements HealthIndicator {

    private static final Duration MAX_AGE = Duration.ofMinutes(1);

    private final FleetView fleet;
    private final boolean downForUnhealthy;

    TenantsHealthIndicator(FleetView fleet, boolean downForUnhealthy) {
        this.fleet = fleet;
        this.downForUnhealthy = downForUnhealthy;
    }

    @Override
    public Health health() {
        Optional<Snapshot> snapshot = fleet.lastRead(MAX_AGE);
        if (snapshot.isEmpty()) {
            return Health.up().withDetail("tenants", "not read yet").build();
        }
        Map<TenantState, Integer> states = new EnumMap<>(TenantState.class);
        for (TenantStatus tenant : snapshot.get().report().tenants()) {
            states.merge(TenantState.of(tenant), 1, Integer::sum);
        }
        boolean attention = states.containsKey(TenantState.BEHIND) || states.containsKey(TenantState.UNHEALTHY);
        return (attention && downForUnhealthy ? Health.down() : Health.up())
                .withDetail("asOf", snapshot.get().asOf())
                .withDetail("tenants", states)
                .build();
    }
}
