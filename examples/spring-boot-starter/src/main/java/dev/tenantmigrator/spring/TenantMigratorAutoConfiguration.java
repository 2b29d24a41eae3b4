package dev.tenantmigrator.spring;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.Spares;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantMigratorBuilder;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.spring.TenantMigratorProperties.Tracking;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ResourceLoader;

/**
 * Creates the application's {@link TenantMigrator}, on its {@link DataSource}, from {@link TenantMigratorProperties}, and migrates all
 * tenants at the start. A bean of the application of one of these types replaces it.
 */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
        })
@Conditional(TenantMigratorAutoConfiguration.OnDatabase.class)
@ConditionalOnProperty(prefix = "tenant-migrator", name = "enabled", matchIfMissing = true)
@EnableConfigurationProperties(TenantMigratorProperties.class)
public class TenantMigratorAutoConfiguration {

    private static final String CLASSPATH = "classpath:";

    /** For Spring. */
    public TenantMigratorAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    TenantMigratorConnectionDetails tenantMigratorConnectionDetails(TenantMigratorProperties properties) {
        return new PropertiesConnectionDetails(properties);
    }

    @Bean
    @ConditionalOnMissingBean
    TenantMigrator tenantMigrator(
            TenantMigratorProperties properties,
            TenantMigratorConnectionDetails details,
            ObjectProvider<DataSource> application,
            @Qualifier("unroutedDataSource") ObjectProvider<DataSource> unrouted,
            @TenantMigratorDataSource ObjectProvider<DataSource> own,
            @TenantMigratorDirectDataSource ObjectProvider<DataSource> direct,
            ResourceLoader resources,
            ObjectProvider<TenantEventListener> listeners,
            ObjectProvider<TenantMigratorBuilderCustomizer> customizers) {
        ConnectionSources sources = ConnectionSources.of(application, unrouted, own, direct, details);
        TenantMigratorBuilder builder = TenantMigrator.builder(sources.migrations())
                .migrations(source(properties.migrations(), resources.getClassLoader()))
                .requiredTables(properties.requiredTables())
                .sharedObjects(properties.sharedObjects())
                .sharedSchema(properties.sharedSchema())
                .allowSchemas(properties.allowedSchemas().toArray(String[]::new))
                .allowTables(properties.allowedTables().toArray(String[]::new))
                .readsOutside(properties.readsOutside())
                .extensions(properties.extensions().toArray(String[]::new))
                .parallelism(properties.parallelism())
                .lockTimeout(properties.lockTimeout())
                .trackingStore(
                        properties.tracking() == Tracking.FLEET ? TrackingStore.fleet() : TrackingStore.perSchema())
                .listener(new TenantEventListeners(listeners.orderedStream().toList()));
        sources.direct().ifPresent(builder::directDataSource);
        if (properties.spares() > 0) {
            builder.spares(Spares.keep(properties.spares()).inBackground());
        }
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    @Bean
    DeployProgress tenantDeployProgress() {
        return new DeployProgress();
    }

    @Bean
    @ConditionalOnMissingBean
    TenantMigrationInitializer tenantMigrationInitializer(
            TenantMigrator migrator, TenantMigratorProperties properties, DeployProgress progress) {
        return new TenantMigrationInitializer(migrator, properties, progress);
    }

    /** The tenants are migrated at the start also where all beans are lazy. */
    @Bean
    static LazyInitializationExcludeFilter tenantMigrationIsNotLazy() {
        return LazyInitializationExcludeFilter.forBeanTypes(TenantMigrationInitializer.class);
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnSingleCandidate(DataSource.class)
    TenantSignUp tenantSignUp(
            TenantMigrator migrator, DataSource dataSource, ObjectProvider<ObservationRegistry> observations) {
        return new TenantSignUp(migrator, dataSource, observations.getIfAvailable(() -> ObservationRegistry.NOOP));
    }

    private static MigrationSource source(String migrations, @Nullable ClassLoader classLoader) {
        if (!migrations.startsWith(CLASSPATH)) {
            return MigrationSource.directory(Path.of(migrations));
        }
        String directory = migrations.substring(CLASSPATH.length());
        return classLoader == null
                ? MigrationSource.classpath(directory)
                : MigrationSource.classpath(directory, classLoader);
    }

    /** Without a pool of this kind there is nothing to set. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(HikariDataSource.class)
    static class HikariConfiguration {

        @Bean
        static BeanPostProcessor tenantMigratorKeepsConnections() {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessBeforeInitialization(Object bean, String name) {
                    if (bean instanceof HikariDataSource pool
                            && !pool.isRunning()
                            && pool.getExceptionOverrideClassName() == null) {
                        pool.setExceptionOverrideClassName(KeepConnection.class.getName());
                    }
                    return bean;
                }
            };
        }
    }

    private record PropertiesConnectionDetails(TenantMigratorProperties properties)
            implements TenantMigratorConnectionDetails {

        @Override
        public @Nullable String getJdbcUrl() {
            return properties.url();
        }

        @Override
        public @Nullable String getUsername() {
            return properties.username();
        }

        @Override
        public @Nullable String getPassword() {
            return properties.password();
        }

        @Override
        public @Nullable String getDirectJdbcUrl() {
            return properties.directUrl();
        }
    }

    /** There is a database to work on. */
    static final class OnDatabase extends AnyNestedCondition {

        OnDatabase() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnBean(DataSource.class)
        static final class OfTheApplication {}

        @ConditionalOnBean(TenantMigratorConnectionDetails.class)
        static final class OfDetails {}

        @ConditionalOnProperty(prefix = "tenant-migrator", name = "url")
        static final class OfUrl {}
    }
}
