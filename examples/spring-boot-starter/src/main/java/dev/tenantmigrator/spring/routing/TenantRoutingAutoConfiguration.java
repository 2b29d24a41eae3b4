package dev.tenantmigrator.spring.routing;

import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.spring.TenantMigratorProperties;
import jakarta.servlet.Filter;
import java.util.List;
import javax.sql.DataSource;
import org.hibernate.cfg.MultiTenancySettings;
import org.hibernate.engine.jdbc.connections.spi.MultiTenantConnectionProvider;
import org.hibernate.jpa.boot.spi.IntegratorProvider;
import org.hibernate.jpa.boot.spi.JpaSettings;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.hibernate.autoconfigure.HibernatePropertiesCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.core.task.TaskDecorator;

/**
 * Makes a {@link TenantRoutingDataSource} the application's primary {@code DataSource}, passes the tenant to {@code @Async} methods,
 * finds it for requests, and tells it Hibernate. The application's pool stays a bean, with the name {@code unroutedDataSource} too; the
 * migrator uses it.
 */
@AutoConfiguration(
        afterName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
        beforeName = {
            "dev.tenantmigrator.spring.TenantMigratorAutoConfiguration",
            "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration",
            "org.springframework.boot.jooq.autoconfigure.JooqAutoConfiguration",
            "org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration"
        })
@ConditionalOnProperty(prefix = "tenant-migrator", name = "enabled", matchIfMissing = true)
@ConditionalOnProperty("tenant-migrator.routing.enabled")
@ConditionalOnBean(DataSource.class)
@EnableConfigurationProperties({TenantMigratorProperties.class, TenantRoutingProperties.class})
@Import(UnroutedDataSource.class)
public class TenantRoutingAutoConfiguration {

    static final String ROUTED = "tenantRoutingDataSource";

    /** For Spring. */
    public TenantRoutingAutoConfiguration() {}

    @Bean
    KnownTenants tenantRoutingKnownTenants(
            ObjectProvider<TenantMigrator> migrator, TenantRoutingProperties properties) {
        return new KnownTenants(() -> migrator.getObject().tenants(), properties.knownTenantsAge(), System::nanoTime);
    }

    @Bean(ROUTED)
    @Primary
    TenantRoutingDataSource tenantRoutingDataSource(
            @Qualifier(UnroutedDataSource.ALIAS) DataSource pool,
            KnownTenants known,
            TenantRoutingProperties routing,
            TenantMigratorProperties properties) {
        return new TenantRoutingDataSource(pool, known, routing, properties.sharedSchema(), properties.extensions());
    }

    /** It learns that the application has started only if it exists then. */
    @Bean
    static LazyInitializationExcludeFilter tenantRoutingIsNotLazy() {
        return LazyInitializationExcludeFilter.forBeanTypes(TenantRoutingDataSource.class);
    }

    @Bean
    TaskDecorator tenantTaskDecorator() {
        return TenantContext::wrap;
    }

    /** Where there are requests. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Filter.class, FilterRegistrationBean.class})
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class ServletConfiguration {

        /** After the filter of Spring Security, whose order is -100. */
        private static final int ORDER = -90;

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnProperty("tenant-migrator.routing.header")
        TenantResolver tenantHeaderResolver(@Value("${tenant-migrator.routing.header}") String header) {
            return TenantResolver.header(header);
        }

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnProperty("tenant-migrator.routing.domain")
        TenantResolver tenantSubdomainResolver(@Value("${tenant-migrator.routing.domain}") String domain) {
            return TenantResolver.subdomain(domain);
        }

        @Bean
        @ConditionalOnBean(TenantResolver.class)
        FilterRegistrationBean<TenantFilter> tenantFilter(TenantResolver resolver, KnownTenants known) {
            FilterRegistrationBean<TenantFilter> filter =
                    new FilterRegistrationBean<>(new TenantFilter(resolver, known));
            filter.setOrder(ORDER);
            return filter;
        }
    }

    /** Where there is Hibernate. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({MultiTenantConnectionProvider.class, HibernatePropertiesCustomizer.class})
    static class HibernateConfiguration {

        @Bean
        HibernatePropertiesCustomizer tenantConnectionProvider(TenantRoutingDataSource dataSource) {
            TenantConnectionProvider tenants = new TenantConnectionProvider(dataSource);
            return settings -> {
                TenantConnectionProvider.refuseSchemaManagement(settings);
                settings.putIfAbsent(JpaSettings.INTEGRATOR_PROVIDER, (IntegratorProvider)
                        () -> List.of(new CurrentTenantCheck(tenants)));
                settings.putIfAbsent(MultiTenancySettings.MULTI_TENANT_CONNECTION_PROVIDER, tenants);
                settings.putIfAbsent(MultiTenancySettings.MULTI_TENANT_IDENTIFIER_RESOLVER, tenants);
            };
        }
    }
}
