package dev.tenantmigrator.registration;

import dev.tenantmigrator.event.Totals;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Adds metrics of the tenants: created, those of them from spares, failed and behind, and the number of applied migrations. */
@Configuration(proxyBeanMethods = false)
class TenantMetrics {

    @Bean
    Totals totals() {
        return new Totals();
    }

    @Bean
    MeterBinder tenantMeters(Totals totals) {
        return registry -> {
            FunctionCounter.builder("tenants.created", totals, Totals::created).register(registry);
            FunctionCounter.builder("tenants.created.from.spares", totals, Totals::createdFromSpares)
                    .register(registry);
            FunctionCounter.builder("tenants.failed", totals, Totals::failed).register(registry);
            FunctionCounter.builder("tenants.migrations", totals, Totals::applied)
                    .register(registry);
            Gauge.builder("tenants.behind", totals, Totals::behindInLastRun).register(registry);
        };
    }
}
