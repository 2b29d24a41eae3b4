package dev.tenantmigrator.spring.actuate;

import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.spring.TenantMigratorAutoConfiguration;
import dev.tenantmigrator.spring.TenantMigratorProperties;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.time.Clock;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Shows the tenants in the actuator, as far as the application has it. */
@AutoConfiguration(
        after = TenantMigratorAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
        })
@ConditionalOnBean(TenantMigrator.class)
public class TenantActuatorAutoConfiguration {

    /** For Spring. */
    public TenantActuatorAutoConfiguration() {}

    /** Where there is the actuator. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    static class EndpointConfiguration {

        @Bean
        LastRun tenantsLastRun() {
            return new LastRun(Clock.systemUTC());
        }

        @Bean
        FleetView tenantsFleetView(TenantMigrator migrator) {
            return new FleetView(migrator, Clock.systemUTC());
        }

        @Bean
        @ConditionalOnAvailableEndpoint
        TenantsEndpoint tenantsEndpoint(TenantMigrator migrator, FleetView fleet, LastRun lastRun) {
            return new TenantsEndpoint(migrator, fleet, lastRun);
        }

        /** Where there is health. */
        @Configuration(proxyBeanMethods = false)
        @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
        static class HealthConfiguration {

            @Bean
            @ConditionalOnEnabledHealthIndicator("tenants")
            TenantsHealthIndicator tenantsHealthIndicator(FleetView fleet, TenantMigratorProperties properties) {
                return new TenantsHealthIndicator(fleet, properties.healthDownForTenants());
            }
        }
    }

    /** Where there is Micrometer. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    @ConditionalOnBean(MeterRegistry.class)
    static class MetricsConfiguration {

        @Bean
        TenantMeters tenantMeters() {
            return new TenantMeters();
        }
    }

    /** Where there are observations. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(ObservationRegistry.class)
    static class ObservationConfiguration {

        @Bean
        RunObservations tenantRunObservations(ObservationRegistry registry) {
            return new RunObservations(registry);
        }
    }
}
